// The face of one number: the rows that it is the sum of, the sum, and its place in the map and in the image.

import { h, s } from "../live/core.js";
import { within } from "../live/within.js";
import { brief, heat, numeral, rounding } from "../learned/learned.js";
import { bars, frameAround, sheet, tile } from "./boxes.js";
import { agrees, Missing, Sums, windowAt } from "./sums.js";

const MOST = 8, FEWEST = 3, ROW = 36, LOW_ROW = 24, AROUND = 122, BAR = 72, SHORT_BAR = 50, SMALL = 512, LOW = 330;
/** Sides of a square with a number and its weight, and the height of the heading above such squares. */
const LARGE_CELL = 72, LEAST_CELL = 40, HEADING = 48;

/** Rows in the order of the channels; of many, those with the largest sums, and the others together. */
export function listedRows(rows, most = MOST) {
  if (rows.length <= most) return { shown: rows, others: null };
  const shown = [...rows].sort((a, b) => Math.abs(b.partial) - Math.abs(a.partial)).slice(0, most - 1);
  const others = rows.filter((row) => !shown.includes(row));
  return { shown: shown.sort((a, b) => a.channel - b.channel),
    others: { count: others.length, partial: others.reduce((total, row) => total + row.partial, 0) } };
}

export class SumFace {
  /**
   * @param {Context} ctx
   * @param {import("./values.js").Values} values
   * @param {(at: number[]) => void} move
   */
  constructor(ctx, values, move) {
    this.ctx = ctx;
    this.values = values;
    this.move = move;
    this.sums = new Sums(values);
    this.el = h("div", { class: "fl-in-number" });
  }

  /** How the chosen number is made; a text in its place if that cannot be said. */
  made(index, at, channel) {
    const { ctx } = this, call = this.values.calls[index];
    if (call.input) return ctx.t("inside_is_input");
    try {
      return this.sums.of(index, at, channel) ?? ctx.t(call.recipe.kind === "lookup" ? "inside_is_row" :
        "inside_no_recipe",
        { words: call.words });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      return ctx.t(ctx.alone ? "inside_not_stored" : "asking_kernel");
    }
  }

  update(index, at, channel) {
    const call = this.values.calls[index], made = this.made(index, at, channel),
      engine = this.values.number(index, at, channel);
    const parts = typeof made === "string" ? [h("p", { class: "fl-in-note" }, made),
      this.plain(this.values.written(index, at, channel))] :
      this.parts(index, at, channel, made, engine);
    const sums = parts.filter((part) => part.matches(".fl-in-result,.fl-in-off"));
    this.el.classList.toggle("fl-in-small", this.small);
    const rows = h("div", { class: "fl-in-made" }, parts.filter((part) => !sums.includes(part)));
    this.el.classList.remove("fl-in-few");
    this.el.replaceChildren(rows,
      h("div", { class: "fl-in-where" }, this.where(index, call, at, channel)),
        h("div", { class: "fl-in-sums" }, sums));
    // A few products may be larger.
    const high = [...rows.children].reduce((sum, one) => sum + /** @type {HTMLElement} */ (one).offsetHeight, 0);
    this.el.classList.toggle("fl-in-few", !this.small && high * 2 < rows.offsetHeight);
  }

  plain(text) {
    return h("p", { class: "fl-in-result" }, this.big(text, this.ctx.t("inside_engine")));
  }

  big(text, under) {
    return h("span", { class: "fl-in-term" }, h("strong", {}, text), h("small", {}, under));
  }

  /** What stands below a sum, with the difference that is left where rounded parts do not add up to it. */
  under(text, parts, sum) {
    const off = rounding(parts, sum);
    return off ? [text, h("br"), this.ctx.t("inside_rounding", { off: numeral(off) })] : text;
  }

  sign(text) { return h("span", { class: "fl-in-sign", "aria-hidden": "true" }, text); }

