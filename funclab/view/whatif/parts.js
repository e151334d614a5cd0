// The pictures of a sample's inputs and of maps of them.

import { h, s } from "../live/core.js";
import { heat, numeral, unpacked } from "../learned/learned.js";

/** From which part of the range on a pixel is ink, for the outline over maps. */
const INK = 0.3;

/** An image, or a map of one: `size` is how large it may be. */
export function imageOf(part, { values, map = null, top = 1, size, at = -1, changes = [], told = null, label }) {
  const side = Math.max(2, Math.floor(size / Math.max(part.rows, part.columns)));
  const width = part.columns * side, height = part.rows * side, own = values.subarray(part.start, part.start + part.rows * part.columns);
  const low = Math.min(0, lowest(part.low)), span = highest(part.high) - low || 1;
  const drawn = map ? [heat(map, part.rows, part.columns, { side, top })] : inks(part, own, side, low, span, told, changes);
  const marks = [];
  if (map) marks.push(s("path", { d: outline(own, part, side, low + INK * span), class: "s-ink", fill: "none", "stroke-width": 1 }));
  for (let i = 0; i < changes.length && !map; i += 2) {
    const cell = changes[i] - part.start;
    if (cell >= 0 && cell < own.length && side >= 8 && changes.length < 80)
      marks.push(s("circle", { cx: (cell % part.columns + 0.5) * side, cy: (Math.floor(cell / part.columns) + 0.5) * side, r: 2, class: "f-focus" }));
  }
  const here = at - part.start;
  if (here >= 0 && here < own.length) marks.push(s("rect", { x: (here % part.columns) * side, y: Math.floor(here / part.columns) * side,
    width: side, height: side, fill: "none", class: "s-focus", "stroke-width": 2 }));
  const svg = s("svg", { viewBox: `-1 -1 ${width + 2} ${height + 2}`, width: width + 2, height: height + 2, role: "img",
    "aria-label": label, class: map ? "fl-wi-map" : "fl-wi-image" },
  s("rect", { x: 0, y: 0, width, height, class: "fl-wi-paper" }), ...drawn, ...marks,
  s("rect", { x: -0.5, y: -0.5, width: width + 1, height: height + 1, fill: "none", class: "s-rim" }));
  svg.dataset.side = String(side);
  return svg;
}

const lowest = (low) => (Array.isArray(low) ? Math.min(...low) : low);
const highest = (high) => (Array.isArray(high) ? Math.max(...high) : high);

/** The pixels of an image, in its own colours; changed ones are grey. */
function inks(part, own, side, low, span, told, changes) {
  if (!part.colours || !told?.colours) {
    return [heat(own.map((value) => (value - low) / span), part.rows, part.columns, { side, top: 1, grey: true })];
  }
  const colours = unpacked(told.colours), deep = told.colours.shape[1], grey = new Set();
  for (let i = 0; i < changes.length; i += 2) grey.add(changes[i] - part.start);
  return [...own].map((value, cell) => {
    const tones = grey.has(cell) ? [value, value, value].map((v) => (v - low) / span) : [...colours.subarray(cell * deep, cell * deep + 3)];
    const [red, green, blue] = tones.map((tone) => Math.round(255 * Math.max(0, Math.min(1, tone))));
    return s("rect", { x: (cell % part.columns) * side, y: Math.floor(cell / part.columns) * side, width: side, height: side,
      fill: `rgb(${red},${green},${blue})` });
  });
}

/** The border between ink and paper. */
function outline(own, part, side, level) {
  const { rows, columns } = part, lines = [];
  const ink = (row, column) => row >= 0 && column >= 0 && row < rows && column < columns && own[row * columns + column] > level;
  for (let row = 0; row <= rows; row++) for (let column = 0; column <= columns; column++) {
    const x = column * side, y = row * side;
    if (column < columns && ink(row, column) !== ink(row - 1, column)) lines.push(`M${x},${y}h${side}`);
    if (row < rows && ink(row, column) !== ink(row, column - 1)) lines.push(`M${x},${y}v${side}`);
  }
  return lines.join("");
}

