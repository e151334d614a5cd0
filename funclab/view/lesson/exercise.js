// An exercise: lines to put in order, the verdict on an attempt, hints one by one, the solution.

import { KEY_SIGNS, brief, h, mark } from "../live/core.js";
import { ANSWERED } from "../live/cover.js";
import { Graph } from "../live/graph.js";
import { KERNEL } from "../live/kernel.js";
import { within } from "../live/within.js";
import { focusOn } from "../live/focus.js";
import { selectedAfter, taken } from "./after.js";
import { coded } from "./coded.js";
import { SIGNS } from "./signs.js";
import { More } from "./more.js";
import { verdictOn } from "./programs.js";
import { Strip } from "./strip.js";

/** How far a pointer goes before it drags a line. */
const DRAGGED = 6;
/** How much of the stage a picture may have beside what is said, and what its margins and a scrollbar need. */
const MOST = 0.56, BESIDE = 50;

/** The lines of a program after line `number` was dragged to place `to`; behind its end, the line is out. */
export function dropped(order, number, to) {
  const others = order.filter((one) => one !== number), used = order.includes(number);
  if (to > order.length - Number(used)) return others;
  return [...others.slice(0, to), number, ...others.slice(to)];
}

/** The first sentence of a text, and the rest. */
export function inTwo(text) {
  const at = text.search(/(?<=[.?!]) /);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * A line of code, cut before and behind the part that made a mistake, with that part marked.
 * @param {string[]} cut
 */
export const underlined = ([before, part = "", behind = ""]) =>
  [before, part && h("mark", { class: "fl-place" }, part), behind];

/** @type {WrittenView} */
export const exercise = {
  draw(ctx) {
    const { facts } = ctx;
    this.verdict = h("div", { class: "fl-verdict", role: "status" });
    this.graph = new Graph(ctx.t("lesson_your_graph"));
    this.lines = h("ol", { class: "fl-lines", "aria-label": ctx.t("lesson_lines") });
    this.hints = h("ol", { class: "fl-hints", "aria-label": ctx.t("lesson_hints") });
    this.open = h("span", { class: "fl-open" });
    this.task = h("p", { class: "fl-task" });
    this.how = h("div", { class: "fl-how" });
    const buttons = ctx.makeButtons(), told = h("div", { class: "fl-told" }, this.task);
    ctx.bar.append(...buttons.slice(0, -1), this.open, ...buttons.slice(-1));
    ctx.stage.append(told);
    if (facts.lines.length) {
      ctx.el.classList.add("fl-arranging");
      told.append(this.lines);
      this.side = h("div", { class: "fl-side" }, this.verdict, this.how, this.hints, this.graph.el, ctx.panel);
      ctx.stage.append(this.side); // which scrolls, so that the view keeps its height
    } else { // what one can do next stands below what was said
      ctx.el.classList.add("fl-judged");
      told.append(this.verdict, ctx.bar, this.hints);
      ctx.stage.append(this.graph.el);
    }
    const panes = this.side ? [ctx.stage, this.side] : [told, ctx.panel, ctx.stage];
    this.more = panes.map((pane) => new More(ctx, pane));
    this.keeps = this.low() && !facts.lines.length;
    if (this.keeps) ctx.watchSizes(() => ctx.reserve(this.hints, [this.hinted(facts)]), ctx.foot);
    ctx.watchSizes(() => this.find(), this.graph.el);
    ctx.watchSizes(() => {
      this.makeRoom(ctx);
      this.tellHow(ctx); // it may not have been on the page before
    }, ctx.stage);
    this.strip = new Strip(ctx);
    this.drag(ctx);
    ctx.listen(window, "keydown", (event) => {
      if (event.key.toLowerCase() !== "h" || event.shiftKey || !selectedAfter(ctx, event)) return;
      this.keys(ctx).h.run();
      taken(event);
    }, true);
  },

  /** On the foot: whether what the lines made was kept, and whose graph it is. */
  caption({ facts, model, t }) {
    const { marked = "" } = model.get("pictures"), ours = marked.includes('data-mark="input"');
    return brief(facts.undone || (marked && !ours ? t("lesson_your_picture") : ""));
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

  /** The side gets as wide as its picture, whose words cannot be smaller; if that is too wide, it stands below. */
  makeRoom({ el, stage }) {
    if (!this.side) return;
    const wide = this.graph.el.hidden ? 0 : this.graph.svg?.viewBox.baseVal.width ?? 0;
    const below = stage.clientWidth > 0 && wide + BESIDE > stage.clientWidth * MOST;
    el.classList.toggle("fl-picture-below", below);
    stage.style.setProperty("--marked", `${below ? 0 : wide}px`);
    if (below === (this.graph.el.parentElement === stage)) return;
    if (below) this.side.after(this.graph.el);
    else this.hints.after(this.graph.el);
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
    const title = facts.lines.length ? [] : [h("span", { class: "fl-eyebrow" }, ctx.model.get("title"))];
    this.task.replaceChildren(...title, h("span", { class: "fl-asked" }, coded(facts.task)));
    this.verdict.dataset.verdict = facts.verdict;
    this.verdict.replaceChildren(...this.judged(facts));
    this.tellHow(ctx);
    this.open.replaceChildren(...(facts.lines.length ? [] : this.counted(ctx)));
    const picture = (state.hints && pictures.lit) || pictures.marked;
    this.graph.el.hidden = !picture;
    if (picture && this.graph.put(picture)) this.find();
    this.makeRoom(ctx);
    this.hints.hidden = !state.hints && !this.keeps;
    this.hints.replaceChildren(...this.hinted(facts, state.hints));
    if (state.hints > (this.hintsOpen ?? state.hints) && this.hints.lastChild) ctx.bringInSight(this.hints.lastChild);
    this.hintsOpen = state.hints;
    const solved = state.solution && facts.tried ? this.solution(ctx) : [];
    ctx.panel.replaceChildren(...solved);
    ctx.el.classList.toggle("fl-solved", solved.length > 0);
    if (solved.length > 1 && !this.solved) ctx.bringInSight(ctx.panel);
    this.solved = solved.length > 1;
    if (facts.verdict === "right" && !KERNEL.opened.has(facts.id)) ANSWERED.open(facts.id);
    this.strip.update();
    for (const more of this.more) more.look();
  },

  /** The mistake in its own words; what is right, each with its sign; what is wanted in place of what is
   * not; and the line that made it, with the place. */
  judged({ verdict, heading, told, says, already = [], line = "", cut = [line, "", ""], lines = [] }) {
    const said = told ?? says; // a view that was stored before says what is undone here, too
    const item = (kind, ...parts) => h("li", {}, h("span", { class: `fl-chip fl-${kind}` }, SIGNS[kind]),
      h("span", {}, ...parts));
    const headed = (text) => h("p", { class: "fl-prompt" }, text);
    if (!said) return [headed(heading)];
    if (verdict === "right") return [headed(heading), h("ul", { class: "fl-checks" }, item("right", coded(said)))];
    if (verdict !== "wrong") return [headed(heading), h("p", {}, coded(said))];
    const [fault, why] = inTwo(said);
    return [h("p", { class: "fl-not-yet" }, heading), headed(coded(fault)),
      h("ul", { class: "fl-checks" }, already.map((one) => item("right", coded(one))),
        why ? item("wrong", coded(why)) : null),
      line && !lines.length ? h("pre", {}, h("code", {}, underlined(cut))) : ""];
  },

  /** Whether this is a notebook, and the cell with the lines has not been run in it. */
  notRun: (ctx) => ctx.alone && Boolean(ctx.el.closest(".jp-WindowedPanel-outer")),

  /** What comes before a check: to run the cell, and the keys. */
  tellHow(ctx) {
    const { lines, verdict } = ctx.facts, idle = this.notRun(ctx);
    this.how.hidden = !lines.length || (verdict !== "untried" && !idle);
    const first = idle ? h("p", { class: "fl-run-first" }, ctx.t("lesson_run_first")) : null;
    this.how.replaceChildren(...(this.how.hidden ? [] : [first, ...this.keysToPress(ctx)].filter(Boolean)));
  },

  /** Before the first check: what can be done with the lines, by which key. */
  keysToPress(ctx) {
    const rows = Object.entries(this.keys(ctx)).filter(([key, { label }]) => label && key !== "s");
    const first = ctx.model.alone ? null : h("p", { class: "fl-first" }, ctx.t("lesson_keys_first"));
    return [h("p", {}, ctx.t("lesson_drawn_here")), first, h("ul", {}, rows.map(([key, { label }]) =>
      h("li", {}, h("kbd", {}, KEY_SIGNS[key] ?? key), h("span", {}, label))))].filter(Boolean);
  },

  /** How many hints are open, of how many. */
  counted({ facts, state, t }) {
    const n = facts.hints.length, dots = facts.hints.map((_, i) => (i < state.hints ? "●" : "○")).join("");
    return [t("lesson_hints_of", { i: state.hints, n }), h("span", { class: "fl-dots", "aria-hidden": "true" }, dots)];
  },

  hinted: ({ hints }, count = hints.length) => hints.slice(0, count).map((hint) => h("li", {}, coded(hint))),

  drawLines(ctx) {
    const { facts, state: { order, at } } = ctx, text = new Map(facts.lines.map((line) => [line.number, line.text]));
    const fault = (one) => facts.cut && order.includes(one) && text.get(one) === facts.line;
    const shown = (one) => (fault(one) ? facts.cut : [text.get(one)]);
    this.lines.hidden = !text.size;
    this.lines.replaceChildren(...this.all(ctx).map((number, i) => {
      const used = order.includes(number), { class: here, ...current } = mark(i === at);
      const label = ctx.t(used ? "lesson_line_used" : "lesson_line_free", { i: i + 1 });
      return h("li", { class: `${here} ${used ? "fl-used" : ""}`, ...current },
        h("button", { type: "button", class: "fl-link", tabindex: -1, "aria-label": `${label}: ${text.get(number)}`,
          onclick: (event) => this.click(ctx, event, i) },
        h("span", { class: "fl-number" }, used ? `${i + 1}` : "–"), underlined(shown(number))));
    }));
  },

  /** Add the chosen line at the end of the program, or take it out. */
  toggle(ctx) {
    const { order, at } = ctx.state, number = this.all(ctx)[at];
    const next = order.includes(number) ? order.filter((one) => one !== number) : [...order, number];
    ctx.set({ order: next, at: this.allOf(ctx, next).indexOf(number) });
    focusOn(ctx.el);
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
    ctx.set({ at: within(ctx.state.at + step, ctx.facts.lines.length) }, true);
  },

  check(ctx) {
    const { facts, model, state: { order } } = ctx, said = model.alone && verdictOn(order, facts.programs);
    ctx.say(!ctx.alone || said ? "" : ctx.t(this.notRun(ctx) ? "lesson_run_first" : "lesson_needs_kernel"));
    if (!model.alone) model.send({ ask: "check", key: order });
    if (!said) return;
    const { pictures, ...verdict } = said;
    model.set("pictures", pictures);
    model.set("facts", { ...facts, ...verdict });
    ctx.update();
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
      c: { label: lines() ? ctx.t("lesson_key_check") : "", button: ctx.t("lesson_check"), icon: "play",
        main: true, run: () => this.check(ctx),
        when: lines },
      h: { label: ctx.t("lesson_key_hint"), button: ctx.t("lesson_hint"), icon: "bulb",
        main: !lines(), off: state.hints >= facts.hints.length,
        run: () => ctx.set({ hints: Math.min(facts.hints.length, state.hints + 1) }) },
      s: { label: ctx.t("lesson_key_solution"), icon: "look",
        button: ctx.t(state.solution && !lines() ? "lesson_your_lines" : "lesson_solution"),
        off: !facts.tried,
        run: () => (facts.tried ? ctx.set({ solution: !state.solution }) : ctx.say(ctx.t("lesson_try_first"))) },
    };
  },
};
