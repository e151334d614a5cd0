// The charts that the kernel draws: put on the page, marked at an epoch, extended with new dots.

import { h, s } from "../live/core.js";
import { pictureFrom } from "../live/stored.js";
import { moveAll, stretch } from "../live/stretch.js";

const HALF_DOT = 1.5, GAP = 12;
/** How narrow a plot may be, a chart beside something, and one of a grid; charts that are more than this many are
 * small, or if there is nothing else, stand in a grid. */
const NARROWEST = 120, LEAST = 340, SMALL = 264, FEW = 2;

/** The positions of values in a drawn chart: see `Plot` in draw/chart.py. */
export class Scale {
  left; right; first; last; top; base; low; high; log;

  constructor(text) {
    const [left, right, first, last, top, base, low, high, log] = text.split(" ").map(Number);
    Object.assign(this, { left, right, first, last, top, base, low, high, log });
  }

  x(epoch) {
    const part = this.last > this.first ? (epoch - this.first) / (this.last - this.first) : 0.5;
    return this.left + part * (this.right - this.left);
  }

  y(value) {
    const part = ((this.log ? Math.log(value) : value) - this.low) / (this.high - this.low);
    return this.base - part * (this.base - this.top);
  }

  epoch(x) { return this.first + ((x - this.left) / (this.right - this.left)) * (this.last - this.first); }
}

export class Curves {
  /** @param {Context} ctx */
  constructor(ctx) {
    this.ctx = ctx;
    this.facts = ctx.facts.charts;
    this.pointed = 0;
    this.taken = 0; // the width of the graph
    this.figures = ctx.facts.charts.map((facts) => {
      const el = h("div", { class: "fl-chart",
        onpointermove: (event) => this.point(event, figure), onpointerleave: () => this.read(0) });
      /** @type {any} */
      const figure = { facts, el, markup: "" };
      return figure;
    });
    this.legend = h("p", { class: "fl-legend" });
    this.el = h("div", { class: "fl-charts" }, this.figures.map(({ el }) => el), this.legend);
  }

  get curves() { return this.ctx.model.get("curves"); }
  get epochs() { return this.curves.epochs ?? []; }

  /** The picture of a chart that is closest to the choice: a metric has no logarithmic scale. */
  markup(chart) {
    const { log, smooth } = this.ctx.state;
    const keys = [log && smooth && "log smooth", smooth && "smooth", log && "log", ""];
    return keys.map((key) => chart?.svgs[key]).find(Boolean);
  }

  /** The room for each chart: all there is, in a grid if there are many, beside a graph or a table where both fit;
   * small ones do not grow. Before it is on the page, it has none. */
  get room() {
    const { stage, look, facts, panel } = this.ctx, n = this.figures.length, wall = look === "projector";
    const { paddingLeft, paddingTop } = getComputedStyle(stage);
    const [around, above] = [paddingLeft, paddingTop].map((one) => 2 * (parseFloat(one) || 0));
    const inner = stage.clientWidth - around, legend = this.legend.textContent ? this.legend.offsetHeight + GAP : 0;
    const beside = facts.sweep ? panel.offsetWidth : this.taken, free = inner - (beside && beside + 2 * GAP);
    const fits = free >= LEAST, shown = wall ? 1 : n, grid = n > FEW && facts.compared && !wall && !beside;
    const most = Math.max(1, Math.floor((inner + GAP) / (SMALL + GAP)));
    const columns = grid ? Math.min(Math.ceil(Math.sqrt(n)), most) : 1, rows = Math.ceil(shown / columns);
    const fills = grid || (n <= FEW && (facts.compared || !wall));
    const high = (stage.clientHeight - above - legend - GAP * (rows - 1)) / rows;
    const wide = (fits ? free : inner) - GAP * (columns - 1);
    return { wide: wide / columns, high: fills && fits ? Math.floor(high) : 0, fills, columns: grid ? columns : 0 };
  }

