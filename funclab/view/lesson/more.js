// A sign at the lower edge of a part that scrolls: there is more below.

import { h } from "../live/core.js";

export class More {
  /**
   * @param {Context} ctx
   * @param {HTMLElement} pane
   */
  constructor(ctx, pane) {
    this.pane = pane;
    this.el = h("p", { class: "fl-more", "aria-hidden": "true", hidden: true }, h("span", {}, ctx.t("lesson_more")));
    ctx.listen(pane, "scroll", () => this.look());
    ctx.watchSizes(() => this.look(), pane);
  }

  /** Show the sign if something is hidden below; it is the last thing in its pane, and takes no room. */
  look() {
    if (!this.pane.childElementCount) return;
    const { scrollTop, clientHeight, scrollHeight } = this.pane;
    if (this.pane.lastChild !== this.el) this.pane.append(this.el);
    this.el.hidden = scrollTop + clientHeight >= scrollHeight - SLACK;
  }
}

/** So many pixels may be hidden: a margin is nothing to scroll to. */
const SLACK = 16;
