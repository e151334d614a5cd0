// One loss or metric as a chart: dots of batches, means of epochs, validation, and earlier runs.

const CHART = { width: 370, height: 190, left: 44, right: 134, top: 28, bottom: 32, label: 14 };
// The widest room for names; on a projector less, and a lower chart, so that a class can read two.
const MOST_RIGHT = 230, NARROW = 138, LOW = 160;
const RUN_MARKS = ["circle", "square", "triangle", "star", "hexagon"];
const RUN_DASHES = ["1 3", "6 3", "2 2", "8 3 2 3"];
const VAL = "val_";

/** Points [x, value] of a list of epochs; `shift` moves them to where they were measured. */
function epochPoints(run, values, shift, offset) {
  return run.epochs.map((epoch, i) => [epoch - shift + offset, values?.[i] ?? null]);
}

/** What an epoch has brought goes to the end of a run. */
function addEpoch(run, { epoch, values, now, heat }) {
  if (epoch <= (run.epochs.at(-1) ?? 0)) return;
  run.epochs.push(epoch);
  for (const [kind, found] of [["values", values], ["now", now]])
    for (const name of Object.keys({ ...run[kind], ...found })) {
      run[kind][name] ??= Array(run.epochs.length - 1).fill(null);
      run[kind][name].push(found[name] ?? null);
    }
  if (heat) run.heat.push({ epoch, layers: heat });
}

function hasNumbers(values) {
  return values?.some((one) => one != null) ?? false;
}

/** How far to the right each run begins: all at the left, or one after another. */
function runOffsets(runs, joined) {
  let sum = 0;
  return runs.map((run) => {
    const offset = sum;
    if (joined) sum += run.epochs.at(-1) ?? 0;
    return offset;
  });
}

/** The curves of one chart. A mean stands in the middle of its epoch, a measurement at its end. */
function curvesOf(ctx, facts, runs, offsets) {
  const found = [];
  runs.forEach((run, i) => {
    const own = run.values[facts.key], checked = run.values[VAL + facts.key], now = run.now?.[facts.key];
    const present = i === runs.length - 1 && !ctx.facts.compared;
    const points = (values, shift) => epochPoints(run, values, shift, offsets[i]);
    const before = found.length;
    if (present) {
      found.push({ role: "training", colour: "group0", mark: "circle", points: points(own, 0.5), label: ctx.t("live_training") });
      if (hasNumbers(checked)) found.push({ role: "validation", colour: "group1", mark: "square", open: true, sparse: true, dash: "5 4",
        points: points(checked, 0), label: ctx.t("live_validation") });
      if (hasNumbers(now)) found.push({ role: "now", colour: "group3", mark: "star",
        points: points(now, 0), label: ctx.t("live_now") });
    } else if (ctx.facts.compared) {
      const style = { colour: `group${i % 5}`, mark: RUN_MARKS[i % 5] };
      if (hasNumbers(own)) found.push({ ...style, role: "training", points: points(own, 0.5), label: run.label });
      if (hasNumbers(checked)) found.push({ ...style, role: "validation", open: true, sparse: true, dash: "5 4", points: points(checked, 0),
        label: run.label, spoken: ctx.t("live_of_validation", { run: run.label }) });
    } else {
      const values = hasNumbers(checked) ? checked : own;
      if (hasNumbers(values)) found.push({ role: "earlier", colour: "line", sparse: hasNumbers(checked), dash: RUN_DASHES[i % 4],
        points: points(values, hasNumbers(checked) ? 0 : 0.5), label: run.label });
    }
    for (const curve of found.slice(before)) curve.offset = offsets[i];
  });
  return found;
}

class TrainingChart {
  constructor(ctx, facts) {
    this.ctx = ctx;
    this.facts = facts;
    this.svg = s("svg", { class: "fl-chart", role: "img" });
  }

  /** Draw all anew. */
  update({ runs, last, hidden, log }) {
    const offsets = runOffsets(runs, this.ctx.state.joined);
    const curves = hidden ? [] : curvesOf(this.ctx, this.facts, runs, offsets);
    const dots = hidden || this.ctx.facts.compared ? [] : (runs.at(-1)?.dots ?? [])
      .map((dot) => [dot.x + offsets.at(-1), dot.values[this.facts.key] ?? null]).filter(([, value]) => value != null);
    Object.assign(this, { hidden, at: this.ctx.state.epoch, offset: offsets.at(-1) ?? 0, breaks: this.ctx.state.joined ? offsets.slice(1) : [] });
    this.measure(curves);
    this.scale(curves, dots, last + (offsets.at(-1) ?? 0), log && !this.facts.upward);
    this.svg.replaceChildren(this.title(), ...this.axes(), ...this.dots(dots),
      ...curves.filter((one) => one.role === "earlier").flatMap((one) => this.curve(one)),
      ...curves.filter((one) => one.role !== "earlier").flatMap((one) => this.curve(one)),
      ...this.labels(curves), ...this.notes(runs, hidden));
    this.svg.setAttribute("aria-label", this.words(curves));
  }