  update(hidden) {
    const { wide, high, fills, columns } = this.room, room = [wide, high, fills].join(" ");
    this.el.style.gridTemplateColumns = columns ? `repeat(${columns}, 1fr)` : "";
    if (room !== this.last) for (const figure of this.figures) figure.markup = "";
    this.last = room;
    const large = this.ctx.look === "projector", n = this.figures.length;
    this.figures.forEach((figure, i) => {
      const { el } = figure, chart = this.curves.charts?.[i];
      el.hidden = large && i !== this.ctx.state.chart % n;
      const markup = hidden ? "?" : this.markup(chart) ?? "";
      if (markup === figure.markup) return;
      Object.assign(figure, { markup, chart });
      el.replaceChildren(markup.startsWith("<") ? pictureFrom(markup) :
        h("p", { class: hidden ? "fl-chart-hidden" : "fl-soft" }, markup || this.ctx.t("live_no_curve")));
      this.prepare(figure);
    });
    if (!columns) this.align();
    const named = this.close || !this.curves.charts?.some(({ names }) => names);
    const checked = this.curves.charts?.some(({ lines }) => lines.length > 1);
    this.legend.textContent = named && checked && !hidden && !large ? this.ctx.t("live_marks") : "";
    this.mark();
  }

  /** Whether names at the ends of curves are left out, so that a graph fits beside them. */
  narrow(close) {
    if (close === this.close) return;
    this.close = close;
    for (const figure of this.figures) figure.markup = "";
  }

