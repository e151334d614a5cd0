// The pictures of a sample's inputs and of maps of them.

import { h, s } from "../live/core.js";
import { PIXEL, heat, numeral, unpacked } from "../learned/learned.js";

/** From which part of the range on a pixel is ink, for the outline over maps. */
const INK = 0.3;
/** From which side on changed pixels have a dot, and up to how many of them. */
const DOTTED = 8, MOST_DOTS = 40;
const CURVE = { width: 240, height: 30 };

const lowest = (low) => (Array.isArray(low) ? Math.min(...low) : low);
const highest = (high) => (Array.isArray(high) ? Math.max(...high) : high);

/** The numbers of a part among those of all cells. */
export const ownOf = (part, numbers) => numbers.subarray(part.start, part.start + part.rows * part.columns);

/** The drawing of squares with a frame, a name, and a ring around one of them. */
function framed(part, parts, { at, label, kind, wide, high }) {
  const width = part.columns * wide, height = part.rows * high, here = at - part.start;
  const ring = here >= 0 && here < part.rows * part.columns && s("rect", {
    x: (here % part.columns) * wide, y: Math.floor(here / part.columns) * high, width: wide, height: high,
    fill: "none", class: "s-focus", "stroke-width": 2 });
  const frame = { x: -0.5, y: -0.5, width: width + 1, height: height + 1, fill: "none", class: "s-rim" };
  const size = { viewBox: `-1 -1 ${width + 2} ${height + 2}`, width: width + 2, height: height + 2 };
  const svg = s("svg", { ...size, role: "img", "aria-label": label, class: `fl-wi-${kind}` },
    s("rect", { x: 0, y: 0, width, height, class: "fl-wi-paper" }), ...parts, ...(ring ? [ring] : []),
    s("rect", frame));
  svg.dataset.side = String(wide);
  return svg;
}

/** An image, or a map of one; `size` is how large it may be. */
export function imageOf(part, { values, map = null, top = 1, size, at = -1, changes = [], told = null, label }) {
  const side = Math.max(2, Math.floor(size / Math.max(part.rows, part.columns))), own = ownOf(part, values);
  const low = Math.min(0, lowest(part.low)), span = highest(part.high) - low || 1;
  const line = { d: outline(own, part, side, low + INK * span), class: "s-ink", fill: "none", "stroke-width": 1 };
  const parts = map ? [heat(map, part.rows, part.columns, { side, top }), s("path", line)] :
    [...inks(part, own, side, low, span, told, changes), ...dots(part, side, changes)];
  return framed(part, parts, { at, label, kind: map ? "map" : "image", wide: side, high: side });
}

/** The pixels of an image, in its own colours; changed ones are grey. */
function inks(part, own, side, low, span, told, changes) {
  const tones = own.map((value) => (value - low) / span);
  if (!part.colours || !told?.colours) return [heat(tones, part.rows, part.columns, { side, top: 1, grey: PIXEL })];
  const colours = unpacked(told.colours), deep = told.colours.shape[1], grey = new Set(cellsOf(changes));
  return [...tones].map((tone, cell) => {
    const own = [...colours.subarray(cell * deep, cell * deep + 3)];
    const given = grey.has(cell + part.start) ? [tone, tone, tone] : own;
    const rgb = given.map((value) => Math.round(255 * Math.max(0, Math.min(1, value))));
    return s("rect", { x: (cell % part.columns) * side, y: Math.floor(cell / part.columns) * side,
      width: side, height: side, fill: `rgb(${rgb})` });
  });
}

/** The cells of some changes, which are cells and values in turn. */
const cellsOf = (changes) => changes.filter((_, i) => i % 2 === 0);

function dots(part, side, changes) {
  const cells = cellsOf(changes).map((cell) => cell - part.start);
  if (side < DOTTED || cells.length > MOST_DOTS) return [];
  return cells.filter((cell) => cell >= 0 && cell < part.rows * part.columns).map((cell) => s("circle", {
    cx: ((cell % part.columns) + 0.5) * side, cy: (Math.floor(cell / part.columns) + 0.5) * side, r: 2,
    class: "f-focus" }));
}

/** The border between ink and paper. */
function outline(own, part, side, level) {
  const { rows, columns } = part, lines = [];
  const inside = (row, column) => row >= 0 && column >= 0 && row < rows && column < columns;
  const ink = (row, column) => inside(row, column) && own[row * columns + column] > level;
  for (let row = 0; row <= rows; row++) for (let column = 0; column <= columns; column++) {
    const from = `M${column * side},${row * side}`;
    if (column < columns && ink(row, column) !== ink(row - 1, column)) lines.push(`${from}h${side}`);
    if (row < rows && ink(row, column) !== ink(row, column - 1)) lines.push(`${from}v${side}`);
  }
  return lines.join("");
}

