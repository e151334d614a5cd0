// Draws the window of a convolution or a pooling: the input, the numbers in the window, and the output.

import { s } from "../live/core.js";
import { inField } from "./sliding.js";

/** How high the maps may be where the view has no height of its own, also if the sum below has many parts, and at
 * least; the lines above a map; the room between input, window and output, also if there is little. */
const HIGH = 256, LOW = 208, LEAST = 96, HEAD = 40, GAPS = [56, 112], NARROW = [20, 96], LEAST_GAP = 80, ROOMY = 640;
/** The largest and the smallest field of a map, and the smallest with a number in it. */
const LARGEST = 34, SMALLEST = 3, WRITTEN = 32;
/** The fields of the window: how low they may be, and their sizes with a product, with a number, and without. */
const LOWEST = 34, FIELDS = { product: [48, 46], number: [48, 34], plain: [20, 20] }, MOST_WRITTEN = 5;
/** How wide a letter of a heading, and of the line under it, may be. */
const LETTER = 8, SMALL_LETTER = 6.8;
/** How strong the strongest colour is, with and without numbers on it. */
const STRONG = { written: 0.45, plain: 0.95 };

function words(text, x, y, name, anchor = "start") {
  const el = s("text", { x, y, "text-anchor": anchor, ...(name ? { class: name } : {}) });
  el.textContent = text;
  return el;
}

const frame = (x, y, width, height, name, rx = 3) => s("rect", { class: name, x, y, width, height, rx });

/** How opaque a field is; grey leaves out the middle, on which no text can be read. */
function strength(share, { grey, written }) {
  if (grey) return share > 0.5 ? 0.26 + share * 0.74 : share * 0.7;
  return share * (written ? STRONG.written : STRONG.plain);
}

/**
 * One field of a map: coloured by its side of zero, and hatched below zero, unless its number has a minus.
 * @param {number} number
 * @param {number} share
 * @param {number[]} place
 * @param {{ written?: boolean, padding?: boolean, grey?: boolean }} how
 */
function field(number, share, place, { written = false, padding = false, grey = false }) {
  const [x, y, width, height] = place;
  const name = padding ? "fl-padding" : grey ? "fl-grey" : number < 0 ? "fl-minus" : "fl-plus";
  const opacity = padding ? 1 : strength(share, { grey, written }).toFixed(3);
  const rect = s("rect", { class: name, x, y, width, height, "fill-opacity": opacity });
  if (!padding && (written || number >= 0)) return [rect];
  return [rect, s("path", { class: "fl-hatch", d: `M${x},${y + height}l${width},${-height}` })];
}

/** The fields of a map, as strong as their numbers are large; grey for an input without a minus. */
export function fields(grid, unit, x, y, { grey = false, small = false } = {}) {
  const numbers = grid.flat().filter((number) => number !== undefined), most = Math.max(...numbers.map(Math.abs)) || 1;
  const plain = grey && numbers.every((number) => number >= 0), written = !small && unit >= WRITTEN;
  return grid.flatMap((line, i) => line.flatMap((number, j) => {
    const padding = number === undefined, share = padding ? 0 : Math.abs(number) / most;
    const at = [x + j * unit, y + i * unit, unit, unit], parts = [];
    if (share > 0.01 || padding) parts.push(...field(number ?? 0, share, at, { written, padding, grey: plain }));
    const light = plain && share > 0.5 ? "fl-number-light" : "";
    if (written) parts.push(words(inField(number ?? 0), at[0] + unit / 2, at[1] + unit / 2 + 4, light, "middle"));
    return parts;
  }));
}

