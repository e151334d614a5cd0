// A question of a lesson: options to choose by key, and the response to the chosen one.

import { h } from "../live/core.js";
import { ANSWERED } from "../live/cover.js";
import { KERNEL } from "../live/kernel.js";
import { coded } from "./coded.js";

/** @type {WrittenView} */
export const question = {
  draw(ctx) {
    const { facts } = ctx;
    this.options = facts.options.map((option, i) =>
      ctx.button(coded(option.text), String(i + 1), () => this.choose(ctx, i), false));
    this.see = ctx.button(ctx.t("show_me"), "0", () => this.choose(ctx, null), null, { icon: "look" });
    this.reveal = h("div", { class: "fl-reveal", role: "status" });
    ctx.stage.append(
      h("p", { class: "fl-prompt" }, h("b", {}, `${facts.id} `), coded(facts.prompt)),
      h("ol", { class: "fl-options" }, this.options.map((button) => h("li", {}, button))), this.see, this.reveal);
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
    const given = [...ctx.facts.options.keys()], said = [null, ...given].map((last) => this.said(ctx, last, true));
    if (ctx.facts.votes > 1) said.push(...given.map((last) => this.said(ctx, last, false)));
    ctx.reserve(this.reveal, said.map((texts) => this.paragraphs(texts)));
  },

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
    const answers = this.answers(ctx), open = this.open(ctx), { options } = ctx.facts;
    this.options.forEach((button, i) => {
      const chosen = answers.at(-1) === i;
      button.setAttribute("aria-pressed", String(chosen));
      button.dataset.sign = open && (chosen || options[i].right) ? (options[i].right ? "✓ " : "✗ ") : "";
    });
    this.see.style.visibility = open ? "hidden" : "";
    this.reveal.replaceChildren(...this.paragraphs(this.said(ctx, answers.at(-1), open)));
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
