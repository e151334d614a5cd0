// A profile: a bar for each layer, or for each step. Python draws the bars; this selects them.

import { brief, h } from "../live/core.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";

/** @type {WrittenView} */
const profile = {
  name: "profile",
  low: (model) => !model.get("ask"), // a question needs more room than the bars

  draw(ctx) {
    this.faces = { layers: [], steps: [] };
    for (const [key, markup] of Object.entries(ctx.model.get("pictures"))) {
      const by = key.split(" ")[0], at = this.faces[by].length;
      this.faces[by].push(h("li", { onclick: () => ctx.set({ at }) }, pictureFrom(markup)));
    }
    this.list = h("ol", { class: "fl-steps" });
    ctx.stage.append(this.list);
    this.why = h("p");
    ctx.panel.append(this.why, ...ctx.facts.about.map((text) => h("p", {}, text)));
    ctx.bar.append(...ctx.makeButtons());
    ctx.watchSizes(() => this.keepRoom(ctx), ctx.foot);
  },

  /** Keep the room of both faces, and of the longest reason. */
  keepRoom(ctx) {
    ctx.reserve(this.list, Object.values(this.faces));
    ctx.reserve(this.why, Object.values(ctx.facts.reasons ?? {}).map((text) => [h("span", {}, text)]));
  },

  rows(ctx) { return this.faces[ctx.state.by] ?? []; },

  /** In ask mode: whether the longest bar is still to be guessed, so that nothing is shown yet. */
  asks(ctx) {
    const answered = ctx.model.get("answers").some(({ id }) => id === ctx.facts.longest.id);
    return ctx.model.get("ask") && !answered;
  },

  update(ctx) {
    const rows = this.rows(ctx), { by, at } = ctx.state, asks = this.asks(ctx), shown = `${by} ${asks}`;
    rows.forEach((row, i) => {
      row.className = i === at ? "fl-step fl-now" : "fl-step";
      row.ariaCurrent = i === at ? "step" : null;
    });
    if (this.shown !== shown) this.list.replaceChildren(...(asks ? [] : rows));
    else if (this.at !== at && rows[at]) ctx.bringInSight(ctx.captionBox, rows[at]);
    Object.assign(this, { shown, at });
    this.why.textContent = (!asks && ctx.facts.reasons?.[`${by} ${at}`]) || "";
    if (asks && !ctx.gate) ctx.ask(ctx.facts.longest, () => ctx.update());
  },

  go(ctx, at) { ctx.set({ at: Math.max(0, Math.min(this.rows(ctx).length - 1, at)) }); },

  longest(ctx) {
    const widths = this.rows(ctx).map((row) => Number(row.querySelector("rect").getAttribute("width")));
    this.go(ctx, widths.indexOf(Math.max(...widths)));
  },

  keys(ctx) {
    const { by, at } = ctx.state, steps = by === "steps";
    return {
      ArrowUp: { button: ctx.t("back"), icon: "up", brief: true, label: ctx.t("back"),
        run: () => this.go(ctx, at - 1) },
      ArrowDown: { button: ctx.t("next"), icon: "down", brief: true, label: ctx.t("next"),
        run: () => this.go(ctx, at + 1) },
      m: { button: ctx.t("profile_longest"), label: ctx.t("profile_longest"), run: () => this.longest(ctx) },
      s: { button: ctx.t(steps ? "profile_by_layers" : "profile_by_steps"), label: ctx.t("key_profile_by"),
        run: () => ctx.set({ by: steps ? "layers" : "steps", at: 0 }) },
      Home: { label: ctx.t("profile_first"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("profile_last"), run: () => this.go(ctx, 1e9) },
    };
  },

  caption(ctx) { return this.asks(ctx) ? "" : brief(ctx.facts.captions[`${ctx.state.by} ${ctx.state.at}`] ?? ""); },
};

export default liveView(() => profile);