/** One picture of a window at a place, in a room. */
export class Maps {
  /**
   * @param {Context} ctx
   * @param {import("./sliding.js").Sliding} sliding
   * @param {any} chosen
   * @param {number} room
   * @param {number} height
   */
  constructor(ctx, sliding, chosen, room, height) {
    this.ctx = ctx;
    this.sliding = sliding;
    this.chosen = chosen;
    this.window = sliding.window;
    this.brief = room <= ROOMY;
    const { window, margins: [top, left, bottom, right], lengths: [rows, columns] } = sliding;
    const [high, wide] = sliding.places, [tall, broad] = window.size;
    const across = left + columns + right, down = top + rows + bottom;
    const plain = Math.max(tall, broad) > MOST_WRITTEN, kind = window.kind === "sum" ? "product" : "number";
    const [field, full] = FIELDS[plain ? "plain" : kind], low = height ? (height - HEAD - 4) / tall : full;
    this.field = [field, Math.min(full, Math.max(LOWEST, Math.floor(low)))];
    this.gaps = this.brief ? NARROW : GAPS;
    this.taken = broad * this.field[0];
    const free = room - this.taken - this.gaps[0] - this.gaps[1] - 4;
    const most = height ? Math.max(LEAST, height - HEAD - 4) : this.brief || window.depth > 1 ? LOW : HIGH;
    const fitting = [free / (across + wide), most / Math.max(down, high), LARGEST].map(Math.floor);
    this.unit = Math.max(SMALLEST, Math.min(...fitting));
    const heights = [down * this.unit, tall * this.field[1], high * this.unit];
    this.height = HEAD + Math.max(...heights) + 4;
    this.middle = HEAD + Math.max(...heights) / 2;
    this.y = heights.map((height) => this.middle - height / 2);
    const second = 1 + across * this.unit + this.gaps[0];
    this.x = [1, second, second + this.taken + this.gaps[1]];
    this.width = this.x[2] + Math.max(wide * this.unit + 2, LETTER * this.name("computes", window.makes).length);
    const over = Math.max(0, Math.min(this.width - room, this.gaps[1] - LEAST_GAP));
    this.x[2] -= over;
    this.width -= over;
  }