  parts(index, at, channel, made, engine) {
    const { recipe } = this.values.calls[index], make = this[`parts_${recipe.kind}`];
    const off = agrees(made, engine) ? null : h("p", { class: "fl-in-off" },
      this.ctx.t("inside_differs", { sum: numeral(made.result), engine: numeral(engine) }));
    return [...make.call(this, index, at, channel, made, engine), off].filter(Boolean);
  }

  heading(head, under) {
    return h("p", { class: "fl-in-heading" }, h("strong", {}, head), h("span", {}, under));
  }

  /** Whether there is little room. */
  get small() { return (this.el.parentElement?.clientWidth ?? 0) < SMALL; }

  /** How many rows have room. */
  most(height) {
    const room = (this.el.parentElement?.clientHeight ?? 0) - AROUND;
    return Math.max(FEWEST, Math.min(MOST, Math.floor(room / height)));
  }

  /** Where a place is, in words. */
  place(index, [row, column]) {
    const [rows, columns] = this.values.calls[index].plane;
    return rows > 1 ? this.ctx.t("inside_at", { row, column }) : columns > 1 ?
      this.ctx.t("inside_at_position", { column }) : "";
  }

  /** A window of numbers as squares, the padding hatched with 0 in it. */
  window(row, [rows, columns], top, room = ROW - 4) {
    const side = Math.min(room / rows, room / columns, 16), parts = [];
    row.inside?.forEach((inside, i) => {
      if (inside) return;
      const x = (i % columns) * side, y = Math.floor(i / columns) * side;
      parts.push(s("path", { d: `M${x},${y + side}l${side},${-side}`, class: "s-line", fill: "none",
        "stroke-width": 1 }));
      if (side < 12) return;
      const zero = s("text", { x: x + side / 2, y: y + side / 2 + 4, "font-size": 11, "text-anchor": "middle",
        class: "f-label" });
      zero.textContent = "0";
      parts.push(zero);
    });
    return sheet(side * columns + 2, side * rows + 2, s("g", { transform: "translate(1,1)" },
      heat(row.window, rows, columns, { side, top }), ...parts,
        frameAround(0, 0, side * columns, side * rows, "s-focus")));
  }

  kernel(weights, [rows, columns], top) {
    const side = Math.min((ROW - 4) / rows, (ROW - 4) / columns, 16);
    return sheet(side * columns + 2, side * rows + 2, s("g", { transform: "translate(1,1)" },
      heat(weights, rows, columns, { side, top }), frameAround(0, 0, side * columns, side * rows)));
  }

  /** A partial sum as a bar from a line in the middle, and its number. */
  bar(value, top) {
    const wide = this.small ? SHORT_BAR : BAR, middle = wide / 2;
    const size = top ? Math.max(1, (Math.abs(value) / top) * (middle - 2)) : 0;
    return [sheet(wide, 18, s("path", { d: `M${middle},0v18`, class: "s-line", fill: "none", "stroke-width": 1 }),
      s("rect", { x: value < 0 ? middle - size : middle, y: 3, width: value ? size : 0, height: 12,
        class: value < 0 ? "f-neg" : "f-pos" })),
    h("span", { class: "fl-in-value" }, numeral(value))];
  }

