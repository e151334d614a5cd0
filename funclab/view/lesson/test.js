// A test: its items one after the other, and after the last one what the answers show.

import { h } from "../live/core.js";
import { focusOn } from "../live/focus.js";
import { coded } from "./coded.js";

/** @type {WrittenView} */
export const test = {
  draw(ctx) {
    this.count = h("p", { class: "fl-soft", role: "status" });
    this.item = h("div");
    ctx.bar.append(...ctx.makeButtons());
    ctx.stage.append(this.count, this.item);
    ctx.hear("change:answers", () => ctx.update());
    const { items } = ctx.facts;
    ctx.watchSizes(() => ctx.reserve(this.item, items.map((item) => this.asked(ctx, item))), ctx.foot);
  },

  update(ctx) {
    const { items } = ctx.facts, { at } = ctx.state, answers = ctx.model.get("answers");
    const open = answers.filter((answer) => answer == null).length;
    this.count.textContent = at < items.length
      ? ctx.t("lesson_item", { i: at + 1, n: items.length, open }) : "";
    this.item.replaceChildren(...(at < items.length ? this.asked(ctx, items[at], answers[at]) : this.told(ctx, open)));
  },

  asked(ctx, { text, options }, answer) {
    const buttons = options
      .map((option, i) => ctx.button(coded(option), String(i + 1), () => this.choose(ctx, i), answer === i));
    return [h("p", { class: "fl-prompt" }, coded(text)),
      h("ol", { class: "fl-options" }, buttons.map((button) => h("li", {}, button)))];
  },

  told(ctx, open) {
    if (open) return [h("p", {}, ctx.t("lesson_items_open", { open }))];
    const { result } = ctx.facts;
    if (!result) return [h("p", {}, ctx.t(ctx.model.alone ? "lesson_test_needs_kernel" : "asking_kernel"))];
    return [h("p", { class: "fl-prompt" }, result[0]),
      h("ul", {}, result.slice(1).map((line) => h("li", {}, coded(line))))];
  },

  choose(ctx, option) {
    const answers = [...ctx.model.get("answers")], { at } = ctx.state;
    if (at >= answers.length) return;
    answers[at] = option;
    ctx.model.set("answers", answers);
    ctx.set({ at: at + 1 }, true);
    focusOn(ctx.el);
  },

  walk(ctx, step) { ctx.set({ at: Math.max(0, Math.min(ctx.facts.items.length, ctx.state.at + step)) }, true); },

  keys(ctx) {
    const options = ctx.facts.items[ctx.state.at]?.options ?? [];
    const choices = options.map((option, i) => [String(i + 1), { label: option, run: () => this.choose(ctx, i) }]);
    return {
      ...Object.fromEntries(choices),
      ArrowLeft: { label: ctx.t("lesson_key_item_before"), button: ctx.t("back"),
        run: () => this.walk(ctx, -1), off: !ctx.state.at },
      ArrowRight: { label: ctx.t("lesson_key_item_after"), button: ctx.t("next"),
        run: () => this.walk(ctx, 1),
        off: ctx.state.at >= ctx.facts.items.length },
    };
  },
};
