// What a window of a convolution or a pooling reads at a place, and what becomes of it: the numbers of
// `windows.py`, without a page.

import { within } from "../live/within.js";

/** A number of an array that is stored flat, by its index along each axis. */
function at({ shape, numbers }, ...index) {
  return numbers[index.reduce((position, i, axis) => position * shape[axis] + i, 0)];
}

/** A number in a field: at most four characters up to 999, without the zero before the point. */
export function inField(number) {
  const size = Math.abs(number), digits = [10, 100].filter((power) => size >= power).length;
  const text = number.toFixed(Math.max(0, 2 - digits - Number(number < 0 && size >= 1)));
  return Number(text) === 0 ? "0" : text.replace("-", "−").replace(/^(−?)0\./, "$1.").replace(/\.0+$/, "");
}

/** A number of a sum: three decimals. */
export function inSum(number) {
  const text = Math.abs(number) >= 1e5 ? number.toPrecision(4) : number.toFixed(3);
  return text.replace(/^-(?=0\.000$)/, "").replace("-", "−");
}

export class Sliding {
  /** @param {any} window  as Python describes it */
  constructor(window) {
    this.window = window;
    const [filters, ...places] = window.made.shape;
    /** The first of the filters that are here, and how many there are. */
    this.first = window.first ?? 0;
    this.filters = filters;
    this.places = places;
    this.channels = window.x.shape[1];
    this.lengths = window.x.shape.slice(2);
  }

  /** The choice of a reader, within what there is: filter, channel, and the place of the window; without
   * a place, that of the filter's largest number. */
  chosen({ filter = 0, channel = 0, place = [] }) {
    const f = this.first + within(filter - this.first, this.filters);
    const [row, column] = place.length ? place.map((i, axis) => within(i, this.places[axis])) : this.largest(f);
    return { filter: f, channel: Math.min(channel, this.channels - 1), row, column };
  }

  largest(filter) {
    const made = this.map(filter).flat(), i = made.indexOf(Math.max(...made));
    return [Math.floor(i / this.places[1]), i % this.places[1]];
  }

  /** What one filter makes, row by row. */
  map(filter) {
    const [rows, columns] = this.places, { made } = this.window;
    const line = (row) => Array.from({ length: columns }, (_, column) => at(made, filter - this.first, row, column));
    return Array.from({ length: rows }, (_, row) => line(row));
  }

  /** A number of the input of a filter; undefined in the padding. */
  read(filter, channel, row, column) {
    const [rows, columns] = this.lengths, inside = row >= 0 && row < rows && column >= 0 && column < columns;
    return inside ? at(this.window.x, Math.floor(filter / this.window.each), channel, row, column) : undefined;
  }

  /** How far the windows reach beyond the input: above, left, below and right. */
  get margins() {
    const { before, size, spread, strides } = this.window;
    const beyond = this.places.map((count, axis) => Math.max(0,
      (count - 1) * strides[axis] - before[axis] + spread[axis] * (size[axis] - 1) + 1 - this.lengths[axis]));
    return [...before, ...beyond];
  }

  /** The place of the window whose middle is nearest to a position of the input. */
  around(row, column) {
    const { before, size, spread, strides } = this.window;
    return [row, column].map((i, axis) => {
      const place = Math.round((i + before[axis] - spread[axis] * (size[axis] - 1) / 2) / strides[axis]);
      return within(place, this.places[axis]);
    });
  }

  /**
   * The elements of the window at a place, each with the number that it reads (0 in the padding), the
   * weight it is multiplied by, and the product.
   */
  elements({ filter, channel, row, column }) {
    const { before, size, spread, strides, kernel } = this.window, elements = [];
    for (let i = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++) {
        const down = row * strides[0] - before[0] + i * spread[0];
        const right = column * strides[1] - before[1] + j * spread[1];
        const number = this.read(filter, channel, down, right);
        const weight = kernel ? at(kernel, filter - this.first, channel, i, j) : 1;
        elements.push({ i, j, inside: number !== undefined, number: number ?? 0, weight,
          product: (number ?? 0) * weight });
      }
    return elements;
  }

  /**
   * From the window to the number that is made: the parts of the sum, what they come to, and what the
   * activation makes of it. The sum is the engine's; the part of the other channels is what it lacks.
   */
  sum(chosen) {
    const { kind, sums, bias, made, depth, activation } = this.window, { row, column } = chosen;
    const filter = chosen.filter - this.first;
    const elements = this.elements(chosen), result = at(made, filter, row, column);
    const inside = elements.filter((element) => element.inside);
    if (kind !== "sum") {
      const total = inside.reduce((sum, { number }) => sum + number, 0);
      return { parts: [], count: inside.length, total: kind === "mean" ? total : result, result };
    }
    const engine = at(sums, filter, row, column), own = elements.reduce((sum, { product }) => sum + product, 0);
    const parts = depth === 1 ? [["products", engine]] : [["products", own], ["others", engine - own]];
    if (bias) parts.push(["bias", bias.numbers[filter]]);
    const total = activation ? engine + (bias ? bias.numbers[filter] : 0) : result;
    return { parts, count: elements.length, total, result };
  }
}