  parts_sum(index, at, channel, made, engine) {
    const { ctx, values } = this, call = values.calls[index], { recipe } = call, [u, v] = recipe.size;
    const source = values.calls[recipe.sources[0]], several = u * v > 1, filters = call.plane[0] > 1;
    const { shown, others } = listedRows(made.rows, this.most(several ? ROW : LOW_ROW)),
      products = made.rows.length * u * v;
    const top = Math.max(...shown.map((row) => Math.abs(row.partial)), Math.abs(others?.partial ?? 0));
    const weight = Math.max(...made.rows.flatMap((row) => row.weights.map(Math.abs)));
    const value = Math.max(values.top(recipe.sources[0]), ...shown.flatMap((row) => row.window.map(Math.abs)));
    const lines = shown.map((row) => h("div", { class: "fl-in-line", role: "listitem",
      "aria-label": this.rowWords(row, source, several) },
      several ? this.sourceMap(recipe, source, row, at) : null,
      h("span", { class: "fl-in-channel" }, ctx.t("inside_short_channel", { k: row.channel })),
      several ? this.window(row, [u, v], value) : h("span", { class: "fl-in-value" }, numeral(row.window[0])),
        this.sign("×"),
      several ? this.kernel(row.weights, [u, v], weight) :
        h("span", { class: "fl-in-value" }, numeral(row.weights[0])), this.sign("="),
      ...this.bar(row.partial, top)));
    if (others) lines.push(h("div", { class: "fl-in-line fl-in-others", role: "listitem" },
      h("span", {}, ctx.t("inside_others", { n: others.count })), ...this.bar(others.partial, top)));
    const key = several ? "inside_windows" : "inside_products", first = several && !others ? shown[0] : null;
    return [this.heading(ctx.t(key, { n: made.rows.length, from: source.name, unit: this.unit(index, channel) }),
      ctx.t("inside_products_at", { place: this.place(index, at) && `${this.place(index, at)}: `, n: products,
        m: several ? made.rows.length : 1 })),
    h("div", { class: `fl-in-rows ${several ? "" : "fl-in-short"}`, role: "list" }, lines),
    first && this.products(first, [u, v], source, lines.length),
    this.total(call, made, others ? [...shown, others] : shown, filters ? ctx.t("inside_of_filter", { k: channel }) :
      ctx.t("inside_of_unit", { k: channel }), engine)];
  }

  /** The numbers of a window, each with the weight that it is multiplied by; the colour is their product's. */
  products(row, [rows, columns], source, lines) {
    const room = (this.el.parentElement?.clientHeight ?? 0) - AROUND - lines * ROW - HEADING;
    const side = Math.min(LARGE_CELL, room / rows, (this.small ? 220 : 320) / columns);
    if (side < LEAST_CELL) return null;
    const made = row.window.map((value, i) => value * row.weights[i]), top = Math.max(...made.map(Math.abs));
    const texts = made.flatMap((_, i) => [brief(row.window[i]), `× ${brief(row.weights[i])}`].map((words, line) => {
      const text = s("text", { x: (i % columns + 0.5) * side, y: (Math.floor(i / columns) + 0.5) * side - 4 + 16 * line,
        "font-size": 12, "text-anchor": "middle", class: "f-ink" });
      text.textContent = words;
      return text;
    }));
    const { ctx } = this, name = ctx.t("inside_short_channel", { k: row.channel });
    return h("div", { class: "fl-in-large" }, this.heading(ctx.t("inside_each"), `${source.name}${name}`),
      sheet(side * columns + 2, side * rows + 2, s("g", { transform: "translate(1,1)" },
        s("g", { opacity: 0.45 }, heat(made, rows, columns, { side, top })),
        frameAround(0, 0, side * columns, side * rows), ...texts)));
  }

  rowWords(row, source, several) {
    const { ctx } = this, name = `${source.name}, ${ctx.t("inside_short_channel", { k: row.channel })}`;
    if (!several) return `${name}: ${numeral(row.window[0])} × ${numeral(row.weights[0])} = ${numeral(row.partial)}`;
    return ctx.t("inside_row", { name, window: row.window.map(brief).join(" "),
      weights: row.weights.map(brief).join(" "),
      value: numeral(row.partial) });
  }

  unit(index, channel) {
    const [rows] = this.values.calls[index].plane;
    return this.ctx.t(rows > 1 ? "inside_filter" : "inside_unit", { k: channel });
  }

  /** The part of a map that a window covers: its first row and column, and how many of each. */
  covered(recipe, plane, at) {
    const [size, strides, dilation, pads] = recipe.window;
    if (!recipe.transposed && !recipe.deep) {
      return [0, 1].map((axis) => [at[axis] * strides[axis] - pads[axis], (size[axis] - 1) * dilation[axis] + 1]);
    }
    const places = windowAt(recipe, plane, at).filter((n) => n >= 0);
    return [(place) => Math.floor(place / plane[1]), (place) => place % plane[1]].map((along) => {
      const all = places.map(along), first = Math.min(...all);
      return places.length ? [first, Math.max(...all) - first + 1] : [0, 0];
    });
  }

