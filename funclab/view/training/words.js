// What a live training says: progress and time left, why a button does not work, what to expect.

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

/** One line: where the training is, and which of its cell when there are many. */
function progressWords(ctx, status) {
  const count = ctx.model.get("count"), place = placeWords(ctx, status);
  return count && place ? ctx.t("live_nth", { n: count, place }) : place;
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

/** The chart that questions and captions speak of. */
function lossChart(ctx) {
  return ctx.facts.charts.find((one) => !one.upward) ?? ctx.facts.charts[0];
}

/** Whether the last few numbers are smaller than the few before. */
function falls(values) {
  const few = Math.min(5, Math.floor(values.length / 2));
  const mean = (from, to) => values.slice(from, to).reduce((a, b) => a + (b ?? 0), 0);
  return mean(-few, undefined) < mean(-2 * few, -few);
}

/** The epochs with a number under a name, and the numbers: [epoch, value]. */
function known(run, name, place) {
  return run.epochs.slice(0, place).map((epoch, i) => [epoch, run.values[name]?.[i]]).filter(([, value]) => value != null);
}

/** Which of several runs ends lowest; of validation, where all have it. */
function severalWords(ctx, runs, key) {
  const dashed = runs.some((run) => known(run, VAL + key).length), all = runs.every((run) => known(run, VAL + key).length);
  const ends = runs.map((run) => ({ label: run.label, end: known(run, all ? VAL + key : key).at(-1)?.[1] }))
    .filter((one) => one.end != null).sort((a, b) => a.end - b.end);
  const first = ends.length < 2 ? "" : ctx.t("live_caption_runs", { label: ends[0].label, value: brief(ends[0].end),
    key: all ? ctx.t("live_of_validation_key", { key }) : key, other: ends.at(-1).label, most: brief(ends.at(-1).end) });
  return [first, dashed ? ctx.t("live_caption_dashed") : "", ctx.t(dashed ? "live_caption_middle" : "live_caption_mean")]
    .filter(Boolean).join(" ");
}

/** Where the loss is, and whether it falls. */
function firstWords(ctx, run, key, values, checked, at) {
  const lost = values.indexOf(null);
  if (values.at(-1) == null) return ctx.t("live_caption_lost", { key, epoch: run.epochs[lost] });
  const verb = values.length < 2 ? "" : ctx.t(falls(values) ? "live_falling" : "live_rising"), epoch = at || run.epochs.at(-1);
  const [last, value] = checked.at(-1) ?? [];
  const own = last === undefined || last === epoch ? "" : ctx.t("live_caption_checked_at", { epoch: last });
  return ctx.t(checked.length ? "live_caption_both" : "live_caption",
    { epoch, key, value: brief(values.at(-1)), verb, checked: `${brief(value)}${own}` });
}

/** From where on validation rises while training falls. */
function overfitWords(ctx, run, key, checked) {
  if (checked.length < 3) return "";
  const [epoch, lowest] = checked.reduce((a, b) => (b[1] < a[1] ? b : a));
  const training = Object.fromEntries(known(run, key)), fell = training[checked.at(-1)[0]] < training[epoch];
  const begin = checked[0][1], last = checked.at(-1)[1];
  const risen = last > lowest * 1.02 && last - lowest > 0.05 * (begin - lowest);
  return risen && fell ? ctx.t("live_caption_overfit", { epoch, value: brief(lowest) }) : "";
}

/** What the curves say so far. */
function curveWords(ctx, runs, status) {
  const key = lossChart(ctx)?.key, run = runs.at(-1);
  if (ctx.facts.compared) return severalWords(ctx, runs, key);
  const at = ctx.state.epoch, place = at ? run?.epochs.findLastIndex((epoch) => epoch <= at) + 1 : undefined;
  const values = (run?.values[key] ?? []).slice(0, place);
  if (!values.length) return ctx.t(underWay(status) ? "live_caption_first" : "live_caption_none");
  const checked = known(run, VAL + key, place), now = hasNumbers(run.now?.[key]);
  const earlier = runs.length > 1 ? ctx.t(checked.length ? "live_caption_earlier_validation" : "live_caption_earlier") : "";
  return [firstWords(ctx, run, key, values, checked, at), overfitWords(ctx, run, key, checked),
    ctx.t(checked.length || now ? "live_caption_middle" : "live_caption_mean"), run.dots.length ? ctx.t("live_caption_dots") : "",
    now ? ctx.t("live_caption_now") : "", earlier].filter(Boolean).join(" ");
}

/** Questions to be answered before the curves show; the answer is null while nobody knows it. */
function trainingQuestions(ctx, runs, status) {
  const chart = lossChart(ctx), run = runs.at(-1);
  if (!chart || !run) return [];
  const over = !underWay(status), values = run.values[chart.key] ?? [], checked = run.values[VAL + chart.key];
  if (ctx.facts.compared) {
    const all = runs.every((one) => known(one, VAL + chart.key).length);
    const last = (one) => known(one, all ? VAL + chart.key : chart.key).at(-1)?.[1] ?? Infinity;
    const best = runs.reduce((a, b) => (last(b) < last(a) ? b : a));
    return runs.length < 2 ? [] : [{ id: "lowest run", prompt: ctx.t("live_ask_runs", { key: chart.title }),
      options: runs.map((one) => one.label), answer: best.label }];
  }
  const training = ctx.t("live_training"), validation = ctx.t("live_validation");
  const yes = ctx.t("live_yes"), no = ctx.t("live_no");
  if (!status.validated && !hasNumbers(checked)) {
    const halved = values.at(-1) < values[0] / 2;
    return [{ id: `halved ${run.label}`, prompt: ctx.t("live_ask_half", { key: chart.title }), options: [yes, no],
      answer: over && values.length ? (halved ? yes : no) : null }];
  }
  const found = known(run, VAL + chart.key).map(([, value]) => value), lowest = Math.min(...found);
  const ended = over && values.at(-1) != null && found.length;
  return [
    { id: `lower ${run.label}`, prompt: ctx.t("live_ask_lower", { key: chart.title }), options: [training, validation],
      answer: ended ? (values.at(-1) < found.at(-1) ? training : validation) : null, explain: ctx.t("live_caption_middle") },
    { id: `rises ${run.label}`, prompt: ctx.t("live_ask_rises", { key: chart.title }), options: [yes, no],
      answer: ended ? (found.at(-1) > lowest * 1.02 ? yes : no) : null },
  ];
}
