// A sign of what is outside the visible part of a pane that scrolls; a click on it scrolls there.

import { h } from "./core.js";

/** How many pixels must be hidden, and how much of the pane a click scrolls. */
const LEAST = 12, STRIDE = 0.8;

export class Beyond {
  /**
   * @param {Context} ctx
   * @param {HTMLElement} pane
   */
  constructor(ctx, pane) {
    this.ctx = ctx;
    this.pane = pane;
    this.el = h("button", { type: "button", class: "fl-beyond", hidden: true, onclick: () => this.go() });
    pane.addEventListener("scroll", () => this.tell());
  }

  /** Whether something is hidden below, and to the right. */
  get outside() {
    const { pane } = this, sign = this.el.offsetHeight; // it takes its room from the pane
    return [pane.scrollHeight - pane.clientHeight - pane.scrollTop - sign > LEAST,
      pane.scrollWidth - pane.clientWidth - pane.scrollLeft > LEAST];
  }

  tell() {
    const { ctx, outside: [below, right] } = this, hasKeys = document.activeElement === this.el;
    this.el.hidden = !below && !right;
    if (hasKeys && this.el.hidden) ctx.el.focus({ preventScroll: true });
    this.el.textContent = [below && ctx.t("beyond_below"), right && ctx.t("beyond_right")].filter(Boolean).join("   ");
  }

  go() {
    const { pane, outside: [below] } = this;
    pane.scrollBy(below ? { top: pane.clientHeight * STRIDE } : { left: pane.clientWidth * STRIDE });
  }
}