  /** The map that a row reads, with the window on it. */
  sourceMap(recipe, source, row, at) {
    const map = this.values.map(recipe.sources[0], row.channel);
    if (!map) return h("span", { class: "fl-in-map" });
    const factor = this.values.of(recipe.sources[0]).factor, top = this.values.top(recipe.sources[0]);
    const { part, side, width, height } = tile(map, { x: 1, y: 1, room: ROW - 4, top });
    const covers = row.covers ?? this.covered(recipe, source.plane, at);
    const [[y, high], [x, wide]] = covers.map((ends) => ends.map((n) => n / factor));
    return h("span", { class: "fl-in-map" }, sheet(width + 2, height + 2, part,
      s("rect", { x: 1 + x * side, y: 1 + y * side,
      width: wide * side, height: high * side, class: "s-focus", fill: "none", "stroke-width": 2 })));
  }

  /** Sum, bias and activation as three large numbers. */
  total(call, { rows, total, bias, result }, listed, whose, engine) {
    const { ctx } = this, { activation } = call.recipe, z = total + (bias ?? 0);
    const kept = activation === "relu" && Math.abs(result - z) < 1e-9;
    const last = kept ? "inside_relu_keeps" : activation === "linear" ? "inside_the_number" : "inside_before";
    const sumOf = ctx.t("inside_sum_of", { n: rows.length });
    const terms = [this.big(numeral(total), this.under(sumOf, listed.map((row) => row.partial), total))];
    if (bias != null) terms.push(this.sign("+"), this.big(numeral(bias), ctx.t("inside_bias", { whose })),
      this.sign("="),
      this.big(numeral(z), this.under(ctx.t(last, { activation }), [total, bias], z)));
    if (activation !== "linear" && !kept) {
      const cut = activation === "relu" && z < 0 && !result;
      terms.push(this.sign("→"), this.big(numeral(Number.isNaN(result) ? engine : result),
        cut ? ctx.t("inside_relu_cuts") : activation));
    }
    return h("p", { class: `fl-in-result ${terms.length > 5 ? "fl-in-four" : ""}` }, terms);
  }

  parts_largest(index, at, channel, made) {
    const { recipe } = this.values.calls[index], [[rows, v]] = recipe.window, u = rows * (recipe.deep?.[0] ?? 1),
      source = this.values.calls[recipe.sources[0]];
    const top = this.values.top(recipe.sources[0]), mean = recipe.kind === "mean";
    return [this.heading(this.ctx.t(mean ? "inside_mean_of" : "inside_largest_of", { name: source.name, k: channel }),
      [this.place(index, at), this.ctx.t("inside_window_of",
        { n: made.rows[0].inside.filter(Boolean).length })].filter(Boolean).join(": ")),
    h("div", { class: "fl-in-large" }, this.cells(made.rows[0], [u, v], top, mean ? NaN : made.result)),
    h("p", { class: "fl-in-result" }, this.big(numeral(made.result),
      this.ctx.t(mean ? "inside_the_mean" : "inside_the_largest")))];
  }

  parts_blend(index, at, channel, made) {
    const { ctx, values } = this, { recipe } = values.calls[index], source = values.calls[recipe.sources[0]];
    const [row] = made.rows, size = row.covers.map(([, count]) => count), top = values.top(recipe.sources[0]);
    const line = h("div", { class: "fl-in-line", role: "listitem", "aria-label": this.rowWords(row, source, true) },
      this.sourceMap(recipe, source, row, at), this.window(row, size, top), this.sign("×"),
      this.kernel(row.weights, size, 1), this.sign("="), ...this.bar(row.partial, top));
    return [this.heading(ctx.t("inside_blend_of", { name: source.name, k: channel }), this.place(index, at)),
      h("div", { class: "fl-in-rows", role: "list" }, [line]),
      h("p", { class: "fl-in-result" }, this.big(numeral(made.result), ctx.t("inside_the_number")))];
  }

