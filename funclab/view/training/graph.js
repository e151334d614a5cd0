// The graph beside the curves: for each layer its gradient, the change of its weights, dead units.

import { h, link, rectOf, row, s, table } from "../live/core.js";
import { Graph, ringAround } from "../live/graph.js";

const MEASURES = ["gradient", "change", "dead"];
/** A history: how wide and high its curve is, how wide its number, and the most epochs that it shows. */
const CURVE = [48, 15], NUMBER = 58, MOST_EPOCHS = 60;

/** The numbers that a text of a measure is about: "12 %" is 12; what is not finite is a gap. */
export function numberIn(cell) {
  const number = cell ? Number.parseFloat(cell[1]) : NaN;
  return Number.isFinite(number) ? number : NaN;
}

/** The line through numbers, from 0 at the bottom to the largest of them at the top; gaps stay open. */
export function historyPath(numbers, width, height) {
  const top = Math.max(...numbers.filter(Number.isFinite), 0) || 1, step = width / Math.max(1, numbers.length - 1);
  let pen = "M";
  return numbers.map((number, i) => {
    const [way, next] = Number.isFinite(number) ? [pen, "L"] : ["", "M"];
    pen = next;
    return way && `${way}${(i * step).toFixed(1)},${(height * (1 - number / top)).toFixed(1)}`;
  }).join("");
}

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
    this.close = false;
  }

  /** The layers that a box stands for: that of a call, or those in a closed block. */
  layersOf(key) {
    const { layers, holders = {}, narrow_holders: narrow = holders } = this.ctx.facts;
    const within = this.ctx.look === "projector" ? narrow : holders;
    return layers.filter((layer) => layer.boxes.some((box) => box === key || within[box] === key));
  }

  /** What a box shows of a measure: of several layers, the one with the most. */
  most(layers, measures, at) {
    const values = layers.map((layer) => measures[layer.key]?.[at]).filter(Boolean);
    if (values.length < 2) return values[0];
    const rank = ([full, text]) => (/nan|inf/.test(text) ? 2 : full);
    const [full, text] = values.reduce((a, b) => (rank(b) > rank(a) ? b : a));
    return [full, this.ctx.t("live_most_of", { text, n: values.length })];
  }

  /**
   * Show a measure of each layer, [how full, text], in its boxes, with its history.
   * @param {Record<string, any>} measures
   * @param {string} lost  the layer where nan first appeared
   * @param {any[]} heat  the measures of earlier epochs
   */
  update(measures, lost, heat) {
    const { ctx } = this, large = ctx.look === "projector";
    const { graph = "", narrow = "", close = graph } = ctx.model.get("pictures");
    const markup = large ? narrow : this.close ? close : graph;
    this.el.hidden = !markup || !ctx.state.graph;
    if (this.el.hidden) return;
    if (this.put(markup)) this.el.append(this.legend = h("p", { class: "fl-legend" }));
    const { measure, selected } = ctx.state, i = MEASURES.indexOf(measure);
    this.histories = (key) => [...heat.map(({ layers }) => layers[key]?.[i]), measures[key]?.[i]];
    this.clear();
    for (const mark of this.el.querySelectorAll(".fl-heat,.fl-lost")) mark.remove();
    let chosen = null, measured = false;
    for (const [key, box] of [...this.parts()].reverse()) {
      const layers = this.layersOf(key), has = (name) => layers.some((layer) => layer.key === name);
      const value = this.shownAt(key, layers, measures, i);
      if (value) box.append(value);
      measured ||= Boolean(value);
      if (has(lost)) ringAround(box, "fl-lost");
      if (!has(selected)) continue;
      chosen ??= box;
      ringAround(box);
    }
    const said = measured && !large && ctx.t("live_history_boxes", { measure: ctx.t(`live_${measure}`) });
    this.legend.textContent = said || "";
    if (selected !== this.reached) this.reveal(chosen);
    this.reached = selected;
  }

  /** What a box or a capsule shows: the history of its call or weights, or a bar below the box. */
  shownAt(key, layers, measures, i) {
    const { roomy = [], layers: all } = this.ctx.facts, box = this.parts().get(key);
    if (this.ctx.look === "projector" || !(roomy.includes(key) || box.classList.contains("capsule"))) {
      const value = measures[key]?.[i] ?? this.most(layers, measures, i);
      return value && this.bar(value, rectOf(box));
    }
    const owner = layers[0] ?? all.find((layer) => layer.key === key), shared = owner?.boxes.length > 1;
    const source = shared && roomy.includes(key) ? key : owner?.key;
    return measures[source]?.[i] ? this.history(source, measures[source][i], box, shared) : null;
  }

  /** The curve of a measure over the epochs, and its number now: at the right under the name, or in the capsule
   * under what it is. */
  history(key, [, text], box, shared) {
    const at = rectOf(box), capsule = box.classList.contains("capsule"), [width, height] = CURVE;
    const cells = this.histories(key).slice(-MOST_EPOCHS), numbers = cells.map(numberIn), bad = /nan|inf/.test(text);
    const right = capsule ? at.x + at.width / 2 + (width + NUMBER) / 2 : at.x + at.width - 12;
    const base = at.y + at.height - (capsule ? 10 : 11), left = right - NUMBER - width, last = numbers.at(-1);
    const points = numbers.filter(Number.isFinite), top = Math.max(...points, 0) || 1;
    const told = s("text", { class: "fl-heat-text", x: right, y: base, "text-anchor": "end" });
    told.textContent = text;
    const path = { d: historyPath(numbers, width, height), transform: `translate(${left} ${base - height})` };
    const curve = points.length > 1 ? [s("path", { class: "fl-history-zero", d: `M${left},${base + 0.5}h${width}` }),
      s("path", { class: "fl-history", ...path })] : [];
    if (curve.length && Number.isFinite(last))
      curve.push(s("circle", { class: "fl-history-end", cx: left + width, cy: base - height * last / top, r: 2.5 }));
    const words = capsule && shared ? [this.sumOf(at, base - 20)] : [];
    return s("g", { class: `fl-heat${bad ? " fl-bad-number" : ""}` }, ...curve, told, ...words);
  }

  /** What the number in a capsule is, of the gradient: the sum of the calls' gradients. */
  sumOf({ x, width }, y) {
    const gradient = this.ctx.state.measure === "gradient";
    const el = s("text", { class: "fl-history-words", x: x + width / 2, y, "text-anchor": "middle" });
    el.textContent = this.ctx.t(gradient ? "live_sum" : "live_of_weights");
    return el;
  }

  bar([full, text], { x, y, width, height }) {
    const left = x + 16, long = width - 24, top = y + Math.max(height - 5, 24);
    const bad = /nan|inf/.test(text) ? " fl-bad-number" : "";
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
