// The list of calls: a box for each, with what it makes of the sample, drawn when it is in sight.

import { h, s } from "../live/core.js";
import { PIXEL, heat, numeral } from "../learned/learned.js";

/** The most maps, bars and labelled bars in a box; the gap between maps; and the room around the boxes, of a note, and
 * of what stands beside a picture. */
const TILES = 12, BARS = 64, LABELS = 12, GAP = 4, ROUND = 32, NOTE = 64, BESIDE = 212;
/** The room of a position with what is expected there, and the most of one with numbers. */
const PLACE = 72, STEP = 24;

/** An empty drawing of a size. */
export function sheet(width, height, ...parts) {
  const [wide, high] = [Math.ceil(width), Math.ceil(height)]; // whole pixels, so that nothing is scaled
  return s("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, "aria-hidden": "true" }, ...parts);
}

export function frameAround(x, y, width, height, name = "s-rule") {
  return s("rect", { x, y, width, height, class: name, fill: "none", "stroke-width": 1 });
}

/** A map in a square or flat room: its numbers, and a frame. Colours of an image stay as they are. */
export function tile(map, { x = 0, y = 0, room, top, light = false }) {
  const side = Math.max(0.5, Math.min(room / map.rows, room / map.columns));
  const width = side * map.columns, height = side * map.rows;
  const ground = light ? [s("rect", { x, y, width, height, fill: "#ffffff" })] : [];
  return { width, height, side, part: s("g", {}, ...ground,
    heat(map.values, map.rows, map.columns, { side, top, x, y, grey: light ? PIXEL : "" }),
      frameAround(x, y, width, height)) };
}

/** Numbers as bars from a line of zero, up and down; the chosen one has a frame. */
export function bars(values, { width, height, top, chosen = -1, names = [] }) {
  const foot = names.length ? 16 : 0, high = height - foot, least = Math.min(0, ...values),
    most = Math.max(0, ...values);
  const range = (top ? (most ? top : 0) + (least < 0 ? top : 0) : most - least) || 1;
  const zero = 1 + (high - 2) * (most || !least ? (top ? (least < 0 ? 0.5 : 1) : most / range) : 0);
  const step = Math.min(26, width / values.length), wide = Math.max(1, step * 0.72), parts = [];
  for (const [i, value] of values.entries()) {
    const size = Math.abs(value / range) * (high - 2), x = i * step + (step - wide) / 2;
    parts.push(s("rect", { x, y: value > 0 ? zero - size : zero, width: wide, height: Math.max(size, 0.5),
      class: names.length ? "f-output" : value < 0 ? "f-neg" : "f-pos" }));
    if (i === chosen) parts.push(s("rect", { x: x - 2, y: 0, width: wide + 4, height: high, class: "s-focus",
      fill: "none", "stroke-width": 2 }));
    if (names.length) {
      const label = s("text", { x: x + wide / 2, y: height - 3, "text-anchor": "middle", "font-size": 11,
        class: "f-soft" });
      label.textContent = [...names[i]].slice(0, Math.max(1, Math.floor(step / 7))).join("");
      parts.push(label);
    }
  }
  return [...parts, s("path", { d: `M0,${zero}h${step * values.length}`, class: "s-line", fill: "none",
    "stroke-width": 1 })];
}

export class Boxes {
  /**
   * @param {Context} ctx
   * @param {import("./values.js").Values} values
   * @param {(index: number) => void} choose
   */
  constructor(ctx, values, choose) {
    this.ctx = ctx;
    this.values = values;
    this.choose = choose;
    this.drawn = new Map();
    this.el = h("div", { class: "fl-in-list", role: "listbox", "aria-label": ctx.t("inside_calls") });
    this.watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.fill(target);
    }, { root: this.el, rootMargin: "400px 0px" });
    ctx.cleanups.push(() => this.watcher.disconnect());
  }

  /** The calls that are in the list. */
  get listed() { return this.values.calls.filter((call) => !call.between); }

  make() {
    this.made = this.values.calls;
    this.watcher.disconnect();
    this.items = this.listed.map((call, i) => {
      const reads = call.inputs.length === 1 && call.inputs[0] === i - 1 ? "" :
        call.inputs.map((input) => this.values.calls[input].name).join(", ");
      const role = call.input ? "input" : call.output ? "output" : "plain";
      const mark = call.group == null ? null : h("span", { class: "fl-in-shared" }, this.ctx.t("inside_shared"));
      const item = h("div", { class: `fl-in-box fl-in-${role}`, role: "option", "data-call": String(i),
        onclick: () => this.choose(i) },
      h("span", { class: "fl-in-head" }, h("span", { class: "fl-in-call" }, call.name), mark,
        h("span", { class: "fl-in-shape" },
          call.shape.replace(/^\(None, ?/, "").replace(/,?\)$/, "").replaceAll(", ", "×") || "1")),
      reads && !call.input ? h("span", { class: "fl-in-reads" }, this.ctx.t("inside_reads", { names: reads })) : null,
      h("span", { class: "fl-in-picture" }));
      if (call.group != null) item.dataset.group = String(call.group % 5);
      return item;
    });
    this.el.replaceChildren(...this.items);
    for (const item of this.items) this.watcher.observe(item);
  }

  update(chosen, narrow) {
    if (this.made !== this.values.calls) this.make();
    this.narrow = narrow;
    this.wide = this.el.clientWidth - ROUND;
    this.items.forEach((item, i) => {
      const call = this.values.calls[i], here = i === chosen;
      item.ariaSelected = String(here);
      item.classList.toggle("fl-in-here", here);
      item.ariaLabel = [call.name, call.shape, call.words, this.told(i)].filter(Boolean).join(", ");
      if (item.dataset.drawn) this.fill(item);
    });
    const here = this.items[chosen];
    if (here) this.reveal(here);
  }

  /** Scroll the list, and only the list, so that a box is in sight. */
  reveal(box) {
    const top = box.offsetTop, list = this.el;
    if (top < list.scrollTop) list.scrollTop = top - 8;
    else if (top + box.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top +
      box.offsetHeight - list.clientHeight + 8;
  }

  /** What a call makes of the sample, in words, where that is short. */
  told(index) {
    return this.values.once(`${index} ${this.values.sample} told`, () => this.toldOf(index)) ?? "";
  }

  toldOf(index) {
    const call = this.values.calls[index], drawn = this.values.of(index);
    if (!drawn?.values.length) return null;
    if (call.kind === "ids") return this.words(index).join(" ");
    const expected = this.values.expected(index);
    if (expected) return expected.map(({ at, likely }) =>
      this.ctx.t("inside_expected", { at, likely: likely.map((one) => one.join(" ")).join(", ") })).join(" ");
    if (call.kind !== "classes") return this.ctx.t("inside_largest",
      { value: numeral(Math.max(...sampleOf(drawn.values))) });
    const best = drawn.values.indexOf(Math.max(...drawn.values));
    return `${call.names[best] ?? best}: ${numeral(drawn.values[best])}`;
  }

  words(index) {
    return this.ctx.facts.words?.[index]?.[this.values.sample] ?? [...this.values.of(index)?.values ?? []].map(String);
  }

  /** Draw what is in a box, if it changed. */
  fill(item) {
    if (this.wide <= 0) return; // the list is hidden
    const index = Number(item.dataset.call), { channel, scale } = this.ctx.state,
      here = item.classList.contains("fl-in-here");
    const wide = Math.max(28, Math.floor(this.wide - (this.narrow ? 28 : BESIDE)));
    const now = JSON.stringify([this.values.sample, this.values.here, scale, here && channel, wide]);
    item.dataset.drawn = "1";
    if (this.drawn.get(item) === now) return;
    this.drawn.set(item, now);
    item.querySelector(".fl-in-picture").replaceChildren(...this.picture(index, wide, here ? channel : -1));
  }

  picture(index, wide, chosen) {
    const call = this.values.calls[index], drawn = this.values.of(index), { ctx } = this;
    if (!drawn) return [h("span", { class: "fl-in-note" },
      ctx.t(ctx.alone ? "inside_not_stored" : "asking_kernel"))];
    if (call.kind === "ids") return [h("span", { class: "fl-in-words" }, this.words(index).join(" "))];
    const same = ctx.state.scale === "same", top = this.values.top(index);
    if (call.kind === "image" || call.kind === "maps") return this.maps(index, call, wide, chosen, same ? top : 0);
    if (this.values.expected(index)) return this.expected(index, wide);
    if (call.kind === "rows") return [this.rows(drawn, wide, top)];
    if (call.kind === "vector" || call.kind === "classes") return this.vector(call, drawn, wide, chosen);
    return [h("span", { class: "fl-in-note" }, ctx.t("inside_only_shape"))];
  }

  /** The channels of maps that are shown: those that vary most, with the chosen one among them. */
  shown(index, chosen) {
    const call = this.values.calls[index],
      stored = this.values.of(index)?.channels ?? Array.from({ length: call.plane[2] }, (_, i) => i);
    if (stored.length <= TILES) return stored;
    const first = call.order.filter((channel) => stored.includes(channel)).slice(0, TILES);
    const all = first.length === TILES ? first : stored.slice(0, TILES);
    if (chosen >= 0 && stored.includes(chosen) && !all.includes(chosen)) all[TILES - 1] = chosen;
    return all.sort((a, b) => a - b);
  }

  maps(index, call, wide, chosen, top) {
    const channels = this.shown(index, chosen), count = Math.min(TILES, Math.max(channels.length, 8));
    const more = call.plane[2] - channels.length, left = Math.max(28, wide - (more > 0 ? NOTE : 0));
    const most = this.narrow ? 30 : this.items.length > 6 ? 34 : 44;
    const room = Math.max(12, Math.min(most, Math.floor(left / count) - GAP)), image = call.kind === "image";
    if (image && call.plane[2] === 3) return [this.coloured(index, Math.max(room, 30))];
    let x = 1, high = 0;
    const parts = channels.flatMap((channel) => {
      const map = this.values.map(index, channel);
      const scale = top || this.values.top(index, channel), size = image ? Math.max(room, this.narrow ? 24 : 30) : room;
      const { part, width, height } = tile(map, { x, y: 1, room: size, top: scale, light: image });
      const ring = channel === chosen && !image ? [s("rect", { x: x - 1, y: 0, width: width + 2, height: height + 2,
        class: "s-focus", fill: "none", "stroke-width": 2 })] : [];
      x += width + GAP;
      high = Math.max(high, height + 2);
      return [part, ...ring];
    });
    return [sheet(Math.max(1, x), high, ...parts),
      more > 0 ? h("span", { class: "fl-in-note" }, this.ctx.t("inside_more", { n: more })) : null].filter(Boolean);
  }

  /** An image in its own colours. */
  coloured(index, room) {
    const [red, green, blue] = [0, 1, 2].map((channel) => this.values.map(index, channel));
    const top = this.values.top(index) || 1, side = Math.min(room / red.rows, room / red.columns);
    const share = (value) => Math.round((255 * Math.max(0, value)) / top);
    const squares = Array.from(red.values, (value, i) => s("rect", { x: (i % red.columns) * side, width: side + 0.3,
      y: Math.floor(i / red.columns) * side, height: side + 0.3,
      fill: `rgb(${share(value)},${share(green.values[i])},${share(blue.values[i])})` }));
    return sheet(red.columns * side, red.rows * side, ...squares);
  }

  /** At each position, what stands there, and the likeliest classes after it. */
  expected(index, wide) {
    const places = this.values.expected(index), cut = places.length * PLACE > wide;
    const shown = places.slice(0, Math.max(1, Math.floor((wide - (cut ? NOTE : 0)) / PLACE)));
    const left = places.length - shown.length;
    return [...shown.map(({ at, likely }) => h("span", { class: "fl-in-expected" }, h("small", {}, `${at} →`),
      likely.map(([name, percent], i) => h(i ? "span" : "strong", {}, `${name} ${percent}`)))),
    left ? h("span", { class: "fl-in-note" }, this.ctx.t("inside_more", { n: left })) : null].filter(Boolean);
  }

  /** A sequence: its positions from left to right, a row for each channel. */
  rows({ values, columns, count }, wide, top) {
    const turned = Float32Array.from({ length: values.length },
      (_, i) => values[(i % columns) * count + Math.floor(i / columns)]);
    const side = Math.max(1, Math.min(36 / count, 12)), step = Math.min(wide / columns, Math.max(side, STEP));
    return sheet(step * columns, side * count, heat(turned, count, columns, { side, wide: step, top }),
      frameAround(0, 0, step * columns, side * count));
  }

  vector(call, drawn, wide, chosen) {
    const names = call.kind === "classes" && call.plane[2] <= LABELS ? call.names : [];
    const at = drawn.channels ? drawn.channels.indexOf(chosen) : chosen, values = [...drawn.values].slice(0, BARS);
    const more = call.plane[2] - values.length, left = Math.max(28, wide - (more > 0 ? NOTE : 0));
    const height = names.length ? 32 : this.narrow ? 18 : 28, width = Math.min(left, values.length * 26);
    const note = more > 0 ? [h("span", { class: "fl-in-note" }, this.ctx.t("inside_more", { n: more }))] : [];
    return [sheet(width, height, ...bars(values, { width, height, top: call.kind === "classes" ? 1 : 0, chosen: at,
      names: names.map(String) })), ...note];
  }
}

/** Enough numbers to find the largest of, without a call of a million arguments. */
function sampleOf(values) {
  if (values.length <= 50000) return values;
  return [values.reduce((a, b) => Math.max(a, b), -Infinity)];
}
