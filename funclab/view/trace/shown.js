// The pictures of slow motion: what a step reads and makes, each with what can be said of it.

const SIGNS = { part: "+", sum: "=", after: "→" };
/** On a wall, the first that leaves room for all: how large pictures are, whether weights are described, too, and
    up to how many rows of numbers are written out. */
const WALL = [[1.7, true, 6], [1.45, true, 6], [1.45, true, 4], [1.2, true, 4], [1, true, 4], [1.2, false, 4],
  [1.7, true, 2], [1.45, true, 2], [1.45, false, 2], [1.2, false, 2], [1, false, 2], [0.8, false, 2], [0.6, false, 1]];
const WALL_TEXT = 1.65, WALL_COLUMNS = 4;
/** The name of a tensor, or of its gradient, ends so; that of a weight does not. */
const TENSOR = /\[\d+:\d+\]/;

const shownOfTrace = {
  /** The frames of a step, once all are here; those that are not are asked for. */
  framesOf(ctx, step) {
    ctx.facts.frames.forEach((one, i) => { this.got[i] ??= one; });
    const missing = step.pictures.map((one) => one.frame).filter((key) => !this.got[key] && !this.asked.has(key));
    missing.forEach((key) => this.asked.add(key));
    if (missing.length) ctx.model.send({ ask: "frames", keys: missing });
    return step.pictures.map((one) => this.got[one.frame]);
  },

  follow(ctx, message) {
    if (!message.frames) return;
    Object.assign(this.got, message.frames);
    ctx.update();
  },

  pictures(ctx, step) {
    const all = this.framesOf(ctx, step);
    if (all.includes(undefined)) {
      this.shown.replaceChildren(h("p", {}, ctx.t("asking_kernel")));
      return;
    }
    const wall = ctx.look === "projector";
    for (const size of wall ? WALL : [[1.15, false]]) {
      this.shown.replaceChildren(...this.roles(ctx, step, all, size));
      if (!wall || this.fits()) break;
    }
    if (wall && !this.fits()) this.shown.querySelector(".fl-legend")?.remove();
    this.table.replaceChildren(this.statistics(ctx, step, all));
  },

  fits() { return this.shown.scrollHeight <= this.shown.clientHeight; },

  /** The pictures side by side, those of one role in one field, and what they say together. */
  roles(ctx, step, all, size) {
    const groups = [];
    step.pictures.forEach((one, i) => {
      const role = one.role === "hands" && !TENSOR.test(all[i].name) && step.kind !== "seed" ? "own" : one.role;
      const figure = this.figure(ctx, all[i], role, size), last = groups.at(-1);
      if (last?.role === role && role !== "part") last.figures.push(figure);
      else groups.push({ role, figures: [figure] });
    });
    const told = step.pictures.some((one, i) => this.isTold(ctx, all[i], one.role, size[1]));
    const odd = all.some((one) => one.counted.includes(false) || !one.numbers.every((number) => frames.finite(number)));
    const legend = [{ print: "trace_legend_print", projector: "trace_legend_wall" }[ctx.look] ?? "trace_legend",
      ...(odd && ctx.look !== "projector" ? ["trace_legend_odd"] : []),
      ...(told ? ["trace_legend_spread"] : [])].map((key) => ctx.t(key)).join(" ");
    return [
      h("div", { class: `fl-roles fl-of-${step.kind}` }, groups.map(({ role, figures }, i) => [
        i && SIGNS[role] ? h("span", { class: "fl-sign" }, SIGNS[role]) : null,
        h("section", { class: `fl-role fl-role-${role}` }, h("p", { class: "fl-head" }, ctx.t(`trace_role_${role}`)), h("div", { class: "fl-figures" }, figures)),
      ])),
      step.example ? h("p", { class: "fl-example" }, step.example) : "",
      all.some((one) => !["number", "ids"].includes(one.kind)) ? h("p", { class: "fl-legend" }, h("small", {}, legend)) : "",
    ];
  },

  figure(ctx, frame, role, [scale, all, rows]) {
    const wall = ctx.look === "projector", brief = this.brief(ctx, frame);
    const [down, across] = frame.kind === "bars" ? [frame.columns, 1] : [frame.rows, frame.columns];
    const printed = frame.printed && !(wall && (down > rows || across > WALL_COLUMNS));
    const drawn = { ...frame, printed }, worded = printed || ["number", "ids"].includes(frame.kind);
    const picture = frames.draw(drawn, wall && worded ? WALL_TEXT : scale, `${frame.name} ${frame.shape}: ${brief}`);
    const note = frame.note && !wall ? ` · ${frame.note}` : "";
    const told = this.isTold(ctx, frame, role, all);
    return h("figure", { class: "fl-frame-box", title: frame.note || null }, picture, h("figcaption", {},
      h("code", {}, this.breakable(frame.name)), h("br"), h("small", {}, frame.shape, note),
      told ? [h("br"), h("small", {}, brief.replace(/ (?=[−\d%])/g, "\u00a0"))] : null));
  },

  /** Whether mean, spread and share of zeros stand under a picture: on a wall, where the table is out of sight. */
  isTold(ctx, frame, role, all) {
    if (ctx.look !== "projector" || frame.kind === "number") return false;
    return all ? role !== "weights" : TENSOR.test(frame.name) && role !== "reads";
  },

  /** A name that breaks after a slash, when it must. */
  breakable(name) {
    return name.split(/(?<=\/)/).flatMap((part, i) => (i ? [h("wbr"), part] : [part]));
  },

  brief(ctx, frame) {
    if (frame.numbers.length === 1) return frames.text(frame, frame.numbers[0]);
    const { mean, spread, zeros } = frame.statistics;
    return ctx.t("trace_brief", { mean: frames.short(mean), spread: frames.short(spread), zeros: this.percent(zeros) });
  },

  percent(share) { return `${Math.round(share * 100)} %`; },

  statistics(ctx, step, all) {
    const names = all.map((one) => one.name), twice = (name) => names.filter((one) => one === name).length > 1;
    const head = ["tensor", "shape", "mean", "spread", "zeros", "least", "greatest", "odd_head"];
    const rows = all.map(({ name, shape, statistics: one }, i) => h("tr", {},
      h("th", { scope: "row" }, twice(name) ? `${name}, ${ctx.t(`trace_role_${step.pictures[i].role}`)}` : name), h("td", {}, shape),
      [frames.short(one.mean), frames.short(one.spread), this.percent(one.zeros), frames.short(one.least), frames.short(one.greatest)]
        .map((text) => h("td", {}, text)),
      h("td", {}, one.nan + one.infinite ? h("strong", { class: "fl-what" }, ctx.t("trace_odd_cell", one)) : "0")));
    return h("table", { class: "fl-table" }, h("caption", {}, ctx.t("trace_statistics")),
      h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, ctx.t(`trace_${one}`))))),
      h("tbody", {}, rows));
  },
};
