// The pictures of slow motion: what a step reads and makes, each with what can be said of it.

const SIGNS = { part: "+", sum: "=", after: "→" };
/** How large pictures are on a wall, the first that leaves room for all; "tight" without statistics and legend. */
const WALL = [[1.7], [1.45], [1.2], [1], [1.2, "tight"], [1, "tight"], [0.8, "tight"], [0.6, "tight"]];

const shownOfTrace = {
  /** The frames of a step, once all are here; those that are not are asked for. */
  framesOf(ctx, step) {
    const frames = { ...ctx.facts.frames, ...this.got };
    const missing = step.pictures.map(({ frame }) => frame).filter((key) => !frames[key] && !this.asked.has(key));
    missing.forEach((key) => this.asked.add(key));
    if (missing.length) ctx.model.send({ ask: "frames", keys: missing });
    return step.pictures.map(({ frame }) => frames[frame]);
  },

  follow(ctx, message) {
    if (!message.frames) return;
    Object.assign(this.got, message.frames);
    ctx.update();
  },

  pictures(ctx, step) {
    const frames = this.framesOf(ctx, step);
    if (frames.includes(undefined)) {
      this.shown.replaceChildren(h("p", {}, ctx.t("asking_kernel")));
      return;
    }
    this.shown.replaceChildren(...this.roles(ctx, step, frames));
    this.table.replaceChildren(this.statistics(ctx, step, frames));
    this.fit(ctx);
  },

  /** Make pictures as large as there is room. */
  fit(ctx) {
    const { shown } = this;
    for (const [scale, tight] of ctx.look === "projector" ? WALL : [[1.15]]) {
      shown.style.setProperty("--scale", scale);
      shown.classList.toggle("fl-tight", Boolean(tight));
      if (shown.scrollHeight <= shown.clientHeight) break;
    }
  },

  /** The pictures side by side, those of one role in one field, and what they say together. */
  roles(ctx, step, frames) {
    const groups = [];
    step.pictures.forEach(({ role, mark }, i) => {
      const figure = this.figure(ctx, frames[i], mark, role), last = groups.at(-1);
      if (last?.role === role && role !== "part") last.figures.push(figure);
      else groups.push({ role, figures: [figure] });
    });
    return [
      h("div", { class: `fl-roles fl-of-${step.kind}` }, groups.map(({ role, figures }, i) =>
        h("div", { class: "fl-figures" }, i && SIGNS[role] ? h("span", { class: "fl-sign" }, SIGNS[role]) : null,
          h("section", { class: `fl-role fl-role-${role}` }, h("p", { class: "fl-head" }, ctx.t(`trace_role_${role}`)), h("div", { class: "fl-figures" }, figures))))),
      step.example ? h("p", { class: "fl-example" }, step.example) : "",
      step.legend ? h("p", { class: "fl-legend" }, h("small", {}, step.legend)) : "",
    ];
  },

  figure(ctx, frame, mark, role) {
    const wall = ctx.look === "projector", svg = pictureFrom(frame.svg);
    svg.setAttribute("aria-label", `${frame.name} ${frame.shape}: ${frame.brief}`);
    svg.style.width = `calc(${svg.getAttribute("width")}px*var(--scale))`;
    svg.classList.toggle("fl-worded", frame.worded);
    if (mark) svg.append(...this.outline(mark));
    const note = frame.note && !wall ? ` · ${frame.note}` : "";
    const told = wall && frame.kind !== "number" && role !== "weights" ? h("small", { class: "fl-told" }, frame.brief.replace(/ (?=[−\d%])/g, "\u00a0")) : null;
    return h("figure", { class: "fl-frame-box", title: frame.note || null }, svg, h("figcaption", {},
      h("code", {}, this.breakable(frame.name)), h("br"), h("small", {}, frame.shape, note), told));
  },

  /** An outline that stands out from light and from dark fields: dark, with a light rim. */
  outline([x, y, width, height]) {
    return [["s-paper", 4.5], ["s-ink", 2.2]].map(([name, stroke]) => s("rect", { x: x - 1, y: y - 1, width: width + 2,
      height: height + 2, rx: 2, fill: "none", "stroke-width": stroke, class: `${name} fl-outline` }));
  },

  /** A name that breaks after a slash, when it must. */
  breakable(name) {
    return name.split(/(?<=\/)/).flatMap((part, i) => (i ? [h("wbr"), part] : [part]));
  },

  statistics(ctx, step, frames) {
    const names = frames.map(({ name }) => name), twice = (name) => names.indexOf(name) !== names.lastIndexOf(name);
    const head = ["tensor", "shape", "mean", "spread", "zeros", "least", "greatest", "odd_head"];
    const rows = frames.map(({ name, shape, cells, odd }, i) => h("tr", {},
      h("th", { scope: "row" }, twice(name) ? `${name}, ${ctx.t(`trace_role_${step.pictures[i].role}`)}` : name), h("td", {}, shape),
      cells.slice(0, -1).map((text) => h("td", {}, text)),
      h("td", {}, odd ? h("strong", { class: "fl-what" }, cells.at(-1)) : cells.at(-1))));
    return h("table", { class: "fl-table" }, h("caption", {}, ctx.t("trace_statistics")),
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, ctx.t(`trace_${name}`))))),
      h("tbody", {}, rows));
  },
};
