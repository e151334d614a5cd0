// What each call makes of a sample: the list of calls, how one number is made, and attention.

import { h, s, same } from "../live/core.js";
import { liveView } from "../live/start.js";
import { within } from "../live/within.js";
import { focusOn } from "../live/focus.js";
import { numeral } from "../learned/learned.js";
import { Strip } from "../learned/strip.js";
import { AttentionFace } from "./attention.js";
import { Boxes, sheet, tile } from "./boxes.js";
import { Panel } from "./panel.js";
import { SumFace } from "./sum.js";
import { Values } from "./values.js";

/** The sides of a map in a question, and of a number of its kernel. */
const MAP = 84, CELL = 44;

/** Rows of numbers as a map. */
const grid = (rows) => ({ rows: rows.length, columns: rows[0].length, values: rows.flat() });
const greatest = (numbers) => Math.max(...numbers.map(Math.abs));

/** The numbers of a map, each in its square. */
const numerals = ({ values, columns }, side) => values.map((value, i) => s("text", { "text-anchor": "middle",
  "font-size": 11, class: "f-ink fl-number", x: 1 + (i % columns + 0.5) * side,
  y: 5 + (Math.floor(i / columns) + 0.5) * side }, numeral(value, 2)));

/** @type {WrittenView} */
const inside = {
  name: "inside",

  draw(ctx) {
    this.values = new Values(ctx);
    this.strip = new Strip(ctx);
    this.boxes = new Boxes(ctx, this.values, (call) => this.select(ctx, call));
    this.sum = new SumFace(ctx, this.values, (at) => this.move(ctx, at));
    this.looks = new AttentionFace(ctx, this.values, (at) => this.move(ctx, at));
    this.panel = new Panel(ctx, this.values);
    this.face = h("div", { class: "fl-in-face" });
    this.empty = h("p", { class: "fl-in-empty" }, ctx.t("inside_withheld"));
    const work = h("div", { class: "fl-in-work" }), side = h("div", { class: "fl-in-side" });
    ctx.stage.before(this.strip.el, work);
    work.append(ctx.stage, side);
    side.append(ctx.askBox, ctx.panel);
    ctx.stage.append(this.boxes.el, this.face);
    this.faces = Object.fromEntries(["calls", "number", "weights"].map((name) =>
      [name, ctx.button("", name === "calls" ? "Escape" : "Enter", () => this.goTo(ctx, name))]));
    this.scales = Object.fromEntries(["largest", "same"].map((name) =>
      [name, ctx.button(ctx.t(`inside_scale_${name}`), "l", () => ctx.set({ scale: name }))]));
    this.heads = h("div", { class: "fl-seg", role: "group", "aria-label": ctx.t("inside_heads") });
    const group = (label, buttons) => h("div", { class: "fl-seg", role: "group", "aria-label": ctx.t(label) }, buttons);
    this.scale = group("inside_scale", Object.values(this.scales));
    ctx.bar.append(group("inside_faces", Object.values(this.faces)), this.scale, this.heads);
    ctx.watchSizes(() => this.resized(ctx), ctx.stage);
  },

  /** Draw again where the width matters. */
  resized(ctx) {
    const wide = ctx.stage.clientWidth;
    if (!wide || Math.abs(wide - (this.wide ?? 0)) < 8) return;
    this.wide = wide;
    ctx.update();
  },

  // What is chosen.
  index(ctx) {
    const at = ctx.facts.calls.findIndex((call) => call.path === ctx.state.call);
    return at < 0 ? this.boxes.listed.length - 1 : at;
  },

  call(ctx) { return this.values.calls[this.index(ctx)]; },

  hasAttention(ctx) { return Boolean(ctx.facts.attention[this.index(ctx)]); },

  /** The face as it can be shown for the call. */
  shown(ctx) { return ctx.state.face === "weights" && !this.hasAttention(ctx) ? "number" : ctx.state.face; },

  channel(ctx) { return within(ctx.state.channel, this.call(ctx).plane[2]); },

  at(ctx) {
    const [rows, columns] = this.call(ctx).plane;
    const [row, column] = ctx.state.at ?? this.values.peak(this.index(ctx), this.channel(ctx));
    return [within(row, rows), within(column, columns)];
  },

  select(ctx, index) {
    const call = ctx.facts.calls[index];
    ctx.set({ call: call.path, channel: 0, at: null });
    ctx.say(this.boxes.items[index].ariaLabel);
  },

  move(ctx, at) {
    ctx.set({ at });
    this.tell(ctx);
  },

  /** Say the chosen place and its number. */
  tell(ctx) { ctx.say(this.words(ctx)); },

  words(ctx) {
    const index = this.index(ctx), call = this.call(ctx), face = this.shown(ctx);
    if (face !== "calls" && this.hasAttention(ctx)) return this.looks.words(index, ctx.state.at);
    const [row, column] = this.at(ctx), [rows, columns] = call.plane, k = this.channel(ctx);
    const key = rows > 1 ? "maps" : columns > 1 ? "rows" : "vector";
    return ctx.t(`inside_place_${key}`, { name: call.name, k, row, column,
      value: this.values.written(index, [row, column], k) });
  },

  /** Go to a face; in ask mode, its question comes first. */
  goTo(ctx, face) {
    const known = ctx.model.get("answers").map((answer) => answer.id);
    const question = ctx.facts.questions[`${face} ${this.index(ctx)}`]?.find(({ id }) => !known.includes(id));
    const go = () => {
      if (ctx.state.face !== face) ctx.set({ face });
      this.tell(ctx);
    };
    if (question && ctx.state.face !== face) ctx.ask(question, go);
    else go();
  },

  enter(ctx) {
    if (ctx.state.face === "calls") this.goTo(ctx, this.hasAttention(ctx) ? "weights" : "number");
    else if (this.shown(ctx) === "weights") this.goTo(ctx, "number");
  },

  leave(ctx) {
    if (this.strip.focused) focusOn(ctx.el);
    else if (ctx.state.face === "number" && this.hasAttention(ctx)) ctx.set({ face: "weights" });
    else if (ctx.state.face !== "calls") ctx.set({ face: "calls" });
  },

  next(ctx) {
    const faces = ["calls", ...this.hasAttention(ctx) ? ["weights"] : [], "number"];
    this.goTo(ctx, faces[(faces.indexOf(this.shown(ctx)) + 1) % faces.length]);
  },

  /** Another channel, or another head; after the last head, all of them together. */
  step(ctx, by) {
    if (this.hasAttention(ctx) && ctx.state.face !== "calls") {
      const { heads } = ctx.facts.attention[this.index(ctx)], at = ctx.state.head ?? -1, next = at + by;
      ctx.set({ head: next < -1 ? heads - 1 : next < 0 || next >= heads ? null : next });
    } else {
      const count = this.call(ctx).plane[2];
      ctx.set({ channel: (this.channel(ctx) + by + count) % count, at: null });
    }
    this.tell(ctx);
  },

  /** An arrow key: another sample, another call, or another place. */
  arrow(ctx, down, right) {
    if (this.strip.focused) return this.strip.move(down + right);
    const index = this.index(ctx), last = this.boxes.listed.length - 1;
    if (ctx.state.face === "calls") return this.select(ctx, Math.max(0, Math.min(last, index + down + right)));
    if (this.hasAttention(ctx)) {
      const { fact, query, key } = this.looks.of(index, ctx.state.at), { queries, keys } = fact;
      return this.move(ctx, [within(query + down, queries), within(key + right, keys)]);
    }
    const [rows, columns] = this.call(ctx).plane, [row, column] = this.at(ctx);
    if (rows * columns === 1) return this.step(ctx, down + right);
    return this.move(ctx, [within(row + down, rows), within(column + right, columns)]);
  },

  update(ctx) {
    const { face: state } = ctx.state, withheld = !ctx.facts.calls;
    ctx.el.classList.toggle("fl-in-withheld", withheld);
    if (withheld) return ctx.stage.replaceChildren(this.empty);
    if (this.empty.isConnected) ctx.stage.replaceChildren(this.boxes.el, this.face); // the kernel has them
    this.strip.update();
    const index = this.index(ctx), face = this.shown(ctx), channel = this.channel(ctx), looks = this.hasAttention(ctx);
    ctx.stage.dataset.face = looks && face !== "calls" ? "attention" : face;
    this.boxes.update(index, face !== "calls");
    this.nameFaces(ctx, face, looks);
    if (!this.values.here) this.face.replaceChildren(h("p", { class: "fl-in-note" },
      ctx.t(ctx.alone ? "inside_not_stored" : "asking_kernel")));
    else if (looks && state !== "calls") {
      this.face.replaceChildren(this.looks.el);
      if (face === "weights") this.looks.update(index, ctx.state.at);
      else this.looks.pair(index, ctx.state.at);
    } else if (face === "number") {
      this.face.replaceChildren(this.sum.el);
      this.sum.update(index, this.at(ctx), channel);
    } else this.face.replaceChildren();
    this.putPanel(ctx, index, channel, looks && state !== "calls");
  },

  putPanel(ctx, index, channel, looks) {
    const now = JSON.stringify([index, channel, looks, ctx.state.sample, this.values.here]);
    if (now === this.shownPanel && this.shownFacts === ctx.facts) return;
    Object.assign(this, { shownPanel: now, shownFacts: ctx.facts });
    ctx.panel.replaceChildren(...this.panel.parts(index, channel, looks));
  },

  nameFaces(ctx, face, looks) {
    const words = { calls: "inside_all_calls", number: looks ? "inside_one_weight" : "inside_one_number",
      weights: "inside_weights" };
    for (const [name, button] of Object.entries(this.faces)) {
      button.querySelector(".fl-word").textContent = ctx.t(words[name]);
      button.ariaPressed = String(name === face);
      button.hidden = name === "weights" && !looks;
    }
    this.faces.calls.after(...looks ? [this.faces.weights, this.faces.number] :
      [this.faces.number, this.faces.weights]);
    for (const [name, button] of Object.entries(this.scales)) button.ariaPressed = String(name === ctx.state.scale);
    this.scale.hidden = looks && face !== "calls";
    this.heads.hidden = !this.scale.hidden;
    if (!this.heads.hidden) this.heads.hidden = this.nameHeads(ctx) < 2;
  },

  /** Name the buttons of the heads; returns how many heads there are. */
  nameHeads(ctx) {
    const { heads } = ctx.facts.attention[this.index(ctx)], { head } = ctx.state;
    const choices = [null, ...Array.from({ length: Math.min(4, heads) }, (_, i) => i)];
    if (same(this.headChoices, [choices, head])) return heads;
    this.headChoices = [choices, head];
    this.heads.replaceChildren(...choices.map((one) =>
      ctx.button(one == null ? ctx.t("inside_all_heads") : ctx.t("inside_head", { head: one }),
      "", () => { ctx.set({ head: one }); this.tell(ctx); }, one === head)));
    return heads;
  },

  /** The picture of a question: a kernel with its numbers, or one of the maps to choose from. */
  pictureOf(ctx, { call, sample, channel, kernel }, name) {
    const values = call == null ? null : this.values.ofSample(sample);
    const map = values ? values.map(call, channel) : grid(kernel), room = values ? MAP : CELL * map.columns;
    const top = values ? values.top(call, channel) : greatest(map.values);
    const { part, width, height, side } = tile(map, { x: 1, y: 1, room, top });
    if (!values) part.querySelector(".s-paper")?.remove(); // its numbers have a minus of their own
    const drawn = sheet(width + 2, height + 2, part, ...(values ? [] : numerals(map, side)));
    drawn.removeAttribute("aria-hidden");
    for (const [key, value] of Object.entries({ role: "img", "aria-label": name })) drawn.setAttribute(key, value);
    return drawn;
  },

  typed(ctx, target, key) { return this.strip.typed(target, key); },

  keys(ctx) {
    const arrow = (down, right) => () => this.arrow(ctx, down, right),
      looks = ctx.facts.calls && this.hasAttention(ctx);
    const walks = ctx.state.face === "calls", heads = looks && !walks;
    return {
      ArrowDown: { label: ctx.t(walks ? "inside_key_calls" : looks ? "inside_key_words" : "inside_key_places"),
        run: arrow(1, 0) },
      ArrowUp: { run: arrow(-1, 0) }, ArrowRight: { run: arrow(0, 1) }, ArrowLeft: { run: arrow(0, -1) },
      Enter: { label: ctx.t("inside_key_enter"), run: () => this.enter(ctx) },
      "[": { label: ctx.t(heads ? "inside_key_head_back" : "inside_key_channel_back"), run: () => this.step(ctx, -1) },
      "]": { label: ctx.t(heads ? "inside_key_head" : "inside_key_channel"), run: () => this.step(ctx, 1) },
      f: { label: ctx.t("inside_key_face"), run: () => this.next(ctx) },
      l: { label: ctx.t("inside_key_scale"), run: () =>
        ctx.set({ scale: ctx.state.scale === "same" ? "largest" : "same" }) },
      ...this.strip.keys(),
      Escape: { label: ctx.t("key_out"), run: () => this.leave(ctx) },
    };
  },

  counts(ctx) {
    if (!ctx.facts.calls) return "";
    return [ctx.t("strip_sample", { i: ctx.state.sample }), this.values.says].filter(Boolean).join(" · ");
  },

  /** How the face is to be read, and what was left out. */
  caption(ctx) {
    if (!ctx.facts.calls) return "";
    if (ctx.facts.stale) return ctx.t("learned_stale");
    const call = this.call(ctx), face = this.shown(ctx), { left_out: left } = ctx.facts;
    if (face === "calls") return left || ctx.t("inside_caption_calls", { n: this.boxes.listed.length });
    if (this.hasAttention(ctx)) return ctx.t(face === "weights" ? "inside_caption_row" : "inside_caption_pair");
    const { recipe } = call, several = recipe.kind === "sum" && recipe.size[0] * recipe.size[1] > 1;
    return ctx.t(several ? "inside_caption_window" : recipe.kind === "sum" ? "inside_caption_sum" :
      "inside_caption_number",
      { name: call.name, n: recipe.size?.[2] ?? 0 });
  },
};

export default liveView(() => inside);
