// A question of a lesson: options to choose by key, and the response to the chosen one.

import { h } from "../live/core.js";
import { ANSWERED } from "../live/cover.js";
import { KERNEL } from "../live/kernel.js";
import { coded } from "./coded.js";
import { SIGNS } from "./signs.js";

/** @type {WrittenView} */
export const question = {
  draw(ctx) {
    const { facts } = ctx;
    this.options = facts.options.map(({ text }, i) => {
      const words = [coded(text), h("span", { class: "fl-reason" })];
      return ctx.button(words, String(i + 1), () => this.choose(ctx, i), false);
    });
    this.see = ctx.button(ctx.t("show_me"), "0", () => this.choose(ctx, null), null, { icon: "look" });
    this.reveal = h("div", { class: "fl-reveal", role: "status" });
    this.eyebrow = h("span", { class: "fl-eyebrow" });
    this.card = h("div", { class: "fl-asking" }, h("div", { class: "fl-prompt" }, this.eyebrow, ...coded(facts.prompt)),
      h("ol", { class: "fl-options" }, this.options.map((button) => h("li", {}, button))), this.see, this.reveal);
    ctx.stage.append(this.card);
    if (ctx.model.alone && !this.answers(ctx).length) ctx.model.set("answers", ANSWERED.read(facts.id));
    ctx.hear("change:answers", () => ctx.update());
    ctx.watchSizes(() => this.keepRoom(ctx), ctx.foot);
    ctx.listen(window, "keydown", (event) => this.below(ctx, event), true);
    ctx.listen(KERNEL.news, `show ${facts.id}`, () => { if (!this.open(ctx)) this.choose(ctx, null); });
  },

  /**
   * After Shift-Enter the next cell is selected, and number keys would make it a heading: until the
   * question above it is answered, they answer that question.
   */
  below(ctx, event) {
    const cell = document.activeElement?.closest(".jp-Notebook.jp-mod-commandMode .jp-Cell");
    const asked = cell && ctx.el.closest(".jp-Cell") === cell.previousElementSibling;
    if (!asked || this.open(ctx) || event.ctrlKey || event.metaKey || event.altKey) return;
    const option = Number(event.key) - 1;
    if (!(option in this.options)) return;
    this.choose(ctx, option);
    event.preventDefault();
    event.stopImmediatePropagation();
  },

  /** Keep the room of the longest response. */
  keepRoom(ctx) {
    const given = [...ctx.facts.options.keys()];
    const shown = [[undefined, false], ...[null, ...given].map((last) => [last, true])];
    if (ctx.facts.votes > 1) shown.push(...given.map((last) => [last, false]));
    ctx.reserve(this.card, shown.map(([last, open]) => {
      const copy = this.card.cloneNode(true), part = (what) => copy.querySelector(what);
      this.dress(ctx, [...copy.querySelectorAll("li>button")], part(":scope>button"), part(".fl-reveal"), last, open);
      return [...copy.childNodes];
    }));
  },

  caption(ctx) { return this.open(ctx) ? "" : ctx.t("lesson_press_a_number"); },

  paragraphs: (texts) => texts.map((text) => h("p", {}, coded(text))),

  answers: (ctx) => ctx.model.get("answers"),

  /** Whether the answer may be seen. */
  open(ctx) {
    const answers = this.answers(ctx);
    return answers.includes(null) || answers.length >= ctx.facts.votes;
  },

  choose(ctx, option) {
    const answers = [...this.answers(ctx), option];
    ctx.model.set("answers", answers);
    ctx.model.save_changes();
    if (this.open(ctx)) ANSWERED.keep(ctx.facts.id, answers);
  },

  update(ctx) {
    const last = this.answers(ctx).at(-1), open = this.open(ctx), right = ctx.facts.options[last]?.right;
    const key = !open ? "lesson_expect" : last === null ? "lesson_without_guess" : right ? "lesson_expected"
      : "lesson_unexpected";
    this.eyebrow.textContent = ctx.t(key, { title: ctx.model.get("title") });
    this.dress(ctx, this.options, this.see, this.reveal, last, open);
  },

  /** Show an answer on the options: their signs, and the reasons in the one chosen and the right one. What
   * is said of it then is for screen readers alone. */
  dress(ctx, options, see, reveal, last, open) {
    options.forEach((button, i) => {
      const { right = false } = ctx.facts.options[i], chosen = last === i, told = open && (chosen || right);
      const sign = told ? SIGNS[right ? "right" : "wrong"] : "";
      button.setAttribute("aria-pressed", String(chosen));
      button.dataset.answer = !open ? "" : right ? "right" : chosen ? "wrong" : "off";
      button.querySelector("kbd").textContent = sign || String(i + 1);
      button.dataset.sign = sign && `${sign} `; // the chip with it is hidden from screen readers
      button.querySelector(".fl-reason").replaceChildren(...(told ? this.reason(ctx, i) : []));
    });
    see.hidden = open;
    reveal.classList.toggle("fl-unseen", open);
    reveal.replaceChildren(...this.paragraphs(this.said(ctx, last, open)));
  },

  /** Why an option is right, or is not. */
  reason({ facts, t }, i) {
    const { right, answer } = facts.options[i];
    return coded(right ? facts.reveal : answer || t("lesson_is_not"));
  },

  /** The response to the last answer; none before there is one. */
  said(ctx, last, open) {
    const { options, reveal } = ctx.facts, right = options.find((option) => option.right).text;
    if (last === undefined) return [];
    if (!open) return [ctx.t("lesson_vote_again", { given: options[last].text })];
    if (last === null) return [ctx.t("lesson_shown", { right }), reveal];
    const { answer } = options[last];
    return options[last].right ? [ctx.t("lesson_is_right"), reveal]
      : [answer || ctx.t("lesson_is_not"), ctx.t("lesson_shown", { right }), reveal];
  },

  keys(ctx) {
    const keys = Object.fromEntries(ctx.facts.options.map((option, i) =>
      [String(i + 1), { label: option.text, run: () => this.choose(ctx, i) }]));
    return { ...keys, 0: { label: ctx.t("show_me"), run: () => this.choose(ctx, null), when: () => !this.open(ctx) } };
  },
};
