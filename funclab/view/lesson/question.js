// A question of a lesson: options to choose by key, and the response to the chosen one.

import { h } from "../live/core.js";
import { ANSWERED } from "../live/cover.js";
import { KERNEL } from "../live/kernel.js";
import { selectedAfter, taken } from "./after.js";
import { Ahead } from "./ahead.js";
import { coded } from "./coded.js";
import { SIGNS } from "./signs.js";
import { Strip } from "./strip.js";

/** @type {WrittenView} */
export const question = {
  draw(ctx) {
    const { facts } = ctx;
    this.order = facts.order ?? [...facts.options.keys()]; // numbers in the course, as they stand on the page
    this.options = facts.options.map(({ text }, i) => {
      const words = [coded(text), h("span", { class: "fl-reason" })];
      return ctx.button(words, this.keyOf(i), () => this.choose(ctx, i), false);
    });
    this.see = ctx.button(ctx.t("show_me"), "0", () => this.choose(ctx, null), null, { icon: "look" });
    this.reveal = h("div", { class: "fl-reveal", role: "status" });
    this.eyebrow = h("span", { class: "fl-eyebrow" });
    this.card = h("div", { class: "fl-asking" }, h("div", { class: "fl-prompt" }, this.eyebrow, ...coded(facts.prompt)),
      h("ol", { class: "fl-options" }, this.order.map((i) => h("li", {}, this.options[i]))), this.see, this.reveal);
    ctx.stage.append(this.card);
    this.strip = new Strip(ctx);
    this.ahead = new Ahead(ctx);
    if (ctx.model.alone && !this.answers(ctx).length) ctx.model.set("answers", ANSWERED.read(facts.id));
    ctx.hear("change:answers", () => ctx.update());
    ctx.watchSizes(() => this.keepRoom(ctx), ctx.foot);
    ctx.listen(window, "keydown", (event) => this.below(ctx, event), true);
    for (const elsewhere of ["pointerdown", "focusin"]) {
      ctx.listen(window, elsewhere, ({ target }) => { if (target !== this.settled) this.settled = null; }, true);
    }
    ctx.listen(KERNEL.news, `show ${facts.id}`, () => { if (!this.open(ctx)) this.choose(ctx, null); });
    if (this.open(ctx)) ANSWERED.open(facts.id); // what waits may have been stored before the answer
    ctx.watchSizes(() => this.askOnce(ctx), ctx.foot); // first when it is on the page
  },

  /** The text above the cell asks the same for pages without scripts: here it stands aside. */
  askOnce(ctx) {
    const above = ctx.el.closest(".jp-Cell")?.previousElementSibling;
    if (!above || above === this.above) return;
    this.above = above;
    const text = () => above.querySelector(".jp-MarkdownOutput")?.textContent.trim();
    const look = () => above.classList.toggle("fl-asked-below", !!text()?.startsWith(`${ctx.model.get("title")}.`));
    const rendered = new MutationObserver(look); // its text may come later
    rendered.observe(above, { childList: true, subtree: true });
    ctx.cleanups.push(() => { rendered.disconnect(); above.classList.remove("fl-asked-below"); });
    look();
  },

  /** The key of an option, which is its place on the page. */
  keyOf(i) { return String(this.order.indexOf(i) + 1); },

  /**
   * After the cell has run, it or the next one is selected, and number keys would make it a heading:
   * until the question is answered, they answer it. Then they do nothing, until something else is chosen.
   */
  below(ctx, event) {
    const cell = selectedAfter(ctx, event);
    if (!cell || !/^[0-9]$/.test(event.key)) return;
    if (this.open(ctx)) {
      if (cell === this.settled) taken(event);
      return;
    }
    const option = event.key === "0" ? null : this.order[Number(event.key) - 1];
    if (option !== undefined) {
      this.choose(ctx, option);
      this.settled = cell;
    }
    taken(event);
  },

  /** Keep the room of the longest response. */
  keepRoom(ctx) {
    const given = [...ctx.facts.options.keys()];
    const shown = [[undefined, false], ...[null, ...given].map((last) => [last, true])];
    if (ctx.facts.votes > 1 || ctx.facts.tries > 1) shown.push(...given.map((last) => [last, false]));
    ctx.reserve(this.card, shown.map(([last, open]) => {
      const copy = this.card.cloneNode(true), part = (what) => copy.querySelector(what);
      const buttons = [...copy.querySelectorAll("li>button")];
      this.dress(ctx, given.map((i) => buttons[this.order.indexOf(i)]), part(":scope>button"), part(".fl-reveal"),
        last, open);
      return [...copy.childNodes];
    }));
  },

  caption(ctx) { return this.open(ctx) ? "" : ctx.t("lesson_press_a_number"); },

  paragraphs: (texts) => texts.map((text) => h("p", {}, coded(text))),

  answers: (ctx) => ctx.model.get("answers"),

  /** Whether the answer may be seen: after all votes, or after the right answer or the last try. */
  open(ctx) {
    const answers = this.answers(ctx), { options, votes, tries = 1 } = ctx.facts;
    if (answers.includes(null)) return true;
    return votes > 1 ? answers.length >= votes : answers.length >= tries || answers.some((i) => options[i].right);
  },

  /** The answers that were wrong, while another try is open. */
  tried(ctx) { return ctx.facts.votes > 1 || this.open(ctx) ? [] : this.answers(ctx); },

  choose(ctx, option) {
    if (this.tried(ctx).includes(option)) return;
    const answers = [...this.answers(ctx), option];
    ctx.model.set("answers", answers);
    ctx.model.save_changes();
    if (this.open(ctx)) ANSWERED.keep(ctx.facts.id, answers);
  },

  update(ctx) {
    const answers = this.answers(ctx), last = answers.at(-1), open = this.open(ctx);
    const right = ctx.facts.options[last]?.right, first = answers.length < 2 || ctx.facts.votes > 1;
    const key = !open ? "lesson_expect" : last === null ? "lesson_without_guess" : !right ? "lesson_unexpected"
      : first ? "lesson_expected" : "lesson_second_try";
    this.eyebrow.textContent = ctx.t(key, { title: ctx.model.get("title") });
    this.dress(ctx, this.options, this.see, this.reveal, last, open);
    this.strip.update();
    this.ahead.update(!ctx.facts.recalled && !open);
  },

  /** Show an answer on the options: their signs, and the reasons in the one chosen and the right one. What
   * is said of it then is for screen readers alone. */
  dress(ctx, options, see, reveal, last, open) {
    const again = !open && ctx.facts.votes === 1;
    options.forEach((button, i) => {
      const { right = false } = ctx.facts.options[i], chosen = last === i;
      const told = open ? chosen || right : again && chosen;
      const sign = told ? SIGNS[right ? "right" : "wrong"] : "";
      button.setAttribute("aria-pressed", String(chosen));
      button.dataset.answer = told && !right ? "wrong" : !open ? "" : right ? "right" : "off";
      button.querySelector("kbd").textContent = sign || this.keyOf(i);
      button.dataset.sign = sign && `${sign} `; // the chip with it is hidden from screen readers
      button.querySelector(".fl-reason").replaceChildren(...(told ? this.reason(ctx, i) : []));
    });
    see.hidden = open;
    reveal.classList.toggle("fl-unseen", open);
    reveal.replaceChildren(...this.paragraphs(this.said(ctx, last, open)));
    if (again && reveal.children.length) reveal.firstChild.classList.add("fl-unseen"); // it is seen in the option
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
    if (!open && ctx.facts.votes > 1) return [ctx.t("lesson_vote_again", { given: options[last].text })];
    if (!open) return [options[last].answer || ctx.t("lesson_is_not"), ctx.t("lesson_try_again")];
    if (last === null) return [ctx.t("lesson_shown", { right }), reveal];
    const { answer } = options[last];
    return options[last].right ? [ctx.t("lesson_is_right"), reveal]
      : [answer || ctx.t("lesson_is_not"), ctx.t("lesson_shown", { right }), reveal];
  },

  keys(ctx) {
    const keys = Object.fromEntries(ctx.facts.options.map((option, i) =>
      [this.keyOf(i), { label: option.text, run: () => this.choose(ctx, i) }]));
    return { ...keys, 0: { label: ctx.t("show_me"), run: () => this.choose(ctx, null), when: () => !this.open(ctx) } };
  },
};