/** A series: a line for each column of the data; a map of it is a row of squares for each. */
export function seriesOf(part, { values, map = null, top = 1, at = -1, width, label }) {
  const step = Math.max(3, Math.min(28, Math.floor(width / part.columns))), high = Math.max(14, Math.min(64, Math.floor(150 / part.rows)));
  const own = values.subarray(part.start, part.start + part.rows * part.columns), parts = [], here = at - part.start;
  const low = lowest(part.low), span = highest(part.high) - low || 1;
  for (let row = 0; row < part.rows; row++) {
    if (map) parts.push(...heat(map.subarray(row * part.columns, (row + 1) * part.columns), 1, part.columns, { side: step, top, y: row * step }).children);
    else {
      const points = Array.from({ length: part.columns }, (_, i) =>
        `${i ? "L" : "M"}${(i + 0.5) * step},${((row + 0.94 - (0.88 * (own[row * part.columns + i] - low)) / span) * high).toFixed(1)}`);
      parts.push(s("path", { d: points.join(""), fill: "none", class: "s-ink", "stroke-width": 1.5 }));
    }
  }
  const tall = map ? step : high;
  if (here >= 0 && here < own.length) parts.push(s("rect", { x: (here % part.columns) * step, y: Math.floor(here / part.columns) * tall,
    width: step, height: tall, fill: "none", class: "s-focus", "stroke-width": 2 }));
  const size = { width: part.columns * step, height: part.rows * tall };
  const svg = s("svg", { viewBox: `-1 -1 ${size.width + 2} ${size.height + 2}`, width: size.width + 2, height: size.height + 2, role: "img",
    "aria-label": label, class: map ? "fl-wi-map" : "fl-wi-series" },
  ...parts, s("rect", { x: -0.5, y: -0.5, width: size.width + 1, height: size.height + 1, fill: "none", class: "s-rim" }));
  Object.assign(svg.dataset, { side: String(step), tall: String(tall) });
  return svg;
}

/** Words in a line; with a map, each with a bar above or below a line of zero. */
export function wordsOf(part, { values, map = null, top = 1, at = -1, changes = [], cells, choose, label }) {
  const changed = new Set(changes.filter((_, i) => i % 2 === 0));
  return h("div", { class: `fl-wi-words ${map ? "fl-wi-barred" : ""}`, role: "group", "aria-label": label },
    Array.from({ length: part.columns }, (_, i) => {
      const cell = part.start + i, word = cells.value(cell, values[cell]), size = map ? map[i] / (top || 1) : 0;
      const bar = map ? h("span", { class: `fl-wi-bar ${size < 0 ? "fl-wi-below" : ""}`, "aria-hidden": "true" },
        h("i", { style: `height:${Math.abs(size) * 14}px` })) : null;
      const state = `${cell === at ? "fl-wi-here" : ""} ${changed.has(cell) && !map ? "fl-wi-changed" : ""} ${values[cell] ? "" : "fl-wi-none"}`;
      return h("span", { class: `fl-wi-word ${state}`, onclick: () => choose(cell), title: map ? `${word}: ${numeral(map[i])}` : word },
        map ? h("small", {}, word) : word, bar);
    }));
}

/** A signed bar with its number, in a cell of a table. */
export function barOf(value, top) {
  const size = top ? Math.max(-1, Math.min(1, value / top)) : 0;
  return [h("span", { class: "fl-wi-signed", "aria-hidden": "true" },
    h("i", { class: size < 0 ? "fl-wi-below" : "", style: `${size < 0 ? "right" : "left"}:50%;width:${Math.abs(size) * 50}%` })), numeral(value)];
}

/** A curve of an answer along the range of a feature; `x` is where the feature is, from 0 to 1. */
export function curveOf(points, { low, high, x, label }) {
  const width = 132, height = 26, span = high - low || 1, last = points.length - 1 || 1;
  const place = (value) => (height - 2 - ((value - low) / span) * (height - 4)).toFixed(1);
  const line = points.map((value, i) => `${i ? "L" : "M"}${((i * width) / last).toFixed(1)},${place(value)}`).join("");
  const at = Math.max(0, Math.min(last, Math.round(x * last)));
  return s("svg", { viewBox: `-3 0 ${width + 6} ${height}`, width: width + 6, height, role: "img", "aria-label": label, class: "fl-wi-curve" },
    s("path", { d: `M0,${height - 1}h${width}`, class: "s-rule" }), s("path", { d: line, fill: "none", class: "s-ink", "stroke-width": 2 }),
    s("circle", { cx: ((at * width) / last).toFixed(1), cy: place(points[at]), r: 3, class: "f-focus" }));
}