/** A series: a line for each column of the data; a map of it is a row of squares for each. */
export function seriesOf(part, { values, map = null, top = 1, at = -1, width, label }) {
  const wide = Math.max(3, Math.min(28, Math.floor(width / part.columns))), own = ownOf(part, values);
  const high = map ? wide : Math.max(14, Math.min(64, Math.floor(150 / part.rows)));
  const low = lowest(part.low), span = highest(part.high) - low || 1, parts = [];
  for (let row = 0; row < part.rows; row++) {
    const begin = row * part.columns, along = (map ?? own).subarray(begin, begin + part.columns);
    if (map) { parts.push(heat(along, 1, part.columns, { side: wide, top, y: row * wide })); continue; }
    const points = [...along].map((value, i) =>
      `${(i + 0.5) * wide},${((row + 0.94 - (0.88 * (value - low)) / span) * high).toFixed(1)}`);
    parts.push(s("path", { d: `M${points.join("L")}`, fill: "none", class: "s-ink", "stroke-width": 1.5 }));
  }
  return framed(part, parts, { at, label, kind: map ? "map" : "series", wide, high });
}

/** Words in a line; with a map, each with a bar above or below a line of zero. */
export function wordsOf(part, { values, map = null, top = 1, at = -1, changes = [], cells, choose, label }) {
  const changed = new Set(cellsOf(changes)), kind = map ? "fl-wi-barred" : "";
  const word = (cell, i) => {
    const text = cells.value(cell, values[cell]), size = map ? map[i] / (top || 1) : 0;
    const bar = map && h("span", { class: `fl-wi-bar ${size < 0 ? "fl-wi-below" : ""}`, "aria-hidden": "true" },
      h("i", { style: `height:${Math.abs(size) * 14}px` }));
    const other = changed.has(cell) && !map;
    const marks = [cell === at && "fl-wi-here", other && "fl-wi-changed", !values[cell] && "fl-wi-none"];
    const title = map ? `${text}: ${numeral(map[i])}` : text;
    return h("span", { class: `fl-wi-word ${marks.filter(Boolean).join(" ")}`, onclick: () => choose(cell), title },
      map ? h("small", {}, text) : text, bar);
  };
  return h("div", { class: `fl-wi-words ${kind}`, role: "group", "aria-label": label },
    Array.from({ length: part.columns }, (_, i) => word(part.start + i, i)));
}

/** A signed bar with its number, in a cell of a table. */
export function barOf(value, top) {
  const size = top ? Math.max(-1, Math.min(1, value / top)) : 0, side = size < 0 ? "right" : "left";
  const bar = h("i", { class: size < 0 ? "fl-wi-below" : "", style: `${side}:50%;width:${Math.abs(size) * 50}%` });
  const long = h("span", { class: "fl-wi-signed", "aria-hidden": "true" }, bar);
  return h("span", { class: "fl-wi-pair" }, long, numeral(value));
}

/** A curve of an answer along the range of a feature, or a disc for each option; `x` is where the feature
 * is, from 0 to 1. */
export function curveOf(points, { low, high, x, label, joined }) {
  const { width, height } = CURVE, span = high - low || 1, last = points.length - 1 || 1;
  const place = (value) => (height - 2 - ((value - low) / span) * (height - 4)).toFixed(1);
  const left = (i) => ((i * width) / last).toFixed(1);
  const corners = points.map((value, i) => `${left(i)},${place(value)}`);
  const line = { d: `M${corners.join("L")}`, fill: "none", "stroke-width": 2 };
  const discs = points.map((value, i) => s("circle", { cx: left(i), cy: place(value), r: 2.5, class: "f-ink" }));
  const at = Math.max(0, Math.min(last, Math.round(x * last)));
  return s("svg", { viewBox: `-3 0 ${width + 6} ${height}`, width: width + 6, height, role: "img", "aria-label": label,
    class: "fl-wi-curve" },
  s("path", { d: `M0,${height - 1}h${width}`, class: "s-rule" }),
  ...(joined ? [s("path", { ...line, class: "s-ink" })] : discs),
  s("circle", { cx: left(at), cy: place(points[at]), r: 3.5, class: "f-focus" }));
}
