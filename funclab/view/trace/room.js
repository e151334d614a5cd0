// How a step fills its stage: pictures as large as there is room for, and beside and below them what is else
// known of it: the plan, line by line, and the statistics, which otherwise wait in the foot.

import { h } from "../live/core.js";

const LEAST = "fl-tight fl-least";
/** Sizes of the pictures, of which the first that fits is used; "fl-stacked" puts those of one role below each
 * other, and "fl-wrapped" breaks their row. Beside the graph, in a stage of one height, they may be larger. */
const SIZES = [[1.15], [1], [1, "fl-stacked"], [1, "fl-wrapped"]], LARGE = [2.5, 2, 1.75, 1.5, 1.3];
const WALL = [[1.8], [1.4], [1], ...[1, 0.8, 0.6, 0.4].map((size) => [size, "fl-tight"]), [0.6, LEAST], [0.4, LEAST]];
/** On a wall, sizes of gradients that meet, in rows. */
const ROWS = [[1.4], [1.2], [1], [1.2, "fl-tight"], [1, "fl-tight"]];
/** The least width and height of the plan beside the pictures, what is between them, and how high a line is. */
const BESIDE = 164, LOW = 64, GAP = 16, LINE = 20;

export class Room {
  /**
   * @param {Context} ctx
   * @param {HTMLElement} shown
   * @param {{ box: HTMLElement, part: HTMLElement }} statistics
   * @param {{ box: HTMLElement, part: HTMLElement }} plan
   */
  constructor(ctx, shown, statistics, plan) {
    this.ctx = ctx;
    this.shown = shown;
    this.statistics = statistics;
    this.plan = plan;
    this.aside = h("div", { class: "fl-aside", tabindex: "0", role: "group", "aria-label": ctx.t("trace_lines_head") },
      h("p", { class: "fl-head" }, ctx.t("trace_lines_head")));
  }

  /**
   * Put a part on the stage, or back where it waits.
   * @param {{ box: HTMLElement, part: HTMLElement }} waiting
   * @param {Element | null} place
   */
  put({ box, part }, place) {
    box.hidden = Boolean(place);
    if (part.parentElement !== (place ?? box)) (place ?? box).append(part);
  }

  /**
   * As large as there is room for; pictures of a sum or an update stay in one row.
   * @param {any} roles
   * @param {{ wall: boolean, large: boolean, fixed: boolean, join: (() => void) | null }} how
   */
  fit(roles, { wall, large, fixed, join }) {
    const { shown, statistics } = this;
    const whole = ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth;
    const fits = () => shown.scrollHeight <= shown.clientHeight && whole(roles)
      && (statistics.part.parentElement !== shown || whole(statistics.part));
    const tried = (sizes) => sizes.some(([scale, name = ""]) => {
      shown.style.setProperty("--scale", scale);
      shown.className = `fl-shown ${name}`;
      join?.();
      return fits();
    });
    const sizes = [...(large ? LARGE.map((size) => [size]) : []), ...(wall ? WALL : join ? [[1]] : SIZES)];
    this.clear();
    this.put(statistics, fixed && !wall ? shown : null);
    if (!(fixed && !wall && tried(sizes.filter(([, name]) => !name))) && !this.alone(tried, sizes)) {
      // Numbers are never too small for a class: pictures that are too wide go in rows, without names and example.
      if (roles.scrollWidth > roles.clientWidth) shown.classList.add("fl-wrapped");
      if (wall && !fits()) shown.classList.add("fl-bare");
    }
    if (fixed) this.fill(roles);
  }

  /** Whether gradients that meet fit in rows, on a wall. */
  rows(rows, join) {
    const { shown } = this;
    this.clear();
    return ROWS.some(([scale, name = ""]) => {
      shown.style.setProperty("--scale", String(scale));
      shown.className = `fl-shown ${name}`;
      join();
      return shown.scrollHeight <= shown.clientHeight && rows.scrollWidth <= rows.clientWidth;
    });
  }

  /** Without the statistics, which leave no room. */
  alone(tried, sizes) {
    this.put(this.statistics, null);
    return tried(sizes);
  }

  /** All that else is known of a step waits in the foot. */
  clear() {
    this.put(this.plan, null);
    this.plan.part.tabIndex = 0;
    this.put(this.statistics, null);
    this.aside.remove();
  }

  /**
   * The plan where there is most room for it: at the right of the pictures, or below them and what belongs to them.
   * @param {HTMLElement} pictures
   */
  fill(pictures) {
    const { shown, plan, aside } = this, parts = /** @type {HTMLElement[]} */ ([...shown.children]);
    const last = parts.findLast((one) => one.offsetHeight) ?? pictures;
    if (!plan.box.isConnected || !plan.part.querySelector("li:not([hidden])")) return;
    const free = shown.clientHeight - last.offsetTop - last.offsetHeight, width = shown.clientWidth;
    const [after, table] = ["fl-example", "fl-all"].map((name) => shown.querySelector(`:scope>.${name}`));
    const ends = [...pictures.children].map((one) => one.getBoundingClientRect().right), zoom = this.ctx.zoom;
    const left = (Math.max(...ends) - shown.getBoundingClientRect().left) / zoom + GAP;
    const high = pictures.offsetHeight + (after ? 0 : free), wide = width - left;
    const beside = wide < BESIDE || high < LOW ? 0 : wide * high, below = free < LOW ? 0 : width * free;
    if (!beside && !below) return;
    const right = beside >= below;
    Object.assign(aside.style, right ? { left: `${left}px`, height: `${Math.floor(high / LINE) * LINE}px` }
      : { left: "", height: "" });
    aside.classList.toggle("fl-right", right);
    shown.classList.toggle("fl-spread", right);
    this.put(plan, aside);
    plan.part.tabIndex = -1; // what is around it scrolls
    shown.insertBefore(aside, right ? null : table);
    this.reveal();
  }

  /** Scroll to the first line of the step, where the list is. */
  reveal() {
    const { part } = this.plan, first = part.querySelector(".fl-here");
    const scrolls = this.aside.contains(part) ? this.aside : part;
    if (!first) return;
    const { offsetTop } = /** @type {HTMLElement} */ (first), above = Math.floor(scrolls.clientHeight / 3 / LINE);
    scrolls.scrollTop = offsetTop - above * LINE; // no line is cut in two
  }
}
