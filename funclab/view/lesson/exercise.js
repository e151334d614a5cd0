// An exercise: lines to put in order, the verdict on an attempt, hints one by one, the solution.

import { h, mark } from "../live/core.js";
import { Graph } from "../live/graph.js";
import { coded } from "./coded.js";

/** How far a pointer goes before it drags a line. */
const DRAGGED = 6;

/** The lines of a program after line `number` was dragged to place `to`; behind its end, the line is out. */
export function dropped(order, number, to) {
  const others = order.filter((one) => one !== number), used = order.includes(number);
  if (to > order.length - Number(used)) return others;
  return [...others.slice(0, to), number, ...others.slice(to)];
}

/** @type {WrittenView} */
export const exercise = {
  draw(ctx) {
    const { facts } = ctx;
    this.verdict = h("div", { class: "fl-verdict", role: "status" });
    this.graph = new Graph(ctx.t("lesson_your_graph"));
    this.lines = h("ol", { class: "fl-lines", "aria-label": ctx.t("lesson_lines") });
    this.hints = h("ol", { class: "fl-hints", "aria-label": ctx.t("lesson_hints") });
    ctx.bar.append(...ctx.makeButtons());
    ctx.stage.append(h("div", { class: "fl-told" }, h("p", {}, h("b", {}, `${facts.id} `), coded(facts.task)),
      this.lines, this.verdict, this.hints), this.graph.el);
    if (this.low()) ctx.watchSizes(() => ctx.reserve(this.hints, [this.hinted(facts)]), ctx.foot);
    ctx.watchSizes(() => this.find(), this.graph.el);
    this.drag(ctx);
  },

  /** Lines are dragged within the program, into it and out of it. */
  drag(ctx) {
    let held = null;
    const rows = () => [...this.lines.children];
    const place = ({ clientY }) => {
      const i = rows().findIndex((row) => clientY < row.getBoundingClientRect().bottom);
      return i < 0 ? rows().length - 1 : i;
    };
    const show = (to) => rows().forEach((row, i) => row.classList.toggle("fl-drop", i === to));
    this.lines.addEventListener("pointerdown", (event) => {
      const i = rows().indexOf(event.target.closest("li"));
      if (i >= 0) held = { i, y: event.clientY, number: this.all(ctx)[i], moving: false };
    });
    ctx.listen(window, "pointermove", (event) => {
      if (!held) return;
      held.moving ||= Math.abs(event.clientY - held.y) > DRAGGED;
      if (held.moving) show(place(event));
    });
    ctx.listen(window, "pointerup", (event) => {
      const { i, number, moving = false } = held ?? {};
      held = null;
      show(-1);
      if (!moving) return;
      this.let = true; // the click that follows is the end of the drag
      setTimeout(() => { this.let = false; });
      const order = dropped(ctx.state.order, number, place(event));
      if (place(event) !== i) ctx.set({ order, at: this.allOf(ctx, order).indexOf(number) });
    });
    ctx.listen(window, "pointercancel", () => { held = null; show(-1); });
  },

  /** A click takes a line; the second of a double click, under which there is another line by then, does not. */
  click(ctx, { detail }, i) {
    if (this.let || detail > 1) return;
    ctx.set({ at: i }, true);
    this.toggle(ctx);
  },

  /** Scroll the graph to the places that are marked in it. */
  find() { this.graph.reveal(...this.graph.el.querySelectorAll("[data-mark]")); },

  /** The numbers of all lines: those in the program in order, then those that are left out. */
  all(ctx) { return this.allOf(ctx, ctx.state.order); },

  allOf(ctx, order) {
    const numbers = ctx.facts.lines.map(({ number }) => number);
    return [...order, ...numbers.filter((number) => !order.includes(number))];
  },

  update(ctx) {
    const { facts, state } = ctx, pictures = ctx.model.get("pictures");
    this.drawLines(ctx);
    this.verdict.dataset.verdict = facts.verdict;
    this.verdict.replaceChildren(h("p", { class: "fl-prompt" }, facts.heading), h("p", {}, coded(facts.says)));
    const picture = (state.hints && pictures.lit) || pictures.marked;
    this.graph.el.hidden = !picture;
    if (picture && this.graph.put(picture)) this.find();
    this.hints.hidden = !state.hints && !this.low();
    this.hints.replaceChildren(...this.hinted(facts, state.hints));
    const solved = state.solution && facts.tried ? this.solution(ctx) : [];
    ctx.panel.replaceChildren(...solved);
    if (solved.length > 1 && !this.solved) ctx.bringInSight(ctx.panel);
    this.solved = solved.length > 1;
  },

  hinted: ({ hints }, count = hints.length) => hints.slice(0, count).map((hint) => h("li", {}, coded(hint))),

  drawLines(ctx) {
    const { order, at } = ctx.state, text = new Map(ctx.facts.lines.map((line) => [line.number, line.text]));
    this.lines.hidden = !text.size;
    this.lines.replaceChildren(...this.all(ctx).map((number, i) => {
      const used = order.includes(number), { class: here, ...current } = mark(i === at);
      const label = ctx.t(used ? "lesson_line_used" : "lesson_line_free", { i: i + 1 });
      return h("li", { class: `${here} ${used ? "fl-used" : ""}`, ...current },
        h("button", { type: "button", class: "fl-link", tabindex: -1, "aria-label": `${label}: ${text.get(number)}`,
          onclick: (event) => this.click(ctx, event, i) },
        h("span", { class: "fl-number" }, used ? `${i + 1}` : "–"), text.get(number)));
    }));
  },

  /** Add the chosen line at the end of the program, or take it out. */
  toggle(ctx) {
    const { order, at } = ctx.state, number = this.all(ctx)[at];
    const next = order.includes(number) ? order.filter((one) => one !== number) : [...order, number];
    ctx.set({ order: next, at: this.allOf(ctx, next).indexOf(number) });
    ctx.el.focus({ preventScroll: true });
  },

  /** Move the chosen line within the program. */
  move(ctx, step) {
    const { order, at } = ctx.state, to = at + step;
    if (at >= order.length || to < 0 || to >= order.length) return;
    const next = [...order];
    [next[at], next[to]] = [next[to], next[at]];
    ctx.set({ order: next, at: to });
  },

  walk(ctx, step) {
    ctx.set({ at: Math.max(0, Math.min(ctx.facts.lines.length - 1, ctx.state.at + step)) }, true);
  },

  check(ctx) {
    if (ctx.model.alone) ctx.say(ctx.t("lesson_needs_kernel"));
    else {
      ctx.say("");
      ctx.model.send({ ask: "check", key: ctx.state.order });
    }
  },

  /** The solution next to the student's own graph, once Python has sent it. */
  solution(ctx) {
    const told = ctx.lazy("solution", ctx.facts.id);
    if (!told) return [h("p", {}, ctx.t("asking_kernel"))];
    const pair = [["left", "lesson_left"], ["right", "lesson_right_side"]].filter(([side]) => told[side])
      .map(([side, key]) => {
      const name = ctx.t(key), graph = new Graph(name);
      graph.put(told[side]);
      return h("figure", { class: "fl-figure" }, h("figcaption", {}, name), graph.el);
    });
    return [h("pre", {}, h("code", {}, told.code)), h("div", { class: "fl-pair" }, pair),
      h("ol", { class: "fl-tape" }, (told.entries ?? []).map((entry) => h("li", {}, entry)))];
  },

  keys(ctx) {
    const { facts, state } = ctx, lines = () => facts.lines.length > 0;
    return {
      ArrowDown: { label: lines() ? ctx.t("lesson_key_walk") : "", run: () => this.walk(ctx, 1), when: lines },
      ArrowUp: { run: () => this.walk(ctx, -1), when: lines },
      Enter: { label: lines() ? ctx.t("lesson_key_take") : "", button: ctx.t("lesson_take"),
        run: () => this.toggle(ctx), when: lines },
      ArrowLeft: { label: lines() ? ctx.t("lesson_key_earlier") : "", button: ctx.t("lesson_earlier"),
        run: () => this.move(ctx, -1), when: lines },
      ArrowRight: { label: lines() ? ctx.t("lesson_key_later") : "", button: ctx.t("lesson_later"),
        run: () => this.move(ctx, 1), when: lines },
      c: { label: lines() ? ctx.t("lesson_key_check") : "", button: ctx.t("lesson_check"), run: () => this.check(ctx),
        when: lines },
      h: { label: ctx.t("lesson_key_hint"), button: ctx.t("lesson_hint"), off: state.hints >= facts.hints.length,
        run: () => ctx.set({ hints: Math.min(facts.hints.length, state.hints + 1) }) },
      s: { label: ctx.t("lesson_key_solution"), button: ctx.t("lesson_solution"), off: !facts.tried,
        run: () => (facts.tried ? ctx.set({ solution: !state.solution }) : ctx.say(ctx.t("lesson_try_first"))) },
    };
  },
};
