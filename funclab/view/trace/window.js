// The window of a convolution or a pooling on the page: its maps, the sum in large figures, and the filters to
// choose from. Arrow keys and the mouse move the window.

import { h, link, s } from "../live/core.js";
import { focusOn } from "../live/focus.js";
import { Maps, fields } from "./maps.js";
import { Sliding, inSum } from "./sliding.js";

/** The side of the small map of a filter, and of one of a few where there is room below; the least width of all
 * maps, and the room between them and the sum. */
const THUMB = 30, LARGE_THUMB = 44, FEW = 8, LEAST = 324, GAP = 8;
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const sign = (number) => (number < 0 ? "−" : "+");

export class SlidingWindow {
  /** @param {Context} ctx */
  constructor(ctx) {
    const click = (event) => this.click(event);
    this.ctx = ctx;
    this.maps = h("div", { class: "fl-maps", tabindex: "0", role: "group", onclick: click,
      onpointermove: (event) => event.buttons === 1 && click(event) });
    this.sum = h("p", { class: "fl-sum" });
    this.filters = h("div", { class: "fl-filters", role: "group", "aria-label": ctx.t("trace_window_filters") });
    this.el = h("div", { class: "fl-window" }, this.maps, h("div", { class: "fl-below-maps" }, this.sum, this.filters));
  }

  get focused() { return document.activeElement === this.maps; }

  /**
   * Show a window in the room that there is; 0 for a height that grows with what is shown.
   * @param {any} window
   * @param {number} width
   * @param {number} height
   */
  put(window, width, height) {
    if (this.sliding?.window !== window) this.sliding = new Sliding(window);
    if (!window.first) this.most = this.sliding.filters;
    const { ctx, sliding } = this, chosen = sliding.chosen(ctx.state), asked = this.asked === chosen.filter;
    this.chosen = chosen;
    this.thumb = height || sliding.filters > FEW ? THUMB : LARGE_THUMB;
    this.sum.replaceChildren(...this.terms());
    this.drawFilters();
    const below = /** @type {HTMLElement} */ (this.el.lastElementChild),
      high = height && height - below.offsetHeight - GAP;
    this.maps.replaceChildren(new Maps(ctx, sliding, chosen, Math.max(LEAST, width), high).draw());
    this.maps.setAttribute("aria-label", this.told());
    if (asked) ctx.say(this.told());
    if (asked) this.asked = null;
  }

  // Choosing.
  choose(patch) {
    const { filter, channel, row, column } = this.chosen;
    if ("filter" in patch && !this.has(patch.filter)) {
      this.asked = patch.filter; // what stands there is said when its numbers have come
      this.ctx.set({ filter: patch.filter, channel, place: [row, column] });
      return;
    }
    const next = this.sliding.chosen({ filter, channel, place: [row, column], ...patch });
    this.ctx.set({ filter: next.filter, channel: next.channel, place: [next.row, next.column] });
    this.ctx.say(this.told());
  }

  /** Whether an arrow key has moved the window: only while it has the focus. */
  move(key) {
    if (!this.focused) return false;
    const [down, right] = MOVES[key], { row, column } = this.chosen;
    this.choose({ place: [row + down, column + right] });
    return true;
  }

  nextFilter(by) {
    const n = this.reachable;
    this.choose({ filter: (this.chosen.filter + by + n) % n });
  }

  /** Whether the numbers of a filter are here. */
  has(filter) { return filter >= this.sliding.first && filter < this.sliding.first + this.sliding.filters; }

  /** How many filters can be shown: all, unless they would have to come from a kernel that is not there. */
  get reachable() {
    const { ctx, most, sliding: { window } } = this, from = (first) => ctx.facts.windows[`${ctx.state.step} ${first}`];
    let n = Math.min(most, window.filters);
    while (n < window.filters && (!ctx.model.alone || from(n))) n = Math.min(n + most, window.filters);
    return n;
  }

