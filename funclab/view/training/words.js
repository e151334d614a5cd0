// What a live training says: progress, time left, and why a button does not work.

/** Seconds in words. */
function timeLeft(ctx, seconds) {
  if (seconds == null) return "";
  if (seconds < 1.5) return ctx.t("live_left_moment");
  if (seconds < 90) return ctx.t("live_left_seconds", { n: Math.round(seconds) });
  if (seconds < 5400) return ctx.t("live_left_minutes", { n: Math.round(seconds / 60) });
  return ctx.t("live_left_hours", { n: Math.round(seconds / 3600) });
}

function underWay(status) {
  return ["waiting", "running", "validating", "paused"].includes(status.phase);
}

/** One line: where the training is, which of its cell when there are many, and where nan began. */
function progressWords(ctx, status) {
  const n = ctx.model.get("count"), place = placeWords(ctx, status);
  return [n && place ? ctx.t("live_nth", { n, place }) : place, status.nan].filter(Boolean).join(" ");
}

function placeWords(ctx, status) {
  const { last, phase, steps, epoch: n, error, speed, left } = status;
  if (!last) return "";
  const place = ctx.t(steps ? "live_place" : "live_place_open", status);
  if (phase === "over" && n === 1) return ctx.t("live_over_one");
  if (["failed", "gone", "stored", "lost", "stopped", "over"].includes(phase)) return ctx.t(`live_${phase}`, { place, error, n });
  return [
    ["paused", "validating"].includes(phase) && ctx.t(`live_${phase}`), place,
    speed && ctx.t("live_speed", { n: speed.toLocaleString("en") }), phase !== "paused" && timeLeft(ctx, left),
  ].filter(Boolean).join(" · ");
}

/** Why Pause, Step and Stop cannot be offered now; nothing when they can. */
function whyNot(ctx, status, channel) {
  if (!underWay(status) && status.phase !== "stored") return ctx.t("live_why_over");
  if (!channel.possible) return ctx.t("live_why_no_kernel");
  if (channel.heard) return "";
  if (channel.asking) return ctx.t("live_why_asking");
  const key = status.mode === "blocking" ? "live_why_blocking" : "live_why_busy";
  return ctx.t(key, { kernel: status.kernel || ctx.t("live_this_kernel") });
}
