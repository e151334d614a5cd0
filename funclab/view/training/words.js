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
  const count = ctx.model.get("count"), place = placeWords(ctx, status);
  return [count && place ? ctx.t("live_nth", { n: count, place }) : place, status.nan].filter(Boolean).join(" ");
}

function placeWords(ctx, status) {
  if (!status.last) return "";
  const place = ctx.t(status.steps ? "live_place" : "live_place_open",
    { epoch: status.epoch, last: status.last, batch: status.batch, steps: status.steps });
  if (status.phase === "failed") return ctx.t("live_failed", { place, error: status.error });
  if (status.phase === "gone") return ctx.t("live_gone", { place });
  if (status.phase === "lost") return ctx.t("live_lost", { error: status.error });
  if (status.phase === "stopped") return ctx.t("live_stopped", { place });
  if (status.phase === "over") return ctx.t(status.epoch === 1 ? "live_over_one" : "live_over", { n: status.epoch });
  const speed = status.speed ? ctx.t("live_speed", { n: status.speed.toLocaleString("en") }) : "";
  const phase = status.phase === "paused" ? ctx.t("live_paused") : status.phase === "validating" ? ctx.t("live_validating") : "";
  const left = status.phase === "paused" ? "" : timeLeft(ctx, status.left);
  return [phase, place, speed, left].filter(Boolean).join(" · ");
}

/** Why Pause, Step and Stop cannot be offered now; nothing when they can. */
function whyNot(ctx, status, channel) {
  if (!underWay(status)) return ctx.t("live_why_over");
  if (!channel.possible) return ctx.t("live_why_no_kernel");
  if (channel.heard) return "";
  if (channel.asking) return ctx.t("live_why_asking");
  const key = status.mode === "blocking" ? "live_why_blocking" : "live_why_busy";
  return ctx.t(key, { kernel: status.kernel || ctx.t("live_this_kernel") });
}
