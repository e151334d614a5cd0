// The layout of the explorer: the picture, and the panel beside, below or over it. The place of the
// panel is decided with the picture; selecting moves nothing.

import { Beyond } from "../live/beyond.js";
import { h, same } from "../live/core.js";
import { sizeOf } from "./picture.js";

// The width of a panel beside the picture, its least one, and the height of one below; the width from which there is
// more room around the picture, and that under which the panel covers it, unless there is room below.
const BESIDE = 328, SLIM = 240, BELOW = 104, WIDE = 860, NARROW = 660;
// A picture, of blocks or for a panel below, that is lower than a share of the height, and so many times as wide, is a
// row: the panel has the whole width below it; as it has where it would be slim, and the picture is half as high.
const FLAT = 0.36, HALF = 0.5, ROW = 3;
// The room around the picture on its stage, above and below together, where it is not wide; and at its sides.
const EDGES = 8, SIDES = 4, WIDE_EDGES = 18;
/** The steps in which a room grows that is not about the usual one. */
const STEP = 32;
// The room that pictures are drawn for before a page has told its own: in a notebook in a window of 1280 by 720, and
// on a projector.
const NOTEBOOK = [1094, 474], ON_A_WALL = [668, 296];
// The room that a panel needs at least: beside the picture, and below it, where it has nodes, settings and weights.
const LEAST = 400, LEAST_BELOW = 184, ROW_OF_SIZES = 84;

export class Room {
  /**
   * @param {Context} ctx
   * @param {import("./picture.js").Stage} stage
   */
  constructor(ctx, stage) {
    this.ctx = ctx;
    this.stage = stage;
    this.beyond = new Beyond(ctx, ctx.stage);
    this.work = h("div", { class: "fl-work" });
    ctx.stage.before(this.work);
    this.work.append(h("div", { class: "fl-near" }, ctx.stage, this.beyond.el),
      h("div", { class: "fl-said" }, ctx.askBox, ctx.tourBox, ctx.panel));
    ctx.panel.setAttribute("role", "group");
    ctx.panel.setAttribute("aria-label", ctx.t("said"));
    this.watch();
  }

  watch() {
    const { ctx, stage } = this;
    stage.excess = (picture) => this.excess(picture);
    const again = () => {
      const other = () => stage.isNarrow() !== stage.narrow || (ctx.model.alone && stage.find() !== stage.name);
      if (stage.name !== null && other()) return ctx.update();
      this.arrange();
      if (!same(this.seen, this.size)) this.show(stage.boxOf(ctx.state.selected)); // it may have moved out of sight
      this.revealHere("selected");
      this.measure();
      return this.tell();
    };
    ctx.watchSizes(again, ctx.el, ctx.head, ctx.foot, ctx.panel);
    ctx.watchSizes(() => { if (ctx.gate) ctx.bringInSight(ctx.askBox); }, ctx.askBox);
    // What is clicked must not move away under the mouse.
    ctx.el.addEventListener("pointerdown", () => { this.pointed = true; }, true);
    ctx.el.addEventListener("click", () => { this.pointed = false; });
    ctx.listen(window, "resize", again);
  }

  /** Width and height for picture and panel in a view that is as high as it may be. */
  get size() {
    const { el } = this.ctx, high = Number.parseFloat(el.style.getPropertyValue("--fl-high"));
    return [this.work.clientWidth, high ? high - (el.offsetHeight - this.work.offsetHeight) : this.work.clientHeight];
  }

  /** Ask for the layout of this room: of the usual one, if it differs from that by less than a tenth. */
  measure() {
    const { model, look } = this.ctx, now = this.size, usual = look === "projector" ? ON_A_WALL : NOTEBOOK;
    if (now[0] < 100) return;
    const isUsual = now.every((size, i) => Math.abs(size - usual[i]) <= usual[i] / 10), told = model.get("space") ?? [];
    const space = isUsual ? usual : now.map((size) => size - (size % STEP));
    if (same(space, this.told ?? (told.length ? told : usual))) return;
    this.told = space;
    model.set("space", space);
    model.save_changes();
  }

  /** Where the panel is: beside a picture that leaves it room, unless that is a row. */
  side({ side, blocks }, wide, tall) {
    const [width, high] = this.size;
    if (width < NARROW) return tall + EDGES + BELOW <= high ? "below" : "over";
    const [slim, whole] = [SLIM, BESIDE].map((panel) => wide + 2 * SIDES + panel <= width);
    const low = tall < high * (whole ? FLAT : HALF), row = (blocks || side === "below" || !whole) && wide > ROW * tall;
    if (slim && !(low && row)) return "beside";
    return side === "over" ? "over" : "below";
  }

  /** By how much a picture is wider and higher than the room beside, above or under the panel. */
  excess(picture) {
    const [width, high] = this.size, [wide, tall] = sizeOf(picture);
    if (!wide || width < 100) return [0, 0];
    const place = this.side(picture, wide, tall), around = width >= WIDE ? WIDE_EDGES - 2 : EDGES;
    const beside = place === "beside" ? SLIM : 0, below = place === "below" ? BELOW : 0;
    return [wide + 2 * SIDES + beside - width, tall + around + below - high - 2].map((over) => Math.max(0, over));
  }

