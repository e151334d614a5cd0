// The graph beside the curves: for each layer its gradient, the change of its weights, dead units.

import { h, link, rectOf, row, s, table } from "../live/core.js";
import { Graph, ringAround } from "../live/graph.js";

const MEASURES = ["gradient", "change", "dead"];

export function measureAfter(measure) { return MEASURES[(MEASURES.indexOf(measure) + 1) % MEASURES.length]; }

export class TrainingGraph extends Graph {
  /**
   * @param {Context} ctx
   * @param {(key: string) => void} select
   */
  constructor(ctx, select) {
    super(ctx.t("live_graph"), (key) => {
      const [layer] = this.layersOf(key);
      if (layer) select(layer.key);
    });
    this.ctx = ctx;
  }

  /** The layers that a box stands for: that of a call, or those in a closed block. */
  layersOf(key) {
    const { layers, holders = {} } = this.ctx.facts;
    return layers.filter((layer) => layer.boxes.some((box) => box === key || holders[box] === key));
  }

  /** What a box shows of a measure: of several layers, the one with the most. */
  most(layers, measures, at) {
    const values = layers.map((layer) => measures[layer.key]?.[at]).filter(Boolean);
    if (values.length < 2) return values[0];
    const rank = ([full, text]) => (/nan|inf/.test(text) ? 2 : full);
    const [full, text] = values.reduce((a, b) => (rank(b) > rank(a) ? b : a));
    return [full, this.ctx.t("live_most_of", { text, n: values.length })];
  }

  /** `measures`: [how full, text] for each layer and measure; `lost`: where nan first appeared. */
  update(measures, lost) {
    const { ctx } = this, large = ctx.look === "projector";
    const markup = ctx.model.get("pictures")[large ? "narrow" : "graph"] ?? "";
    this.el.hidden = !markup || !ctx.state.graph;
    if (this.el.hidden) return;
    this.put(markup);
    const { measure, selected } = ctx.state;
    this.clear();
    for (const mark of this.el.querySelectorAll(".fl-heat,.fl-lost")) mark.remove();
    let chosen = null;
    for (const [key, box] of [...this.parts()].reverse()) {
      const layers = this.layersOf(key), has = (name) => layers.some((layer) => layer.key === name);
      const value = this.most(layers, measures, MEASURES.indexOf(measure));
      if (value) box.append(this.bar(value, rectOf(box)));
      if (has(lost)) ringAround(box, "fl-lost");
      if (!has(selected)) continue;
      chosen ??= box;
      ringAround(box);
    }
    if (selected !== this.reached) this.reveal(chosen);
    this.reached = selected;
  }

  bar([full, text], { x, y, width, height }) {
    const left = x + 16, long = width - 24, top = y + height - 5, bad = /nan|inf/.test(text) ? " fl-bad-number" : "";
    return s("g", { class: `fl-heat${bad}` },
      s("rect", { class: "fl-heat-frame", x: left, y: top, width: long, height: 4 }),
      s("rect", { class: "fl-heat-bar", x: left, y: top, width: long * full, height: 4 }),
      s("text", { class: "fl-heat-text", x: x + 2, y: y + height + 13 }, text));
  }

  /** One measure over the epochs, as bars: height and colour strength both show the value. */
  strip(cells) {
    const svg = s("svg", { class: "fl-strip", viewBox: `0 0 120 14`, "aria-hidden": "true" });
    cells.slice(-30).forEach((cell, i) => {
      if (cell)
        svg.append(s("rect", { x: i * 4, y: 14 - 14 * cell[0], width: 3, height: 14 * cell[0],
          "fill-opacity": 0.35 + 0.65 * cell[0] }));
    });
    return svg;
  }

  /** All layers, or the selected one, with the three measures in numbers. */
  table(measures, heat, head, select) {
    const { ctx } = this, { table: all, selected } = ctx.state;
    const layers = ctx.facts.layers.filter((layer) => measures[layer.key] && (all || layer.key === selected));
    if (!layers.length) return [];
    const heads = ["layer", ...MEASURES].map((name) => ctx.t(`live_${name}`));
    const cell = (key, i) => [h("span", { class: "fl-measure" }, measures[key][i]?.[1] ?? "–"),
      this.strip(heat.map((epoch) => epoch.layers[key]?.[i]))];
    const rows = layers.map(({ key, name, detail }) =>
      row([link(name, () => select(key)), h("small", {}, ` ${detail}`)],
        MEASURES.map((_, i) => cell(key, i)), { class: key === selected ? "fl-here" : "" }));
    return [table(rows, heads, head, "fl-layers"), h("p", { class: "fl-special" }, ctx.t("live_measures"))];
  }
}
