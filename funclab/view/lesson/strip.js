// How far a student has come in a lesson: a mark for each of its questions and exercises.

import { h } from "../live/core.js";
import { KERNEL } from "../live/kernel.js";

export class Strip {
  /** On the foot of a view, as far as its facts say what else is in the lesson. */
  constructor(ctx) {
    this.ctx = ctx;
    this.el = h("span", { class: "fl-so-far", role: "img" });
    const { items } = this.items;
    if (items.length) ctx.captionBox.after(this.el);
    for (const { id } of items) ctx.listen(KERNEL.news, `answered ${id}`, () => this.update());
  }

  get items() { return this.ctx.facts.strip ?? { lesson: "", items: [] }; }

  update() {
    const { lesson, items } = this.items, here = this.ctx.facts.id;
    const done = ({ id, done: before }) => before || KERNEL.opened.has(id);
    this.el.ariaLabel = this.ctx.t("lesson_strip", { lesson, done: items.filter(done).length, n: items.length });
    this.el.title = this.el.ariaLabel;
    this.el.replaceChildren(...items.map((item) => h("span", {
      class: `${done(item) ? "fl-done" : ""} ${item.id === here ? "fl-current" : ""}` })));
  }
}