  parts_mean(...given) { return this.parts_largest(...given); }

  /** A window with its numbers; the one that counts has a ring. */
  cells(row, [rows, columns], top, best) {
    const side = Math.max(8, Math.min(48, 280 / columns, 220 / rows)), { window, inside } = row, parts = [];
    const at = window.findIndex((value, i) => inside[i] && value === best);
    window.forEach((value, i) => {
      if (side < 30) return;
      const text = s("text", { x: (i % columns + 0.5) * side, y: (Math.floor(i / columns) + 0.5) * side + 4,
        "font-size": 11,
        "text-anchor": "middle", class: "f-ink" });
      text.textContent = brief(value);
      parts.push(text);
    });
    if (at >= 0) parts.push(s("rect", { x: (at % columns) * side, y: Math.floor(at / columns) * side, width: side,
      height: side,
      class: "s-focus", fill: "none", "stroke-width": 2.5 }));
    return sheet(side * columns + 2, side * rows + 2, s("g", { transform: "translate(1,1)" },
      s("g", { opacity: 0.6 }, heat(window, rows, columns, { side, top })),
        frameAround(0, 0, side * columns, side * rows), ...parts));
  }

  parts_merge(index, at, channel, made) {
    const { recipe } = this.values.calls[index], { ctx } = this;
    const sign = { add: "+", subtract: "−", multiply: "×" }[recipe.op];
    const names = recipe.sources.map((source, i) => (recipe.numbers[i] == null ? this.values.calls[source].name :
      ctx.t("inside_constant")));
    const terms = made.parts.flatMap((part, i) => [i ? this.sign(sign ?? ",") : null,
      this.big(numeral(part), names[i])]);
    const divisor = this.big(String(recipe.divisor), ctx.t("inside_how_many"));
    const by = recipe.divisor !== 1 ? [this.sign("÷"), divisor] : [];
    const signs = { add: 1, subtract: -1 }, own = recipe.divisor === 1 && signs[recipe.op];
    const added = own ? made.parts.map((part, i) => (i ? own * part : part)) : [];
    const under = ctx.t("inside_the_number"), told = own ? this.under(under, added, made.result) : under;
    return [this.heading(ctx.t(`inside_merge_${recipe.op}`),
      [this.place(index, at), this.unit(index, channel)].filter(Boolean).join(", ")),
      h("p", { class: "fl-in-result" }, terms.filter(Boolean), by, this.sign("="),
        this.big(numeral(made.result), told))];
  }

  parts_joined(index, at, channel, made) {
    const source = this.values.calls[this.values.calls[index].recipe.sources[made.from]].name;
    return [this.heading(this.ctx.t("inside_is_joined"), this.place(index, at)), h("p", { class: "fl-in-result" },
      this.big(numeral(made.result), this.ctx.t("inside_from_channel", { name: source, k: made.place[2] })))];
  }

  parts_copy(index, at, channel, made) {
    const source = this.values.calls[index].recipe.sources[0], [row, column, k] = made.place;
    const from = [this.values.calls[source].name, this.place(source, [row, column]),
      this.ctx.t("inside_short_channel", { k })].filter(Boolean);
    return [this.heading(this.ctx.t("inside_is_copy"), this.place(index, at)),
      h("p", { class: "fl-in-result" }, this.big(numeral(made.result), from.join(", ")))];
  }

  parts_repeat(...given) { return this.parts_copy(...given); }

  parts_normal(index, at, channel, made) {
    const { ctx } = this, { x, mean, variance, scale, offset } = made.steps,
      { epsilon } = this.values.calls[index].recipe;
    const term = (value, key) => this.big(numeral(value), ctx.t(`inside_norm_${key}`));
    return [this.heading(ctx.t("inside_normal"), ctx.t("inside_formula")),
      h("p", { class: "fl-in-result" }, this.sign("("), term(x, "x"), this.sign("−"), term(mean, "mean"),
        this.sign(") ÷"),
        term(Math.sqrt(variance + epsilon), "deviation"), this.sign("×"), term(scale, "scale"), this.sign("+"),
          term(offset, "offset")),
      h("p", { class: "fl-in-result" }, this.sign("="), this.big(numeral(made.result), ctx.t("inside_the_number")))];
  }