  draw() {
    const { width, height } = this;
    return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
      ...this.input(), ...this.elements(), ...this.joins(), ...this.output(), ...this.arrow());
  }

  /** The name of a map: only that of its tensor if there is little room. */
  name(role, name) { return this.brief ? name : this.ctx.t(`trace_window_${role}`, { name }); }

  head(i, name, note) {
    const x = this.x[i], y = this.y[i];
    return [words(name, x, y - 24, "fl-map-name"), words(note, x, y - 8, "fl-map-note")];
  }

  /** A map that can be clicked; its data say where its first field is. */
  map(i, grid, name, [left, top] = [0, 0], options = {}) {
    const { unit, x, y } = this, where = { unit, left: x[i] + left * unit, top: y[i] + top * unit };
    return [s("g", { class: name, "data-map": JSON.stringify(where) }, ...fields(grid, unit, x[i], y[i], options)),
      frame(x[i], y[i], grid[0].length * unit, grid.length * unit, "fl-map-frame", 4)];
  }

  input() {
    const { ctx, sliding, chosen, window, unit } = this;
    const { margins: [top, left, bottom, right], lengths: [rows, columns] } = sliding;
    const count = (n) => [...Array(n).keys()];
    const grid = count(top + rows + bottom).map((i) => count(left + columns + right).map((j) =>
      sliding.read(chosen.filter, chosen.channel, i - top, j - left)));
    const several = window.depth > 1 || window.kind !== "sum" || window.each < window.filters;
    const channel = window.depth > 1 ? chosen.channel : Math.floor(chosen.filter / window.each);
    const notes = [...(several ? [ctx.t("trace_window_of_channel", { channel })] : []), ...window.notes];
    const most = (grid[0].length * unit + this.gaps[0]) / SMALL_LETTER;
    while (notes.join(" · ").length > most) notes.pop();
    return [...this.head(0, this.name("reads", window.reads), notes.join(" · ")),
      ...this.map(0, grid, "fl-map fl-read", [left, top], { grey: true })];
  }

  output() {
    const { ctx, sliding, chosen: { filter, row, column }, window, unit, x, y } = this;
    const key = window.kind === "sum" ? "trace_window_filter" : "trace_window_of_channel";
    const note = ctx.t(key, { filter, channel: filter, n: window.filters });
    return [...this.head(2, this.name("computes", window.makes), note), ...this.map(2, sliding.map(filter), "fl-map"),
      frame(x[2] + column * unit, y[2] + row * unit, unit, unit, "fl-window-now", 2)];
  }

  /** The numbers in the window, with the weights that they are multiplied by; the largest is marked. */
  elements() {
    const { ctx, sliding, chosen, window, field: [wide, high], x: [, x], y: [, y] } = this;
    const sum = window.kind === "sum", { result } = sliding.sum(chosen);
    const elements = sliding.elements(chosen), [tall, broad] = window.size, written = wide >= WRITTEN;
    const most = Math.max(...elements.map(({ product }) => Math.abs(product))) || 1;
    const parts = elements.flatMap(({ i, j, number, weight, product, inside }) => {
      const at = [x + j * wide, y + i * high, wide, high];
      const lines = sum ? [inField(number), `×${inField(weight)}`] : [inside ? inField(number) : "–"];
      return [...field(product, Math.abs(product) / most, at, { written, padding: !inside }),
        ...(written ? lines : []).map((text, line) =>
          words(text, at[0] + wide / 2, at[1] + high / 2 + 4 + (line - (lines.length - 1) / 2) * 15, "", "middle"))];
    });
    const largest = elements.find(({ inside, number }) => inside && number === result);
    if (window.kind === "largest" && largest)
      parts.push(frame(x + largest.j * wide + 3, y + largest.i * high + 3, wide - 6, high - 6, "fl-largest", 4));
    const name = ctx.t(sum ? "trace_window_times" : "trace_window_alone", { filter: chosen.filter });
    return [...this.head(1, name, ctx.t(sum ? "trace_window_each" : `trace_window_${window.kind}_is`)), ...parts,
      frame(x, y, broad * wide, tall * high, "fl-window-now")];
  }

  /** The window in the input, the positions that it reads if they are apart, and lines to their numbers. */
  joins() {
    const { sliding, chosen, unit, x, y, field: [, high] } = this, { margins: [top, left, , right], lengths } = sliding;
    const { before, size, spread, strides } = this.window;
    const down = y[0] + (chosen.row * strides[0] - before[0] + top) * unit;
    const across = x[0] + (chosen.column * strides[1] - before[1] + left) * unit;
    const [tall, broad] = size.map((count, axis) => (spread[axis] * (count - 1) + 1) * unit);
    const edge = x[0] + (left + lengths[1] + right) * unit + 2, gap = x[1] - 8, low = y[1] + size[0] * high;
    const apart = Math.max(...spread) > 1 ? sliding.elements(chosen) : [];
    const beam = `M${edge},${down}L${gap},${y[1]}M${edge},${down + tall}L${gap},${low}`;
    return [s("path", { class: "fl-beam", d: beam }), ...apart.map(({ i, j }) =>
      frame(across + j * spread[1] * unit, down + i * spread[0] * unit, unit, unit, "fl-tap", 0)),
    frame(across, down, broad, tall, "fl-window-now")];
  }

  /** The arrow from the window to its number, and what happens on the way. */
  arrow() {
    const { ctx, window: { kind, bias, activation }, x, middle } = this;
    const from = x[1] + this.taken, to = x[2], half = (from + to) / 2;
    const first = kind === "sum" ? `trace_window_${bias ? "with_bias" : "sum_only"}` : `trace_window_${kind}_is`;
    const then = activation ? ctx.t("trace_window_after", { activation }) : "";
    return [s("path", { class: "fl-step-on", d: `M${from + 10},${middle}H${to - 14}` }),
      s("path", { class: "fl-step-head", d: `M${to - 8},${middle}l-8,-4v8Z` }),
      words(ctx.t(first), half, middle - 10, "fl-map-name", "middle"),
      words(then, half, middle + 20, "fl-map-note", "middle")];
  }
}