  arrange() {
    const { ctx, work, stage } = this, picture = stage.picture, [width] = this.size, [wide, tall] = stage.size;
    const side = this.side(picture ?? {}, wide, tall);
    for (const name of ["beside", "below", "over"]) work.classList.toggle(`fl-${name}`, name === side);
    const { selected, level, table } = ctx.state;
    work.classList.toggle("fl-chosen", Boolean(selected || level || table || !ctx.askBox.hidden));
    this.lower();
    stage.spread(side === "beside" ? Math.max(width - BESIDE, wide + 2 * SIDES) : width);
  }

  /** A model of which all is in sight in little room, and in which nothing opens, has a lower view: one height for each
   * width, that of the picture to begin with. */
  lower() {
    const { ctx, stage } = this, [width, high] = this.size, picture = stage.first;
    if (!picture || ctx.look === "projector") return;
    const [wide, tall] = sizeOf(picture), side = this.side(picture, wide, tall);
    const opens = Object.keys(ctx.facts.frames ?? {}).length || picture.blocks;
    const whole = !opens && side !== "over" && !stage.isNarrow(picture);
    const around = width >= WIDE ? WIDE_EDGES : EDGES;
    const wanted = side === "beside" ? Math.max(tall + around, LEAST) : tall + around + LEAST_BELOW;
    ctx.el.style.setProperty("--fl-low", whole ? `${Math.round(Math.max(0, high - wanted))}px` : "0px");
  }

  /** Say what is outside the visible part of the stage. */
  tell() {
    const { panel } = this.ctx, sizes = panel.querySelector(".fl-sizes"), said = panel.parentElement;
    this.beyond.tell();
    // Of the bars of weights below a picture, at least a row is in sight, or none is there.
    if (sizes) {
      sizes.hidden = false;
      const { bottom } = said.getBoundingClientRect(), { top } = sizes.getBoundingClientRect();
      sizes.hidden = this.work.classList.contains("fl-below") && (bottom - top) / this.ctx.zoom < ROW_OF_SIZES;
    }
    // A panel that scrolls can be reached with Tab.
    panel.tabIndex = panel.scrollHeight > panel.clientHeight + 1 ? 0 : -1;
  }

  /** Scroll the stage to a box; a panel over the picture covers the half without the box. */
  show(box) {
    if (!box) return;
    const { stage, zoom } = this.ctx, frame = stage.getBoundingClientRect();
    this.seen = this.size;
    const along = (low, high, size) => {
      const at = box.getBoundingClientRect(), from = (at[low] - frame[low]) / zoom, to = (at[high] - frame[low]) / zoom;
      return from >= 0 && to <= size ? 0 : to - from > size ? from - 8 : (from + to - size) / 2;
    };
    for (let i = 0; i < 2; i++) { // what says that there is more takes its room from the stage
      stage.scrollTop += along("top", "bottom", stage.clientHeight);
      stage.scrollLeft += along("left", "right", stage.clientWidth);
      this.beyond.tell();
    }
    const now = box.getBoundingClientRect();
    this.work.classList.toggle("fl-high", (now.top + now.bottom) / 2 > frame.top + frame.height / 2);
  }

  /** Scroll to what the last key press added: in the panel, and as a whole in the window. */
  reveal() {
    const { selected, level, op, more, table, weight } = this.ctx.state, { panel } = this.ctx;
    const now = { selected, op: level && `${level} ${op}`, more, table, weight }, before = this.revealed ?? {};
    const parts = { selected: "*", op: level > 1 ? ".fl-source" : ".fl-arithmetic", more: ".fl-more", table: ".fl-all",
      weight: ".fl-values" };
    const news = Object.keys(now).filter((name) => now[name] !== before[name]);
    const last = news.findLast((name) => now[name]);
    const part = news.length ? panel.querySelector(parts[last] ?? "*") : null;
    // What is still requested from Python is scrolled to once it arrives.
    if (part || !last) this.revealed = now;
    if (!part) return;
    if (part === panel.firstChild) panel.scrollTop = 0;
    else this.scrollPanel(part);
    this.revealHere(last);
    if (!this.pointed) this.ctx.bringInSight(this.ctx.foot, this.work, this.ctx.head);
  }

  /** Scroll the panel to the selected call, among those of its layer or all in the table. */
  revealHere(last) {
    const { panel, state } = this.ctx, rows = state[last] && { table: ".fl-all .fl-here", selected: ".fl-here" }[last];
    const here = rows && panel.querySelector(rows);
    if (here) this.scrollPanel(here);
  }

  /** Scroll the panel just enough to show the end of a part, or as much of it as fits; what would be cut off above it
   * is out of sight. */
  scrollPanel(part) {
    const { panel } = this.ctx, [frame, at] = [panel, part].map((element) => element.getBoundingClientRect());
    const { zoom } = this.ctx, way = panel.querySelector("nav")?.offsetHeight ?? 0;
    panel.scrollTop += Math.max(0, Math.min((at.bottom - frame.bottom) / zoom, (at.top - frame.top) / zoom - way));
    const top = frame.top + way * zoom, begin = part.getBoundingClientRect().top + 1;
    const cut = [...panel.children].map((one) => one.getBoundingClientRect())
      .filter((one) => one.top < top - 1 && one.bottom > top + 1 && one.bottom <= begin);
    if (cut.length) panel.scrollTop += Math.ceil((Math.max(...cut.map(({ bottom }) => bottom)) - top) / zoom) + 1;
  }
}