  parts_activation(index, at, channel, made) {
    const { recipe } = this.values.calls[index], source = this.values.calls[recipe.sources[0]];
    return [this.heading(recipe.activation, [source.name, this.place(index, at)].filter(Boolean).join(", ")),
      h("p", { class: "fl-in-result" },
      this.big(numeral(made.total), source.name), this.sign("→"), this.big(numeral(made.result), recipe.activation))];
  }

  /** The map with the chosen place in it, and below it the part of the image that it depends on. */
  where(index, call, at, channel) {
    const map = this.values.map(index, channel), [rows, columns, channels] = call.plane, { ctx } = this;
    if (!map) return [h("p", { class: "fl-in-note" }, ctx.t("inside_not_stored"))];
    if (rows * columns === 1) return this.whereInVector(index, call, channel, channels);
    const factor = this.values.of(index).factor, top = this.values.top(index);
    const { part, side, width, height } = tile(map, { x: 1, y: 1, room: this.small ? 100 : 136, top });
    const ring = s("rect", { x: 1 + (at[1] / factor) * side, y: 1 + (at[0] / factor) * side,
      width: side / Math.min(factor, 1),
      height: side / Math.min(factor, 1), class: "s-focus", fill: "none", "stroke-width": 2.5 });
    const picture = sheet(width + 2, height + 2, part, ring);
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect(), zoom = (width + 2) / box.width;
      const place = (offset, count) => within(Math.floor((((offset * zoom) - 1) / side) * factor), count);
      this.move([place(event.clientY - box.top, rows), place(event.clientX - box.left, columns)]);
    });
    return [this.heading(`${call.name}, ${this.unit(index, channel)}`,
      ctx.t("inside_numbers", { rows, columns, n: rows * columns })),
      picture, ...this.inImage(call, at)];
  }

  whereInVector(index, call, channel, channels) {
    const drawn = this.values.of(index), shown = [...drawn.values].slice(0, 64);
    const chosen = drawn.channels ? drawn.channels.indexOf(channel) : channel, width = this.small ? 106 : 150;
    return [this.heading(`${call.name}, ${this.unit(index, channel)}`, this.ctx.t("inside_of_units", { n: channels })),
      sheet(width, 110, ...bars(shown, { width, height: 110, top: 0, chosen }))];
  }

  inImage(call, at) {
    if (!call.reach || (this.el.parentElement?.clientHeight ?? LOW) < LOW) return [];
    const [image, axes] = call.reach, [rows, columns] = this.values.calls[image].plane;
    const spans = axes.map(([scale, low, high], axis) => [at[axis] * scale + low, at[axis] * scale + high]);
    const cut = spans.map(([low, high], axis) => [Math.max(0, low), Math.min([rows, columns][axis] - 1, high)]);
    const grey = this.values.calls[image].plane[2] === 1, map = this.values.map(image, 0);
    if (!map || !grey) return [];
    const factor = this.values.of(image).factor;
    const { part, side, width, height } = tile(map, { x: 1, y: 1, room: 104, top: this.values.top(image),
      light: true });
    const [[y0, y1], [x0, x1]] = cut, sizes = spans.map(([low, high]) => high - low + 1);
    const all = sizes[0] >= rows && sizes[1] >= columns;
    return [this.heading(this.ctx.t("inside_in_image"),
      this.ctx.t(all ? "inside_sees_all" : "inside_sees", { rows: sizes[0], columns: sizes[1] })),
      sheet(width + 2, height + 2, part, s("rect", { x: 1 + (x0 / factor) * side, y: 1 + (y0 / factor) * side,
        width: ((x1 - x0 + 1) / factor) * side, height: ((y1 - y0 + 1) / factor) * side, class: "s-focus",
          fill: "none", "stroke-width": 2.5 }))];
  }
}
