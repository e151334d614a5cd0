// A sample as numbers, one for each cell, and what is said of its cells. Cells are numbered from 0
// along rows, and across the inputs (`parts`).

import { within } from "../live/within.js";
import { numeral, unpacked } from "../learned/learned.js";

/** A number that the parts store for each cell, or one for all. */
const each = (stored, cell) => (Array.isArray(stored) ? stored[cell] : stored);

export class Cells {
  constructor(facts, t) {
    this.t = t;
    this.parts = facts.parts;
    this.count = this.parts.reduce((sum, part) => sum + part.rows * part.columns, 0);
  }

  /** The part of a cell, and its number, row and column there. */
  find(cell) {
    const part = this.parts.findLast(({ start }) => start <= cell), own = cell - part.start;
    return { part, own, row: Math.floor(own / part.columns), column: own % part.columns };
  }

  range(cell) {
    const { part, own } = this.find(cell);
    return { low: each(part.low, own), high: each(part.high, own), whole: part.group || part.kind === "words" };
  }

  /** The values of all cells before any change: those of a stored sample, or the fill. */
  base(told, blank) {
    if (!blank) return Float64Array.from(unpacked(told.values), tidy);
    return Float64Array.from({ length: this.count }, (_, cell) => this.fill(cell));
  }

  /** What a cell holds in an empty sample: 0, no word, or the mean of its feature. */
  fill(cell) {
    const { part, own } = this.find(cell);
    return each(part.fill, own);
  }

  /** The values with some changes: cells and values in turn. */
  changed(base, changes) {
    const values = base.slice();
    for (let i = 0; i < changes.length; i += 2) values[changes[i]] = changes[i + 1];
    return values;
  }

  /** The changes that lead from some values to others. */
  between(base, values) {
    return [...values].flatMap((value, cell) => (value === base[cell] ? [] : [cell, value]));
  }

  name(cell) {
    const { part, own, row, column } = this.find(cell);
    if (part.kind === "row") return part.group ? part.name : part.names[own] ?? part.name;
    const key = { image: "whatif_cell_pixel", series: "whatif_cell_series", words: "whatif_cell_word" }[part.kind];
    return this.t(key, { row, column });
  }

  value(cell, value) {
    const { part } = this.find(cell);
    const named = part.group || part.kind === "words";
    if (named) return part.names[value] || (value ? `#${value}` : this.t("whatif_padding"));
    return numeral(value, Math.abs(value) >= 100 ? 0 : 2);
  }

  /** The value that Enter gives a cell: its greatest, then its least; the next word or option. */
  next(cell, value, by = 0) {
    const { low, high, whole } = this.range(cell);
    if (whole) return value + (by || 1) > high ? low : value + (by || 1) < low ? high : value + (by || 1);
    if (!by) return value === high ? low : high;
    return tidy(Math.max(low, Math.min(high, value + (by * (high - low)) / 16)));
  }

  /** Where one cell on in a direction leads: down from the last row to the next input. */
  move(cell, right, down) {
    const { part, row, column } = this.find(cell);
    if (part.kind === "row") return within(cell + right + down, this.count);
    const [y, x] = [row + down, column + right], last = part.rows * part.columns;
    if (x >= 0 && x < part.columns && y >= 0 && y < part.rows) return part.start + y * part.columns + x;
    if (down > 0 && part.start + last < this.count) return part.start + last;
    if (down < 0 && part.start > 0) return part.start - 1;
    return part.kind === "words" && right ? within(cell + right, this.count) : cell;
  }
}

/** Without what is left of float32. */
export function tidy(value) {
  return Number(value.toPrecision(7));
}

/** An image moved by some rows and columns; what comes in holds the fill. */
export function shifted(values, part, right, down) {
  const moved = values.slice();
  for (let row = 0; row < part.rows; row++) for (let column = 0; column < part.columns; column++) {
    const y = row - down, x = column - right, inside = y >= 0 && x >= 0 && y < part.rows && x < part.columns;
    const own = row * part.columns + column;
    moved[part.start + own] = inside ? values[part.start + y * part.columns + x] : each(part.fill, own);
  }
  return moved;
}

/** How wide the pen is, in cells: like the strokes of handwritten digits. */
const NIB = 0.045, EDGE = 0.55;

/** Draw from one point of an image to another, in cells; `ink` is the value of a full stroke. */
export function stroke(values, part, from, to, ink) {
  const length = Math.hypot(to.x - from.x, to.y - from.y), steps = Math.max(1, Math.ceil(length * 3));
  const radius = Math.max(0.75, NIB * Math.max(part.rows, part.columns)), drawn = values.slice();
  for (let i = 0; i <= steps; i++) {
    const x = from.x + ((to.x - from.x) * i) / steps, y = from.y + ((to.y - from.y) * i) / steps;
    for (let row = 0; row < part.rows; row++) for (let column = 0; column < part.columns; column++) {
      const far = Math.hypot(column + 0.5 - x, row + 0.5 - y), reach = Math.min(1, radius + EDGE - far);
      if (reach <= 0) continue;
      const cell = part.start + row * part.columns + column, grey = tidy(Math.round(reach * 8) / 8 * ink);
      if (Math.abs(grey) > Math.abs(drawn[cell])) drawn[cell] = grey;
    }
  }
  return drawn;
}