  nextChannel() { this.choose({ channel: (this.chosen.channel + 1) % this.sliding.channels }); }

  /** The place that was clicked: in the output itself, in the input that whose window is around it. */
  click(event) {
    const part = event.target.closest("[data-map]");
    if (!part) return;
    const { unit, left, top } = JSON.parse(part.dataset.map), { row, column } = this.chosen;
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(part.getScreenCTM().inverse());
    const at = [point.y - top, point.x - left].map((way) => Math.floor(way / unit));
    const [down, right] = part.classList.contains("fl-read") ? this.sliding.around(at[0], at[1]) : at;
    if (down !== row || right !== column) this.choose({ place: [down, right] });
  }

  // In words.
  /** What stands at the place of the window, in a sentence. */
  told() {
    const { ctx, sliding, chosen } = this, { kind } = sliding.window;
    const { parts, count, total, result } = sliding.sum(chosen);
    const terms = parts.map(([, number], i) => (i ? `${sign(number)} ${inSum(Math.abs(number))}` : inSum(number)));
    const sum = [...terms, "=", inSum(total)].join(" ");
    const how = kind === "sum" ? sum : ctx.t(`trace_window_of_${kind}`, { n: count });
    return ctx.t("trace_window_at", { ...chosen, how, made: inSum(result) });
  }

  /** The way from the window to its number in large figures, each with what it is. */
  terms() {
    const { ctx, sliding, chosen } = this, { kind, depth, activation } = sliding.window;
    const { parts, count, total, result } = sliding.sum(chosen);
    const values = { ...chosen, n: count, others: depth - 1, activation, made: inSum(result) };
    const term = (before, number, key) => h("span", { class: "fl-term" },
      before ? h("b", { class: "fl-sign" }, before) : null,
      h("span", {}, h("strong", {}, number), h("small", {}, ctx.t(`trace_window_${key}`, values))));
    const whole = () => term(kind === "mean" ? "=" : "", inSum(result), `of_${kind}`);
    if (kind === "largest") return [whole()];
    if (kind === "mean") return [term("", inSum(total), "total"), term("÷", String(count), "count"), whole()];
    const shown = parts.map(([name, number], i) => term(i ? sign(number) : "", inSum(i ? Math.abs(number) : number),
      name === "products" && depth > 1 ? "channel" : name));
    const relu = `relu_${result > 0 ? "keeps" : "zero"}`, other = activation ? "then" : "one";
    const then = activation === "relu" ? relu : other;
    return parts.length > 1 || activation ? [...shown, term("=", inSum(total), then)] : shown;
  }

  /** The small maps of the filters, each a button. */
  drawFilters() {
    const { ctx, filters, sliding, chosen } = this, [rows, columns] = sliding.places;
    const side = this.thumb, unit = side / Math.max(rows, columns);
    const held = filters.contains(document.activeElement), n = sliding.window.filters, { first } = sliding;
    const thumb = (filter) => h("button", {
      type: "button", class: "fl-thumb", "aria-pressed": String(filter === chosen.filter),
      "aria-label": ctx.t("trace_window_filter", { filter, n }), onclick: () => this.choose({ filter }) },
    s("svg", { viewBox: `0 0 ${columns * unit} ${rows * unit}`, width: side, height: side, "aria-hidden": "true" },
      ...fields(sliding.map(filter), unit, 0, 0, { small: true })), h("span", {}, String(filter)));
    const end = first + sliding.filters, more = { n: n - end }, go = (filter) => () => this.choose({ filter });
    filters.hidden = n === 1;
    filters.replaceChildren(first ? link(ctx.t("trace_window_earlier", { n: first }), go(first - 1)) : "",
      ...[...Array(sliding.filters).keys()].map((i) => thumb(first + i)),
      end < this.reachable ? link(ctx.t("more", more), go(end))
        : end < n ? h("span", { class: "fl-soft" }, ctx.t("more", more)) : "");
    if (held) focusOn(filters.querySelector("[aria-pressed=true]"));
  }
}
