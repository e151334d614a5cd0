// What the views share that show what a model has learned: numbers as `packed.py` stores them, maps
// of numbers.

import { s } from "../live/core.js";

/** The numbers of a stored array, in one row. */
export function unpacked({ top, data, bits = 8 }) {
  const text = atob(data), bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  if (bits === 32) return new Float32Array(bytes.buffer);
  const whole = bits === 16 ? new Int16Array(bytes.buffer) : new Int8Array(bytes.buffer), steps = 2 ** (bits - 1) - 1;
  return Float32Array.from(whole, (value) => (value * top) / steps);
}

/** The part of an array of a shape that belongs to the first indices. */
export function rowOf(values, shape, ...index) {
  const size = shape.slice(index.length).reduce((a, b) => a * b, 1);
  const at = index.reduce((place, i, axis) => place * shape[axis] + i, 0);
  return values.subarray(at * size, (at + 1) * size);
}

/** A number as it is read: decimals, commas in thousands, and a real minus sign. */
export function numeral(value, digits = 3) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "−∞" : "∞";
  const size = Math.abs(value), format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const tiny = digits > 2 && size && size < 10 ** -digits / 2,
    text = tiny || size >= 1e6 ? size.toExponential(digits - 1) :
    size.toLocaleString("en-US", format);
  return value < 0 && Number(text.replaceAll(",", "")) ? `−${text}` : text;
}

/** By how much what is written of parts misses what is written of their sum: 0, or a step of the last digit. */
export function rounding(parts, sum, digits = 3, written = (value) => numeral(value, digits)) {
  const read = (value) => Number(written(value).replace("−", "-").replaceAll(",", ""));
  const off = read(sum) - parts.reduce((total, part) => total + read(part), 0);
  return Math.abs(off) > 0.6 * 10 ** -digits ? off : 0;
}

/** The same in few characters, for a cell: two decimals, and no zero before the point. */
export function brief(value) {
  const size = Math.abs(value), text = size >= 9.995 ? String(Math.round(size)) : size.toFixed(size >= 0.995 ? 1 : 2);
  const short = text.replace(/^0(?=\.)/, "").replace(/\.0+$/, "");
  return value < 0 && Number(text) ? `−${short || 0}` : short || "0";
}

const LEVELS = 8, MARKED = 9;

/** How strongly a number is painted, from -LEVELS to LEVELS. */
const levelOf = (value, top) => (top ? Math.max(-LEVELS, Math.min(LEVELS, Math.round((value / top) * LEVELS))) : 0);

/** The ink of images, which keep their own colours in a dark theme: 0 is paper. */
export const PIXEL = "#17212b";

/**
 * A map of numbers as squares: orange above zero, blue below, the more opaque the larger; squares that
 * are large enough have a minus if they are below zero. `side` is the height of a square, and its width
 * unless it is `wide`; `grey` is the one colour of all squares, for what is not signed.
 */
export function heat(values, rows, columns, { side, wide = side, top, x = 0, y = 0, grey = "" }) {
  const paths = {}, minus = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0, end; column < columns; column = end) {
      const level = levelOf(values[row * columns + column], top);
      for (end = column + 1; end < columns && levelOf(values[row * columns + end], top) === level;) end++;
      if (!level) continue;
      paths[level] = `${paths[level] ?? ""}M${round(x + column * wide)},${round(y + row * side)}` +
        `h${round((end - column) * wide)}v${round(side)}h${round((column - end) * wide)}z`;
      if (level < 0 && side >= MARKED) for (let i = column; i < end; i++)
        minus.push(`M${round(x + (i + 0.25) * wide)},${round(y + (row + 0.5) * side)}h${round(wide / 2)}`);
    }
  }
  const parts = Object.entries(paths).map(([level, d]) => s("path", {
    d, opacity: Math.abs(Number(level)) / LEVELS,
    ...(grey ? { fill: grey } : { class: `f-${Number(level) > 0 ? "pos" : "neg"}` }) }));
  const line = { class: "s-paper", fill: "none", "stroke-width": 1.2 };
  if (minus.length && !grey) parts.push(s("path", { d: minus.join(""), ...line }));
  return s("g", { class: "fl-heat" }, ...parts);
}

const round = (value) => Math.round(value * 100) / 100;
