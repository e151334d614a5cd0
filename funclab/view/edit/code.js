// The code beside the picture: each line with the call that it makes, and a box to write in.

import { h } from "../live/core.js";
import { focusOn } from "../live/focus.js";

/** How long after the last key what was typed is read, in milliseconds. */
const PAUSE = 400;
/** How many characters of a line there is room for, and in a panel beside a slim picture. */
const LONGEST = 36, LONGER = 49;
/** A first setting with fewer characters is always there: most often how many units. */
const SHORT = 5;

/** A line in one row: of a layer's settings, the first, so that what it reads stays in sight. */
export function brief(line, most = LONGEST) {
  const [, head, settings, tail] = line.match(/^(.*?\w\()(.*)(\)\(.*\))$/) ?? [];
  if (line.length <= most || !settings) return line;
  const parts = settings.split(/, (?![^([]*[)\]])/), room = most - head.length - tail.length - 1;
  const fits = () => parts.join(", ").length + 2 <= room || (parts.length === 1 && parts[0].length < SHORT);
  while (parts.length && !fits()) parts.pop();
  return `${head}${[...parts, "…"].join(", ")}${tail}`;
}

export class Code {
  /**
   * @param {Context} ctx
   * @param {import("./view.js").Edit} edit
   */
  constructor(ctx, edit) {
    this.ctx = ctx;
    this.edit = edit;
    this.wide = false;
    this.lines = h("div", { class: "fl-code", role: "group", tabindex: "0", "aria-label": ctx.t("edit_code_lines") });
    this.text = h("textarea", { class: "fl-text", hidden: true, spellcheck: "false", rows: 12, wrap: "off",
      "aria-label": ctx.t("edit_code_lines"), oninput: () => this.later() });
    this.note = h("p", { class: "fl-soft", role: "status" });
    const looks = { icon: "copy", brief: true };
    const copy = ctx.button(ctx.t("edit_copy_code"), "", () => ctx.copy(this.whole), null, looks);
    this.el = h("div", { class: "fl-coded" },
      h("h3", {}, h("span", {}, ctx.t("edit_code")), copy), this.lines, this.text, this.note);
    this.lines.addEventListener("click", (event) => this.click(event.target));
    this.lines.addEventListener("dblclick", () => this.open());
    ctx.cleanups.push(() => clearTimeout(this.waiting));
  }

  get whole() { return this.edit.here.code.map(([line]) => line).join("\n"); }

  get isOpen() { return !this.text.hidden; }

  draw({ code, calls, uncoded }) {
    const { selected } = this.ctx.state, chosen = calls.find(({ key }) => key === selected);
    const failed = calls.filter(({ status }) => status === "failed").map(({ key }) => key);
    const mine = (key) => key && chosen && (key === chosen.key || key === chosen.layer);
    const first = Math.max(0, code.findIndex(([, key]) => key));  // imports are in the box to write in
    this.lines.replaceChildren(...code.slice(first).map(([line, key, changed]) => {
      const state = failed.includes(key) ? "fl-bad" : changed ? "fl-new" : "";
      const marked = `${state} ${mine(key) ? "fl-now" : ""}`.trim();
      return h("div", { class: `fl-row-of ${marked}`, "data-of": key || null, title: line },
        (marked ? line : brief(line, this.wide ? LONGER : LONGEST)) || " ");
    }));
    this.follow();
    if (!this.isOpen) this.toldHow(uncoded);
    const now = this.lines.querySelector(".fl-now,.fl-bad");
    if (now) this.lines.scrollTop = now.offsetTop - this.lines.clientHeight / 2;
  }

  /** A step that was made elsewhere is written into the open box, too: it must not tell of another model. */
  follow() {
    const { position } = this.ctx.state, known = this.ctx.facts.states?.[position];
    if (!known || position === this.position) return;
    this.position = position;
    const text = known.typed || this.whole;
    if (!this.isOpen || document.activeElement === this.text || text === this.text.value) return;
    clearTimeout(this.waiting);
    this.text.value = text;
    this.toldHow();
  }

  /** Below the code, how it is written in, or why it cannot be shown. */
  toldHow(uncoded) {
    this.note.textContent = uncoded || this.ctx.t("edit_code_note");
    this.note.classList.remove("fl-what");
  }

  click(target) {
    const key = target.closest("[data-of]")?.dataset.of;
    if (key && this.edit.here.calls.some((call) => call.key === key)) this.edit.select(key);
  }

  /** Write in the code. */
  open() {
    const { ctx } = this;
    if (ctx.alone) return ctx.say(ctx.t("edit_needs_kernel"));
    this.edit.toggleSide(false);
    this.text.value = this.edit.here.typed || this.whole;
    this.text.hidden = false;
    this.lines.hidden = true;
    const now = this.edit.chosen?.key, code = this.edit.here.code, i = code.findIndex(([, key]) => key === now);
    const at = code.slice(0, Math.max(i, 0)).reduce((sum, [line]) => sum + line.length + 1, 0);
    focusOn(this.text);
    this.text.setSelectionRange(at, at);
    return this.text.scrollTo(0, Math.max(0, i - 3) * 20);
  }

  /** Show the lines again; returns whether they were not shown. */
  close() {
    if (!this.isOpen) return false;
    clearTimeout(this.waiting);
    this.text.hidden = true;
    this.lines.hidden = false;
    this.ctx.update();
    return true;
  }

  /** What was typed is read when the typing pauses. */
  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ctx.model.send({ ask: "code", text: this.text.value }), PAUSE);
  }

  hear({ kind, text }) {
    const told = { done: "edit_code_read", same: "edit_code_same" }[kind];
    this.note.textContent = told ? this.ctx.t(told) : text;
    this.note.classList.toggle("fl-what", !told);
  }
}
