// The words of live training: progress, time left, and why a button does not work.

/** Up to how many seconds a text is used, the text, and the length of its unit in seconds. */
/** @type {[number, string, number][]} */
const SPANS = [[1.5, "live_left_moment", 1], [90, "live_left_seconds", 1], [5400, "live_left_minutes", 60],
  [Infinity, "live_left_hours", 3600]];

function timeLeft(ctx, seconds) {
  if (seconds == null) return "";
  const [, unit, length] = SPANS.find(([most]) => seconds < most);
  return ctx.t(unit, { n: Math.round(seconds / length) });
}

export function underWay(status) {
  return ["waiting", "running", "validating", "paused"].includes(status.phase);
}

/** One line: the progress, which training run of its cell this is, and where nan first appeared. */
export function progressWords(ctx, status) {
  const n = ctx.model.get("count"), place = placeWords(ctx, status);
  return [n && place ? ctx.t("live_nth", { n, place }) : place, status.nan].filter(Boolean).join(" ");
}

function placeWords(ctx, status) {
  const { last, phase, steps, epoch: n, error, speed, left, words } = status;
  if (words && !["gone", "stored"].includes(phase)) return words; // of a sweep
  if (!last && !words) return "";
  const place = words ?? ctx.t(steps ? "live_place" : "live_place_open", status);
  if (["failed", "gone", "stored", "lost", "stopped", "over"].includes(phase))
    return ctx.t(`live_${phase}`, { place, error, n });
  return [
    ["paused", "validating"].includes(phase) && ctx.t(`live_${phase}`), place,
    speed && ctx.t("live_speed", { n: speed.toLocaleString("en") }), phase !== "paused" && timeLeft(ctx, left),
  ].filter(Boolean).join(" · ");
}

/** Why Pause, Step and Stop cannot be offered now; empty if they can. */
export function whyNot(ctx, status, channel) {
  if (!underWay(status) && status.phase !== "stored") return ctx.t("live_why_over");
  if (!channel.possible && !ctx.model.kernel) return ctx.t("live_why_no_kernel");
  if (channel.heard) return "";
  if (channel.asking) return ctx.t("live_why_asking");
  const key = { blocking: "live_why_blocking", sweep: "sweep_why" }[status.mode] ?? "live_why_busy";
  return ctx.t(key, { kernel: status.kernel || ctx.t("live_this_kernel") });
}