  /** Without the names: the numbers follow the marks, and the chart is as much narrower. */
  shorten({ svg, scale, chart }) {
    const { names = 0 } = chart, [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    if (!names) return;
    for (const text of svg.querySelectorAll("text"))
      if (Number(text.getAttribute("x")) > scale.right + 14 && text.closest("[data-end]"))
        text.setAttribute("x", String(Number(text.getAttribute("x")) - names));
    const labels = chart.lines.map(({ label }) => label);
    for (const text of svg.querySelectorAll("text")) if (labels.includes(text.textContent)) text.remove();
    svg.setAttribute("viewBox", [x, y, width - names, height].join(" "));
    svg.setAttribute("width", String(width - names));
  }

  /** On a phone, long names of lines end with an ellipsis where the plot would be too narrow beside them. */
  cut(svg, { left, right }, { lines, names = 0 }) {
    const [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const over = Math.ceil(width - (right - left) + NARROWEST - this.room.wide);
    if (over <= 0 || names <= over) return;
    const labels = lines.map(({ label }) => label), longest = Math.max(...labels.map((label) => label.length));
    const most = Math.floor((longest * (names - over)) / names) - 1;
    for (const text of svg.querySelectorAll("text")) {
      const label = text.textContent, at = Number(text.getAttribute("x"));
      const named = labels.includes(label), number = !named && at > right + 14 && text.closest("[data-end]");
      if (number) text.setAttribute("x", String(at - over));
      if (!named || label.length <= most) continue;
      text.textContent = `${label.slice(0, most).trimEnd()}…`;
      text.append(s("title", {}, label));
    }
    svg.setAttribute("viewBox", [x, y, width - over, height].join(" "));
    svg.setAttribute("width", String(width - over));
  }

  prepare(figure) {
    const svg = figure.el.querySelector("svg"), plot = svg?.querySelector("[data-scale]");
    figure.svg = svg;
    if (!svg) return;
    if (this.close) this.shorten({ ...figure, scale: new Scale(plot.dataset.scale) });
    else if (figure.chart) this.cut(svg, new Scale(plot.dataset.scale), figure.chart);
    this.fill(svg, plot);
    figure.scale = new Scale(plot.dataset.scale);
    figure.dots = plot.querySelector("[data-dots] path");
    figure.ends = [...plot.querySelectorAll("[data-end]")]
      .map((el) => [el.firstChild, Number(el.dataset.end), el.textContent]);
    svg.append(figure.marks = s("g", { class: "fl-marks" }));
  }

  /** As wide and as high as there is room for, if the charts have it all; else at most as wide. */
  fill(svg, plot) {
    const { left, right } = new Scale(plot.dataset.scale);
    const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name))), { room } = this;
    const most = room.wide - width, wider = Math.max(NARROWEST - (right - left), room.fills ? most : Math.min(0, most));
    const higher = room.fills ? Math.max(0, room.high - height) : 0;
    if (wider || higher) this.grow(svg, plot, wider, higher);
  }

  grow(svg, plot, wider, higher) {
    const scale = new Scale(plot.dataset.scale), { left, right, first, last, top, base, low, high, log } = scale;
    stretch(svg, scale, wider, higher);
    plot.dataset.scale = [left, right + wider, first, last, top, base + higher, low, high, log].join(" ");
  }

  /** Plots one under the other begin and end at the same places. */
  align() {
    const shown = this.figures.filter(({ svg, el }) => svg?.isConnected && !el.hidden);
    const beside = ({ svg, scale: { left, right } }) => {
      const { x, width } = svg.viewBox.baseVal;
      return [left - x, x + width - right];
    };
    const most = [0, 1].map((side) => Math.max(...shown.map((figure) => beside(figure)[side])));
    for (const figure of shown) {
      const { svg } = figure, plot = svg.querySelector("[data-scale]"), { x, y, width, height } = svg.viewBox.baseVal;
      const [before, after] = beside(figure).map((wide, side) => most[side] - wide);
      if (before + after < 1) continue;
      this.grow(svg, plot, -before - after, 0);
      svg.setAttribute("viewBox", [x - before, y, width, height].join(" "));
      svg.setAttribute("width", String(width));
      const { top } = figure.scale = new Scale(plot.dataset.scale);
      for (const text of svg.querySelectorAll("text[x]:not([text-anchor])")) // titles begin at one place, too
        if (Number(text.getAttribute("y")) < top) moveAll([text], (at) => at - before, (at) => at);
    }
  }

  /** Add batches that have arrived since the charts were drawn. */
  add(dots) {
    for (const { svg, scale, dots: path, facts } of this.figures) {
      if (!svg || !path) continue;
      const placed = dots.map(({ x, values }) => [scale.x(x), scale.y(values[facts.key] ?? NaN)])
        .filter(([x, y]) => x <= scale.right && y >= scale.top && y <= scale.base);
      path.setAttribute("d",
        path.getAttribute("d") + placed.map(([x, y]) => `M${x},${y - HALF_DOT}L${x},${y + HALF_DOT}`).join(""));
    }
  }

  point(event, { svg, scale }) {
    if (!svg || !this.epochs.length) return;
    const { x } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const epoch = scale.epoch(x), inside = x > scale.left - 20 && x < scale.right + 20;
    this.read(inside ? this.epochs.reduce((a, b) => (Math.abs(b - epoch) < Math.abs(a - epoch) ? b : a)) : 0);
  }

  read(epoch) {
    if (epoch === this.pointed) return;
    this.pointed = epoch;
    this.mark();
  }

  /** Mark the epoch looked at, by pointer or keys: a line, rings, and the values there. */
  mark() {
    const at = this.pointed || this.ctx.state.epoch;
    for (const { svg, marks, scale, ends, chart } of this.figures) {
      if (!svg) continue;
      const index = at ? chart.epochs.findLastIndex((epoch) => epoch <= at) : -1;
      for (const [text, line, last] of ends)
        text.textContent = index < 0 ? last : chart.lines[line].values[index] || "–";
      marks.replaceChildren();
      if (index < 0) continue;
      const epoch = chart.epochs[index], x = scale.x(epoch);
      marks.append(s("line", { class: "fl-cursor", x1: x, x2: x, y1: scale.top, y2: scale.base }),
        s("text", { class: "fl-cursor-text", x, y: scale.top - 3, "text-anchor": "middle" },
          this.ctx.t("live_at_epoch", { epoch })));
      for (const { back, values } of chart.lines) {
        const y = scale.y(values[index] === "" ? NaN : Number(values[index]));
        if (Number.isFinite(y))
          marks.append(s("circle", { class: "fl-cursor", cx: scale.x(epoch - back), cy: y, r: 5 }));
      }
    }
  }

  /** The values at an epoch in words. */
  words(at) {
    const charts = (this.curves.charts ?? []).map((chart, i) => {
      const index = chart.epochs.findLastIndex((epoch) => epoch <= at), { title, output } = this.figures[i].facts;
      const values = index < 0 ? []
        : chart.lines.filter((line) => line.values[index]).map((line) => `${line.label} ${line.values[index]}`);
      return values.length ? `${[title, output].filter(Boolean).join(" ")}: ${values.join(", ")}` : "";
    });
    return this.ctx.t("live_at_epoch_values", { epoch: at, values: charts.filter(Boolean).join("; ") });
  }
}
