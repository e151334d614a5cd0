// Two models side by side: a list of differences, and the calls each is about marked in both graphs.

import { h, link, mark } from "../live/core.js";
import { Graph, ringAround } from "../live/graph.js";
import { liveView } from "../live/start.js";

/** @type {WrittenView} */
const diff = {
  name: "diff",

  draw(ctx) {
    ctx.bar.append(
      ctx.button(ctx.t("back"), "ArrowUp", () => this.go(ctx, ctx.state.entry - 1), null,
        { icon: "up", brief: true }),
      ctx.button(ctx.t("next"), "ArrowDown", () => this.go(ctx, ctx.state.entry + 1), null,
        { icon: "down", main: true }));
    ctx.stage.classList.add("fl-pair");
    this.graphs = {};
    for (const side of ["left", "right"]) {
      const name = ctx.t(`diff_${side}`, { name: ctx.facts[side] });
      const graph = this.graphs[side] = new Graph(name, (key) => this.click(ctx, side, key));
      graph.put(ctx.model.get("pictures")[side]);
      ctx.stage.append(h("figure", { class: "fl-figure" }, h("figcaption", {}, name), graph.el));
    }
    const parts = h("div", { class: "fl-compared" });
    ctx.stage.before(parts);
    parts.append(ctx.stage, h("div", { class: "fl-told" }, ctx.panel));
    // Rings need sizes, which exist only once the picture is on the page.
    ctx.watchSizes(() => this.mark(ctx), ctx.stage);
  },

  update(ctx) {
    const { entry } = ctx.state;
    const items = ctx.facts.entries.map(({ kind, sentence }, i) =>
      h("li", mark(i === entry), link(`${kind}: ${sentence}`, () => this.go(ctx, i))));
    ctx.panel.replaceChildren(
      ...(items.length ? [h("ol", { class: "fl-tape" }, items)] : []),
      ...ctx.facts.notes.map((note) => h("p", {}, note)));
    this.mark(ctx);
    const here = ctx.panel.querySelector(".fl-here");
    if (here)
      ctx.panel.scrollTop = here.offsetTop - ctx.panel.offsetTop - (ctx.panel.clientHeight - here.offsetHeight) / 2;
    if (this.seen !== entry) ctx.bringInSight(ctx.bar, ctx.panel);
    this.seen = entry;
  },

  /** Ring the calls of the current difference, and scroll to them; Python has marked them all. */
  mark(ctx) {
    const entry = ctx.facts.entries[ctx.state.entry];
    for (const [side, graph] of Object.entries(this.graphs)) {
      const parts = graph.parts();
      graph.clear();
      const [first] = (entry?.[side] ?? []).map((key) => ringAround(parts.get(key)));
      graph.reveal(first);
    }
  },

  /** The next difference about a call; most calls have none. */
  click(ctx, side, key) {
    const { entries } = ctx.facts;
    const about = [...entries.keys()].filter((i) => entries[i][side].includes(key));
    if (about.length) this.go(ctx, about.find((i) => i > ctx.state.entry) ?? about[0]);
    else {
      const shared = ctx.facts.shared.find((layer) => layer[side].includes(key));
      ctx.say(shared ? `${shared.kind}: ${shared.sentence}` : ctx.t("diff_alike", { key }));
    }
  },

  go(ctx, entry) {
    const count = ctx.facts.entries.length;
    if (!count) return;
    const at = (entry + count) % count, next = ctx.facts.entries[at];
    ctx.ask(this.question(ctx, next, at), () => ctx.set({ entry: at }));
  },

  question(ctx, entry, at) {
    const kinds = [...new Set([entry.kind, "added", "removed", "changed", "shared"])].slice(0, 4).sort();
    const where = [...entry.left, ...entry.right].join(", ");
    return where ? { id: `diff ${at}`, prompt: ctx.t("ask_diff", { where }), options: kinds,
      answer: entry.kind, explain: entry.sentence } : null;
  },

  keys(ctx) {
    const { entry } = ctx.state;
    return {
      ArrowDown: { label: ctx.t("next"), run: () => this.go(ctx, entry + 1) },
      ArrowUp: { label: ctx.t("back"), run: () => this.go(ctx, entry - 1) },
      Escape: { label: ctx.t("key_out"), run: () => ctx.set({ entry: -1 }) },
    };
  },

  caption(ctx) {
    const n = ctx.facts.entries.length, key = n ? "diff_caption" : "diff_none";
    return ctx.facts.entries[ctx.state.entry]?.sentence ?? ctx.t(key, { n });
  },
};

export default liveView(() => diff);
