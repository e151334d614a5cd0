// Shape steps: one call at a time, its rule in words, each axis as arithmetic, and its weights.

const shapes = {
  name: "shapes",

  draw(ctx) {
    this.all = ctx.button(ctx.t("shapes_all"), "a", () => this.flip(ctx), false);
    this.batch = h("input", { type: "range", min: 0, max: 128,
      oninput: () => this.slide(ctx), onchange: () => { this.sliding = false; } });
    this.told = h("span");
    ctx.bar.append(
      ctx.button(ctx.t("shapes_back"), "ArrowLeft", () => this.go(ctx, ctx.state.step - 1)),
      ctx.button(ctx.t("shapes_on"), "ArrowRight", () => this.go(ctx, ctx.state.step + 1)),
      this.all, h("label", {}, ctx.t("shapes_batch"), " ", this.batch, " ", this.told));
  },

  count(ctx) {
    return ctx.facts.steps.length + (ctx.facts.failure ? 1 : 0);
  },

  flip(ctx) { ctx.set({ all: !ctx.state.all }); },

  /** A whole drag of the slider is one step for `undo`. */
  slide(ctx) {
    ctx.set({ batch: Number(this.batch.value) }, this.sliding);
    this.sliding = true;
  },

  update(ctx) {
    const { step, all, batch } = ctx.state;
    const last = this.count(ctx) - 1;
    this.all.setAttribute("aria-pressed", String(all));
    this.batch.value = batch;
    this.told.textContent = String(batch || ctx.t("shapes_any"));
    this.batch.setAttribute("aria-valuetext", this.told.textContent);
    const rows = ctx.facts.steps.map((one, i) => this.row(ctx, one, i));
    if (ctx.facts.failure) rows.push(this.failed(ctx, ctx.facts.failure));
    const shown = rows.filter((_, i) => all ? i <= last : i <= step && i >= step - 2);
    ctx.stage.replaceChildren(h("ol", { class: "fl-steps", start: String(all ? 1 : Math.max(1, step - 1)) }, shown));
    ctx.panel.replaceChildren();
    const seen = `${step} ${all}`, present = ctx.stage.querySelector(".fl-now");
    if (this.seen !== seen && present) ctx.bringInSight(ctx.captionBox, ctx.bar, present);
    this.seen = seen;
  },

  row(ctx, one, i) {
    const now = i === ctx.state.step;
    const out = one.outputs[0];
    const rules = out ? out.axes.filter((axis) => !axis.batch).map((axis) =>
      h("li", {}, h("code", {}, ctx.t("shapes_axis", { axis: axis.label, text: axis.text })))) : [];
    return h("li", { class: now ? "fl-step fl-now" : "fl-step", "aria-current": now ? "step" : null },
      h("div", { class: "fl-step-head" }, h("strong", {}, one.key), " ", h("small", {}, one.detail)),
      h("div", { class: "fl-shapes" },
        one.inputs.map(([, shape]) => [this.blocks(ctx, shape), h("span", { class: "fl-arrow", "aria-hidden": "true" }, "→")]),
        one.outputs.map((made) => this.blocks(ctx, made.shape))),
      h("p", {}, one.words),
      now || ctx.state.all ? [h("ul", { class: "fl-rules" }, rules),
        one.parameters ? h("p", {}, h("code", {}, ctx.t("shapes_weights", { text: one.parameters, total: one.total.toLocaleString("en") }))) : null] : null);
  },

  /** A shape as blocks: the batch dashed and without a number of its own. */
  blocks(ctx, shape, bad = []) {
    const { batch } = ctx.state;
    const words = shape.map((length, i) => (i === 0 ? "batch" : length ?? "any")).join(" by ");
    return h("span", { class: "fl-blocks", role: "img", "aria-label": words },
      shape.map((length, i) => h("span", {
        class: `fl-block${i === 0 ? " fl-batch" : ""}${bad.includes(i) ? " fl-bad" : ""}`,
      }, i === 0 ? (batch ? String(batch) : "") : String(length ?? "?"))));
  },

  failed(ctx, one) {
    return h("li", { class: "fl-step fl-now fl-failed" },
      h("div", { class: "fl-step-head" }, h("strong", {}, `✗ ${one.name}`), " ", h("small", {}, one.detail)),
      one.inputs.map(([name, shape], i) => h("div", { class: "fl-shapes" },
        this.blocks(ctx, shape, one.bad.filter(([input]) => input === i).map(([, axis]) => axis)),
        h("code", {}, name))),
      one.wanted ? h("p", {}, ctx.t("shapes_wanted", { shape: one.wanted })) : null,
      h("p", { class: "fl-what" }, coded(one.what)), h("p", {}, coded(ctx.t("why", { text: one.why }))),
      h("p", {}, coded(ctx.t("fix", { text: one.fix }))));
  },

  go(ctx, step) {
    const at = Math.max(0, Math.min(this.count(ctx) - 1, step));
    ctx.ask(at > ctx.state.step ? ctx.facts.questions[at] : null, () => ctx.set({ step: at }));
  },

  keys(ctx) {
    const { step } = ctx.state;
    return {
      ArrowRight: { label: ctx.t("shapes_on"), run: () => this.go(ctx, step + 1) },
      ArrowLeft: { label: ctx.t("shapes_back"), run: () => this.go(ctx, step - 1) },
      ArrowDown: { run: () => this.go(ctx, step + 1) },
      ArrowUp: { run: () => this.go(ctx, step - 1) },
      Home: { label: ctx.t("shapes_first"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("shapes_last"), run: () => this.go(ctx, 1e9) },
      a: { label: ctx.t("shapes_all"), run: () => this.flip(ctx) },
    };
  },

  caption(ctx) {
    const one = ctx.facts.steps[ctx.state.step];
    return one ? ctx.t("shapes_caption", { i: ctx.state.step + 1, n: this.count(ctx), key: one.key, words: one.words })
      : ctx.facts.failure?.what ?? "";
  },
};

export default liveView(() => shapes);
