// Two models side by side: lines join what does the same job, and a list says what differs.

import { brief, h, link, mark } from "../live/core.js";
import { Graph, ringAround } from "../live/graph.js";
import { liveView } from "../live/start.js";

/** The width of a picture beside a panel of the usual width. */
const BESIDE = 738;
const SIDES = ["left", "right"];

/** @type {WrittenView} */
const diff = {
  name: "diff",

  draw(ctx) {
    const { ArrowUp: back, ArrowDown: on } = this.keys(ctx), pictures = ctx.model.get("pictures");
    this.place = h("span", { class: "fl-place" });
    ctx.bar.append(
      ctx.button(back.label, "ArrowUp", () => this.go(ctx, ctx.state.entry - 1), null, { icon: "up", brief: true }),
      ctx.button(on.label, "ArrowDown", () => this.go(ctx, ctx.state.entry + 1), null, { icon: "down", main: true }),
      this.place);
    // Wide graphs on a projector, and views that are older than the lines, have a picture for each side.
    this.graphs = (pictures.both ? ["both"] : SIDES).map((name) => this.graph(ctx, name, pictures[name]));
    ctx.stage.append(...this.graphs.map(({ el }, i) => (pictures.both ? el :
      h("figure", { class: "fl-figure" }, h("figcaption", {}, this.heading(ctx, SIDES[i])), el))));
    // The panel makes room for two graphs with a capsule at each side.
    ctx.el.classList.toggle("fl-broad", Boolean(pictures.both) && this.graphs[0].svg.viewBox.baseVal.width > BESIDE);
    const parts = h("div", { class: "fl-compared" });
    ctx.stage.before(parts);
    parts.append(ctx.stage, h("div", { class: "fl-told" }, ctx.askBox, ctx.panel));
    // Rings need sizes, which exist only once the picture is on the page.
    this.wide = this.graphs[0].svg.viewBox.baseVal.width;
    ctx.watchSizes(() => { this.fit(ctx); this.mark(ctx); }, ctx.stage);
  },

  heading(ctx, side) { return ctx.t(`diff_${side}`, { name: ctx.facts[side] }); },

  graph(ctx, name, picture) {
    const sides = name === "both" ? SIDES : [name];
    const graph = new Graph(sides.map((side) => this.heading(ctx, side)).join("; "));
    graph.put(picture);
    if (name !== "both") graph.svg.dataset.side = name;
    graph.el.onclick = ({ target }) => this.click(ctx, target);
    return graph;
  },

  /** Where the picture would be wider than its room, the slim one. */
  fit(ctx) {
    const pictures = ctx.model.get("pictures"), slim = pictures.slim && ctx.stage.clientWidth < this.wide + 16;
    if (Boolean(slim) === Boolean(this.slim)) return;
    this.slim = slim;
    this.graphs[0].put(slim ? pictures.slim : pictures.both);
  },

  update(ctx) {
    const { entry } = ctx.state, { entries, notes } = ctx.facts, n = entries.length;
    const items = entries.map(({ kind, sentence }, i) => h("li", mark(i === entry),
      link([h("strong", {}, ctx.t(`diff_title_${kind}`)), " ", h("span", {}, sentence)], () => this.go(ctx, i))));
    this.place.textContent = entry >= 0 ? ctx.t("diff_at", { i: entry + 1, n }) : "";
    ctx.panel.replaceChildren(
      h("h3", {}, ctx.t("diff_count", { n })),
      ...(n ? [h("ol", { class: "fl-tape" }, items)] : []),
      this.totals(ctx),
      ...notes.map((note) => h("p", {}, note)));
    this.mark(ctx);
    const here = ctx.panel.querySelector(".fl-here"), list = ctx.panel.parentElement;
    if (here) list.scrollTop = here.offsetTop - (list.clientHeight - here.offsetHeight) / 2;
    if (this.seen !== entry) ctx.bringInSight(ctx.foot, ctx.bar);
    this.seen = entry;
  },

  /** Bars to one scale: how many numbers each model holds. */
  totals(ctx) {
    const { numbers } = ctx.facts, most = Math.max(...numbers, 1);
    return h("div", { class: "fl-totals" }, h("h4", {}, ctx.t("diff_totals")), numbers.map((n, i) =>
      h("div", {}, h("span", {}, ctx.t(`diff_${SIDES[i]}_side`)),
        h("i", { "aria-hidden": "true", style: `width:calc(var(--bar) * ${n / most})` }),
        h("code", {}, n.toLocaleString("en")))));
  },

  /** The boxes of one side, by key: both sides may have calls of one name. */
  parts(side) {
    const all = this.graphs.flatMap((graph) => [...graph.el.querySelectorAll("[data-key]:not(.edge)")]);
    return new Map(all.filter((part) => part.closest("[data-side]")?.dataset.side === side).reverse()
      .map((part) => [part.dataset.key, part]));
  },

  /** Ring the calls of the current difference, darken its lines, and scroll to them. */
  mark(ctx) {
    const { entry } = ctx.state, about = ctx.facts.entries[entry];
    this.graphs.forEach((graph) => graph.clear());
    const firsts = SIDES.map((side) => {
      const parts = this.parts(side);
      return (about?.[side] ?? []).map((key) => ringAround(parts.get(key)))[0];
    });
    for (const graph of this.graphs) {
      for (const tie of graph.el.querySelectorAll(".tie"))
        tie.classList.toggle("fl-on", tie.dataset.mark?.split(",").includes(String(entry + 1)) ?? false);
      graph.reveal(...firsts.filter((first) => graph.el.contains(first)));
    }
  },

  /** The next difference about a call, or about a line; most calls have none. */
  click(ctx, target) {
    const { entries } = ctx.facts, key = target.closest("[data-key]")?.dataset.key;
    const side = target.closest("[data-side]")?.dataset.side, tie = target.closest(".tie[data-mark]");
    if (!tie && !(key && side)) return;
    const about = tie ? tie.dataset.mark.split(",").map((n) => n - 1)
      : [...entries.keys()].filter((i) => entries[i][side].includes(key));
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
      ArrowDown: { label: ctx.t("diff_next"), run: () => this.go(ctx, entry + 1) },
      ArrowUp: { label: ctx.t("back"), run: () => this.go(ctx, entry - 1) },
      Escape: { label: ctx.t("key_out"), run: () => ctx.set({ entry: -1 }) },
    };
  },

  caption(ctx) {
    const { entries } = ctx.facts;
    return brief(entries[ctx.state.entry]?.sentence ?? "") || ctx.t(entries.length ? "diff_caption" : "diff_none");
  },
};

export default liveView(() => diff);