  /** Room for long names of runs; less height where a class has to see two charts at once. */
  measure(curves) {
    const longest = Math.max(0, ...curves.map((one) => one.label.length));
    const large = this.ctx.look === "projector";
    const right = Math.min(large ? NARROW : MOST_RIGHT, Math.max(CHART.right, 72 + 6.2 * longest));
    this.box = { ...CHART, right, width: CHART.width + right - CHART.right, height: large ? LOW : CHART.height };
    this.svg.setAttribute("viewBox", `0 0 ${this.box.width} ${this.box.height}`);
  }

  scale(curves, dots, last, log) {
    const known = curves.flatMap((one) => one.points.map(([, value]) => value)).filter((value) => value != null && (!log || value > 0));
    const spread = dots.map(([, value]) => value).filter((value) => !log || value > 0).sort((a, b) => a - b);
    if (spread.length) known.push(quantile(spread, 0.03), quantile(spread, 0.97));
    let low = Math.min(...known), high = Math.max(...known);
    if (!known.length) [low, high] = log ? [0.1, 1] : [0, 1];
    if (log) {
      if (high < low * 1.05) [low, high] = [low / 1.5, high * 1.5];
      const margin = (high / low) ** 0.06;
      [low, high] = [low / margin, high * margin];
    } else {
      if (high - low < 1e-9 * Math.max(1, Math.abs(high))) [low, high] = [low - 0.5, high + 0.5];
      const margin = (high - low) * 0.06;
      [low, high] = [low - margin, high + margin];
    }
    const reached = Math.ceil(Math.max(1, ...curves.flatMap((one) => one.points.map(([x]) => x)), ...dots.map(([x]) => x)));
    const end = last <= 60 || reached > last / 3 ? Math.max(last, reached) : Math.max(20, Math.ceil(reached * 1.5));
    Object.assign(this, { low, high, log, end });
  }

  x(epoch) { return this.box.left + (epoch / this.end) * (this.box.width - this.box.left - this.box.right); }

  y(value) {
    const { low, high, log } = this;
    const part = log ? Math.log(Math.max(value, 1e-300) / low) / Math.log(high / low) : (value - low) / (high - low);
    return this.box.height - this.box.bottom - part * (this.box.height - this.box.top - this.box.bottom);
  }

  text(x, y, text, name = "", anchor = "start") {
    return s("text", { x, y, class: name, "text-anchor": anchor }, text);
  }

  title() {
    const { title, output } = this.facts;
    const node = s("text", { x: 8, y: 17, class: "fl-chart-title" }, title);
    if (output) node.append(s("tspan", { class: "fl-soft" }, ` ${this.ctx.t("live_at", { output })}`));
    if (this.log) node.append(s("tspan", { class: "fl-soft" }, ` · ${this.ctx.t("live_log_scale")}`));
    return node;
  }

  axes() {
    const right = this.box.width - this.box.right, base = this.box.height - this.box.bottom;
    const values = this.hidden ? [] : this.log ? logTicks(this.low, this.high) : roundTicks(this.low, this.high, 5);
    const rows = values.flatMap((value) => [
      s("line", { class: "fl-grid", x1: this.box.left, x2: right, y1: this.y(value), y2: this.y(value) }),
      this.text(this.box.left - 6, this.y(value) + 4, tickText(value), "fl-tick", "end")]);
    const columns = epochTicks(0, this.end).map((epoch) => this.text(this.x(epoch), base + 15, String(epoch), "fl-tick", "middle"));
    const breaks = this.breaks.map((x) => s("line", { class: "fl-axis", x1: this.x(x), x2: this.x(x), y1: this.box.top, y2: base, "stroke-dasharray": "1 3" }));
    const x = this.x(this.at + this.offset);
    const cursor = this.at ? [s("line", { class: "fl-cursor", x1: x, x2: x, y1: this.box.top, y2: base })] : [];
    return [...rows, ...breaks, ...cursor, s("line", { class: "fl-axis", x1: this.box.left, x2: right, y1: base, y2: base }), ...columns,
      this.text((this.box.left + right) / 2, base + 29, this.ctx.t("live_epoch"), "fl-tick", "middle")];
  }

