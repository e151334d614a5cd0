// The keys of every view, and the table that lists them.

import { KEY_SIGNS, h, row, same } from "./core.js";
import { focusOn } from "./focus.js";

/** Elements in which letters are typed as text; a slider is not one of them. */
export const WRITTEN = "textarea,select,input:not([type=range],[type=checkbox],[type=radio],[type=button])";
/** The keys that a slider handles by itself. */
const SLIDES = /^(Arrow(Left|Right|Up|Down)|Home|End)$/;

/** The key that was meant: a letter is the same with caps lock on as without. */
function keyMeant(event) {
  if (event.key.length > 1 || !event.getModifierState("CapsLock")) return event.key;
  return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
}

export class Keys {
  /** @param {Context} ctx */
  constructor(ctx) {
    this.ctx = ctx;
    this.table = h("details", { class: "fl-keys" });
    /** @type {HTMLElement | null} What had the focus when the table was opened. */
    this.came = null;
    // On the window and before everyone else: Notebook 7 swallows arrow keys at the document.
    ctx.listen(window, "keydown", (event) => this.press(event), true);
    ctx.listen(window, "keyup", () => { this.backwards = false; }, true);
    ctx.listen(ctx.el, "focusin", () => this.arrive());
  }

  actions() {
    const { ctx } = this, tour = ctx.model.get("tour").length, line = ctx.model.get("call");
    const own = ctx.view.keys(ctx);
    return {
      ...own,
      // A view that is about undoing has its own.
      u: own.u ?? { label: ctx.t("key_undo"), run: () => ctx.undo() },
      r: own.r ?? { label: ctx.t("key_reset"), run: () => ctx.reset() },
      y: { label: line ? ctx.t("key_line") : "", run: () => ctx.copy(ctx.line()), when: () => line },
      "?": { label: ctx.t("key_help"), run: () => this.toggle() },
      PageDown: { label: tour ? ctx.t("key_tour_on") : "", run: () => ctx.visit(ctx.model.get("stop") + 1),
        when: () => tour },
      PageUp: { label: tour ? ctx.t("key_tour_back") : "", run: () => ctx.visit(ctx.model.get("stop") - 1),
        when: () => tour },
      Escape: { label: ctx.t("key_leave"), run: () => this.leave(own.Escape) },
    };
  }

  draw() {
    const { ctx } = this;
    const rows = Object.entries(this.actions()).filter(([, action]) => action.label).map(([key, action]) =>
      row(h("kbd", {}, KEY_SIGNS[key] ?? key), [action.label]));
    const notes = (ctx.view.notes?.(ctx) ?? []).map((text) => h("p", {}, text));
    this.table.replaceChildren(h("summary", {}, ctx.t("keys"), h("kbd", { "aria-hidden": "true" }, "?")),
      h("div", {}, h("table", {}, h("tbody", {}, rows)), notes));
  }

  /** Show the table where it can be seen, or hide it and go back to the view. */
  toggle() {
    const { table, ctx } = this, open = !table.open;
    const { came } = this;
    if (open) {
      this.came = /** @type {HTMLElement} */ (document.activeElement);
      this.draw();
    }
    table.open = open;
    const back = came?.isConnected && ctx.el.contains(came) && !table.contains(came) ? came : ctx.el;
    focusOn(open ? table.querySelector("summary") : back);
    (open ? table : ctx.bar).scrollIntoView({ block: "nearest" });
  }

  /** Leave the inner part of the view; from its outermost part, go back to the notebook's cell. */
  leave(out) {
    const { ctx, table } = this, { state } = ctx, focused = document.activeElement;
    if (table.open) return this.toggle();
    out?.run();
    if (!same(ctx.state, state) || document.activeElement !== focused) return;
    /** @type {HTMLElement | null} */
    const outside = focused.matches(WRITTEN) ? ctx.el : ctx.el.closest(".jp-Cell");
    focusOn(outside);
  }

  /** Shift+Tab from below leads to the picture, where Enter is a key of the view: what stands after
   * the picture, buttons and this table, comes with Tab. */
  arrive() {
    const { ctx } = this;
    if (!this.backwards) return;
    this.backwards = false;
    focusOn(ctx.stage);
    ctx.bringInSight(ctx.stage, ctx.bar);
  }

  press(event) {
    const inside = this.ctx.el.contains(document.activeElement);
    this.backwards = !inside && event.shiftKey && event.key === "Tab";
    if (!inside || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keyMeant(event);
    // Shift-Enter runs the cell, here as everywhere in a notebook.
    if ((event.shiftKey && key === "Enter") || event.isComposing) return;
    const done = this.handle(event.target, key);
    if (done) event.preventDefault();
    // A letter that means nothing here must not run a notebook command (x would cut the cell).
    if (done || done === false || key.length === 1) event.stopImmediatePropagation();
  }

  /** Whether a key was for the view; false if it is only for the element that has the focus. */
  handle(target, key) {
    const { ctx } = this, action = this.actions()[key], written = target.matches?.(WRITTEN);
    const walks = /^Page/.test(key) && action.when();
    if (written && ctx.view.typed?.(ctx, target, key)) return true;
    if (written && key !== "Escape" && !walks) return false;
    if (target.matches?.("input") && SLIDES.test(key)) return false;
    if (target.matches?.("button,summary,a") && /^(Enter| )$/.test(key)) return false;
    if (ctx.gate && /^[0-9]$/.test(key)) {
      if (Number(key) <= ctx.gate.question.options.length) ctx.answer(Number(key) - 1);
      return true;
    }
    // While a question waits, Enter does not go to the cell's code, where the answer would be text.
    if (!action || (action.when && !action.when())) return ctx.gate && key === "Enter" ? true : undefined;
    action.run();
    return true;
  }
}
