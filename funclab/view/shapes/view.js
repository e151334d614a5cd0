// Shape steps: one call at a time. Python draws a row for each; this shows rows and fills in the batch.

import { fit, h } from "../live/core.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";

/** @type {WrittenView} */
const shapes = {
  name: "shapes",

  draw(ctx) {
    this.rows = Object.values(ctx.model.get("pictures")).map((markup) => h("li", {}, pictureFrom(markup)));
    this.list = h("ol", { class: "fl-steps" });
    ctx.stage.append(this.list);
    this.all = ctx.button(ctx.t("shapes_all"), "a", () => this.flip(ctx), false);
    this.batch = h("input", { type: "range", min: 0, max: 128,
      oninput: () => this.slide(ctx), onchange: () => { this.sliding = false; } });
    this.told = h("span");
    ctx.bar.append(
      ctx.button(ctx.t("back"), "ArrowLeft", () => this.go(ctx, ctx.state.step - 1), null,
        { icon: "back", brief: true }),
      ctx.button(ctx.t("next"), "ArrowRight", () => this.go(ctx, ctx.state.step + 1), null,
        { icon: "next", main: true }),
      this.all, h("label", {}, ctx.t("shapes_batch"), " ", this.batch, " ", this.told));
  },

  flip(ctx) { ctx.set({ all: !ctx.state.all }); },

  /** A whole drag of the slider is undone as one step. */
  slide(ctx) {
    ctx.set({ batch: Number(this.batch.value) }, this.sliding);
    this.sliding = true;
  },

  update(ctx) {
    const { step, all, batch } = ctx.state;
    this.all.setAttribute("aria-pressed", String(all));
    this.batch.value = batch;
    this.told.textContent = String(batch || ctx.t("shapes_any"));
    this.batch.setAttribute("aria-valuetext", this.told.textContent);
    this.rows.forEach((row, i) => {
      row.className = i === step ? "fl-step fl-now" : "fl-step";
      row.ariaCurrent = i === step ? "step" : null;
      fit(ctx, row.firstChild);
      for (const text of row.querySelectorAll(".batch text")) text.textContent = batch || "";
    });
    const before = ctx.look === "projector" ? 1 : 2;
    this.list.replaceChildren(...(all ? this.rows : this.rows.slice(Math.max(0, step - before), step + 1)));
    const shown = `${step} ${all}`, present = ctx.stage.querySelector(".fl-now");
    if (this.shown !== shown && present) ctx.bringInSight(ctx.captionBox, ctx.bar, present);
    this.shown = shown;
  },

  go(ctx, step) {
    const next = Math.max(0, Math.min(this.rows.length - 1, step));
    ctx.ask(next > ctx.state.step ? ctx.facts.questions[next] : null, () => ctx.set({ step: next }));
  },

  keys(ctx) {
    const { step } = ctx.state;
    return {
      ArrowRight: { label: ctx.t("next"), run: () => this.go(ctx, step + 1) },
      ArrowLeft: { label: ctx.t("back"), run: () => this.go(ctx, step - 1) },
      ArrowDown: { run: () => this.go(ctx, step + 1) },
      ArrowUp: { run: () => this.go(ctx, step - 1) },
      Home: { label: ctx.t("first_step"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("last_step"), run: () => this.go(ctx, 1e9) },
      a: { label: ctx.t("shapes_all"), run: () => this.flip(ctx) },
    };
  },

  caption(ctx) { return ctx.facts.captions[ctx.state.step] ?? ""; },
};

export default liveView(() => shapes);