  /** Single batches; those beyond the frame as arrowheads at its edge. */
  dots(dots) {
    const top = this.box.top, base = this.box.height - this.box.bottom;
    let inside = "", beyond = "";
    for (const [epoch, value] of dots) {
      const x = this.x(epoch), y = this.y(value);
      if (y < top) beyond += markPath("triangle", x, top + 2, 3);
      else if (y > base) beyond += markPath("down", x, base - 3, 3);
      else inside += `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
    }
    return [s("path", { class: "fl-dots", d: inside }), s("path", { class: "fl-beyond", d: beyond })];
  }

  curve({ role, colour, mark, open, sparse, dash, points }) {
    const placed = points.map(([x, value]) => (value == null || (this.log && value <= 0) ? null : [this.x(x), this.y(value)]));
    const line = s("path", { class: `fl-line fl-role-${role} s-${colour}`, d: linePath(placed, sparse), "stroke-dasharray": dash ?? "" });
    if (role === "earlier") return [line];
    const known = placed.filter(Boolean), step = Math.ceil(known.length / 14) || 1;
    const chosen = known.filter((_, i) => (known.length - 1 - i) % step === 0);
    const outline = chosen.map(([x, y]) => markPath(mark, x, y, role === "now" ? 2.4 : 3.4)).join("");
    return [line, s("path", { class: `fl-mark s-${colour} ${open ? "f-paper" : `f-${colour}`}`, d: outline })];
  }

  /** The last point of a curve: at the end, or at the epoch looked back to. */
  endOf(curve) {
    return curve.points.findLast(([x, value]) => value != null && (!this.at || x <= this.at + curve.offset));
  }

  /** What is written at a curve's end: its last value, or that there is none any more. */
  valueOf(curve) {
    const lost = !this.at && !curve.sparse && curve.points.at(-1)?.[1] === null;
    return lost ? "nan" : brief(this.endOf(curve)?.[1]);
  }

  /** How high a curve ends; one without numbers at the top. */
  endY(curve) {
    const end = this.endOf(curve);
    return end && !(this.log && end[1] <= 0) ? this.y(end[1]) : this.box.top + 4;
  }

  /** Each curve's name and last value beside its end, moved apart where they would overlap. */
  labels(curves) {
    const ends = curves.filter((curve) => curve.points.length).map((curve) => ({ curve, y: this.endY(curve) }))
      .sort((a, b) => a.y - b.y);
    const places = apart(ends.map(({ y }) => y), this.box.label, this.box.top + 4, this.box.height - this.box.bottom + 4);
    const left = this.box.width - this.box.right + 15;
    return ends.flatMap(({ curve }, i) => {
      const { colour, mark, open, role } = curve;
      const sign = role === "earlier"
        ? s("path", { class: `fl-line fl-role-earlier s-${colour}`, d: `M${left - 6} ${places[i]}h12`, "stroke-dasharray": curve.dash })
        : s("path", { class: `fl-mark s-${colour} ${open ? "f-paper" : `f-${colour}`}`, d: markPath(mark, left, places[i], 3.6) });
      const value = this.valueOf(curve), room = Math.floor((this.box.right - 34 - 6.5 * value.length) / 6.1);
      const name = curve.label.length > room ? `${curve.label.slice(0, room - 1)}…` : curve.label;
      const text = this.text(left + 10, places[i] + 4, name, role === "earlier" ? "fl-label fl-soft" : "fl-label");
      text.append(s("tspan", { class: "fl-value", x: this.box.width - 5, "text-anchor": "end" }, value));
      return [sign, text];
    });
  }

  notes(runs, hidden) {
    const middle = (this.box.left + this.box.width - this.box.right) / 2, height = this.box.height / 2;
    if (hidden) return [this.text(middle, height, "?", "fl-chart-hidden", "middle")];
    const run = runs.at(-1), lost = run?.values[this.facts.key]?.findIndex((value) => value == null) ?? -1;
    if (lost < 0) return [];
    return [this.text(middle, this.box.top + 22, this.ctx.t("live_no_number", { epoch: run.epochs[lost] }), "fl-fault", "middle")];
  }

  words(curves) {
    const { title, output } = this.facts;
    const parts = curves.map((curve) => `${curve.spoken ?? curve.label} ${this.valueOf(curve)}`);
    return `${title}${output ? ` ${this.ctx.t("live_at", { output })}` : ""}: ${parts.join(", ")}`;
  }
}
