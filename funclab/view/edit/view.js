// Edit: the graph in the middle, steps and verbs at its left, form, error, code and weights at its right.
// Python makes each step; this sends commands, walks between calls, and shows what has come of it.

import { Beyond } from "../live/beyond.js";
import { h, link, mark, rectOf, row, s, table } from "../live/core.js";
import { lowerCapsules } from "../explorer/narrow.js";
import { Graph, ringAround } from "../live/graph.js";
import { liveView } from "../live/start.js";
import { focusOn } from "../live/focus.js";
import { Code } from "./code.js";
import { followDrag } from "./drag.js";
import { Forms } from "./forms.js";
import { noteFault } from "./note.js";
import { Player } from "./play.js";

/** The keys of the verbs, and the command that each sends. */
const VERBS = { e: "set", a: "insert", c: "connect", x: "disconnect", s: "share", d: "duplicate", m: "move",
  Delete: "delete", n: "rename", o: "outputs", i: "input" };
/** The commands before which ask mode asks for a shape. */
const ASKED = ["set", "insert", "replace", "connect", "duplicate"];
/** How far a ring is from its box: the shapes above and below stay free. */
const RING = 2.5;
/** The width of a view under which it is that of a phone. */
const PHONE = 520;
/** A picture up to this width leaves the code more room, in a view of at least that width. */
const SLIM = 448, WIDE = 1000;
/** After so many verbs by mouse, the foot names the key. */
const BY_MOUSE = 3;

export class Edit {
  name = "edit";

  /** @param {Context} ctx */
  draw(ctx) {
    this.ctx = ctx;
    this.clicks = 0;
    /** A step that waits for the question about it. */
    this.pending = null;
    this.graph = new Graph(ctx.t("edit_picture"), (key) => this.click(key));
    this.forms = new Forms(ctx, this);
    this.code = new Code(ctx, this);
    this.player = new Player(ctx, this);
    this.side = h("div", { class: "fl-side" });
    this.told = h("div", { class: "fl-told" });
    this.weights = h("div", { class: "fl-kept" });
    ctx.panel.append(ctx.askBox, this.told, this.code.el, this.weights);
    this.desk = h("div", { class: "fl-desk" });
    ctx.stage.before(this.desk);
    this.beyond = new Beyond(ctx, this.graph.el);
    ctx.stage.append(this.graph.el, this.beyond.el);
    this.desk.append(this.side, ctx.stage, ctx.panel);
    this.face = ctx.button("", "f", () => this.flip());
    this.face.classList.add("fl-seg");
    ctx.bar.append(...ctx.makeButtons(), this.face);
    followDrag(ctx, this);
    ctx.watchSizes(() => { noteFault(ctx, this); this.beyond.tell(); }, this.graph.el);
    ctx.watchSizes(() => this.reveal(), ctx.stage);
    ctx.watchSizes(() => {
      if (this.narrow !== ctx.el.clientWidth < PHONE) ctx.update();
      else if (this.share()) this.code.draw(this.here);
    }, ctx.el);
  }

  /** Beside a slim picture, the panel is wide enough for longer lines of code. Returns whether that is new. */
  share() {
    const wide = this.graph.svg?.viewBox.baseVal.width ?? 0, before = this.code.wide;
    this.code.wide = wide <= SLIM && this.ctx.el.clientWidth >= WIDE;
    this.desk.classList.toggle("fl-slim", wide <= SLIM);
    return this.code.wide !== before;
  }

  /** What is known of the present step; while it is on its way, of the one before. */
  get here() {
    const { ctx } = this, now = ctx.facts.states?.[ctx.state.position];
    this.last = now ?? this.last ?? { calls: [], code: [], repairs: [], outputs: [] };
    return this.last;
  }

  get chosen() { return this.here.calls.find(({ key }) => key === this.ctx.state.selected); }

  update() {
    const { ctx } = this, { position, face } = ctx.state;
    if (this.position !== undefined && this.position !== position) ctx.say("");  // it was about another step
    this.position = position;
    const large = ctx.look === "projector" ? " large" : "", pictures = ctx.model.get("pictures");
    this.shown = `${position} ${face}${large}`;
    const picture = pictures[this.shown] ?? pictures[`${position} calls${large}`];
    const narrow = ctx.el.clientWidth < PHONE;
    if (narrow !== this.narrow) this.graph.markup = "";
    this.narrow = narrow;
    if (picture && this.graph.put(picture)) this.asButtons();
    if (picture === "") this.empty();
    this.share();
    this.faces();
    this.mark();
    this.drawSide();
    this.drawPanel();
    ctx.el.dataset.whole = String(Boolean(this.here.whole));
    if (this.pending) this.askFirst();
  }

  /** Boxes are buttons; one that holds others cannot be. On a phone, shared weights stand under them. */
  asButtons() {
    if (this.narrow) lowerCapsules(this.graph.svg);
    this.graph.el.style.setProperty("--wide", `${this.graph.svg.viewBox.baseVal.width}px`);
    for (const box of this.graph.el.querySelectorAll(".box[data-key]")) {
      box.setAttribute("role", box.querySelector("[data-key]") ? "group" : "button");
      box.setAttribute("tabindex", "-1");
    }
  }

  /** Without a call that reads there is no graph: one box for each Input. */
  empty() {
    const { calls } = this.here;
    this.graph.markup = "";
    this.graph.el.replaceChildren(h("div", { class: "fl-inputs" }, calls.length ? calls.map(({ key, shape }) =>
      h("button", { type: "button", class: "fl-button", "data-key": key,
        "aria-pressed": String(key === this.ctx.state.selected) }, h("strong", {}, key), ` ${shape}`))
      : h("p", {}, this.ctx.t("edit_caption_empty"))));
  }

  /** One button with both faces, of which the one that is shown is marked. */
  faces() {
    const { ctx } = this, word = this.face.querySelector(".fl-word");
    word.replaceChildren(...["calls", "layers"].map((name) =>
      h("span", { class: name === ctx.state.face ? "fl-on" : "" }, ctx.t(`face_${name}`))));
    this.face.ariaLabel = ctx.t(`face_${ctx.state.face}`);
  }

  /** The box of a call: in the layers face, that of its layer. */
  boxOf(key) {
    const parts = this.parts ?? new Map(), call = this.here.calls.find((one) => one.key === key);
    return parts.get(key) ?? parts.get(call?.layer);
  }

  /** Mark what is selected, what fails, and what comes after it. */
  mark() {
    const { ctx, graph } = this, { selected } = ctx.state, at = this.forms.at;
    graph.clear("fl-broken");
    this.parts = graph.parts();
    for (const call of this.here.calls) {
      const box = this.boxOf(call.key);
      box?.classList.toggle("fl-pale", call.status === "unknown" || call.status === "forgotten");
      box?.classList.toggle("fl-failed", call.status === "failed");
      box?.removeAttribute("aria-current");
      if (box && call.fresh) this.dot(box);
      if (call.status === "failed")
        for (const edge of graph.edges(({ target }) => target === call.key || target === call.layer))
          edge.classList.add("fl-broken");
    }
    const box = this.boxOf(selected);
    if (box) {
      ringAround(box, "fl-ring", RING);
      box.setAttribute("aria-current", "true");
    }
    if (at && at !== selected && this.boxOf(at)) graph.sign(ringAround(this.boxOf(at), "fl-ring fl-lit", RING), "?");
    this.reveal();
    noteFault(ctx, this);
    this.beyond.tell();
  }

  /** Scroll to the call that a form asks for, else to the one that is selected, else to the one that fails. */
  reveal() {
    this.graph.reveal([this.forms.at, this.ctx.state.selected, this.here.error?.key].map((key) => this.boxOf(key))
      .find(Boolean));
  }

  /** A dot at the corner of a box whose layer has new weights. */
  dot(box) {
    const { x, y, width } = rectOf(box), title = s("title", {}, this.ctx.t("edit_fresh"));
    box.append(s("circle", { class: "fl-dot f-group0", cx: x + width - 8, cy: y + 8, r: 3.5 }, title));
  }

  drawSide() {
    const { ctx } = this, { steps = [] } = ctx.facts, { position } = ctx.state;
    const list = steps.map((text, i) => h("li", mark(i === position, "step"),
      link(text, () => this.go(i), { title: text })));
    const verbs = Object.keys(VERBS).filter((key) => this.can(key)).map((key) => h("li", {},
      ctx.button(ctx.t(`edit_verb_${VERBS[key]}`), key, () => this.byMouse(key))));
    const { chosen } = this, { goal, most, hinted } = ctx.facts, { verdict } = this.here;
    this.side.classList.toggle("fl-tasked", Boolean(goal));  // a task stays in sight where there is little room
    this.side.replaceChildren(...[
      goal ? h("p", { class: "fl-goal" }, ctx.t("edit_goal", { goal }).split("`")
        .map((part, i) => (i % 2 ? h("code", {}, part) : part))) : null,
      verdict ? h("p", { class: "fl-verdict" }, verdict) : null,
      most == null ? null : h("p", { class: "fl-soft" }, ctx.t("edit_most", { n: most - position })),
      hinted ? ctx.button(ctx.t("edit_hint_next"), "h", () => ctx.model.send({ ask: "hint" })) : null,
      h("h3", {}, ctx.t("edit_steps")), h("ol", { class: "fl-made", start: 0 }, list),
      h("h3", {}, chosen ? ctx.t("edit_at", { key: chosen.key })
        : ctx.t(verbs.length ? "edit_at_nothing" : "edit_first")),
      h("ul", { class: "fl-verbs" }, verbs)].filter(Boolean));
    const here = this.side.querySelector(".fl-here"), top = here?.parentElement;
    if (here && top) top.scrollTop = here.offsetTop - top.offsetTop - top.clientHeight / 2;
  }

  drawPanel() {
    const { here, told } = this;
    if (!this.forms.draw(told)) told.replaceChildren(...(this.listed ? this.table() : this.facts()));
    this.code.draw(here);
    this.weights.replaceChildren(h("h3", {}, this.ctx.t("edit_model")), h("p", {}, here.weights ?? ""));
  }

  /** All calls, in the order in which they run. */
  table() {
    const { ctx, here: { calls } } = this, to = (key) => link(key, () => { this.select(key); this.back(); });
    const rows = calls.map(({ key, reads, shape }) =>
      row(to(key), [h("span", {}, reads.flatMap((one) => [to(one), " "])), shape], mark(key === ctx.state.selected)));
    return [table(rows, ["node", "inbound", "output"].map((head) => ctx.t(head)), ctx.t("all_calls"))];
  }

  /** Keys go to the view again: the part that had them is no longer there. */
  back() { focusOn(this.ctx.el); }

  /** Draw with more text (-1), or less (1); to fit (0). */
  words(by) {
    const { ctx } = this, [choice, choices] = ctx.facts.choices?.[this.shown] ?? ["", []];
    const next = by ? choices[choices.indexOf(choice) + by] : "";
    if (ctx.alone) return ctx.say(ctx.t("edit_needs_kernel"));
    if (next !== undefined) ctx.set({ choice: next }, true);
    const told = by < 0 ? "most_words" : "fewest_words";
    return ctx.say(by && next ? ctx.t("drawn_as", { choice: next }) : ctx.t(by ? told : "drawn_to_fit"));
  }

  /** What the panel says of the error and its repairs, or of the call that is selected. */
  facts() {
    const { ctx, chosen } = this, { error, repairs } = this.here;
    const sentence = (key, values) => h("p", {}, ctx.t(key, values));
    if (error) return [
      h("h2", { class: "fl-what" }, error.title),
      error.key ? h("p", { title: error.what }, error.what.match(/^.*?\.(?=\s|$)/)?.[0] ?? error.what) : null,
      error.why ? sentence("edit_why", { why: error.why }) : null,
      repairs.length ? h("ol", { class: "fl-repairs" }, repairs.map(({ text, cost, step }, i) =>
        h("li", {}, ctx.button(text, String(i + 1), () => this.send(step)), h("small", {}, cost))))
        : sentence("edit_fix", { fix: error.fix })].filter(Boolean);
    if (!chosen) return this.whole();
    const names = chosen.reads.join(", ");
    return [
      h("h2", {}, chosen.key),
      chosen.what ? h("p", {}, chosen.what) : null,
      names ? sentence("edit_reads", { names }) : null,
      sentence("edit_makes", { shape: chosen.shape }),
      chosen.calls > 1 ? sentence("edit_called", { n: chosen.calls }) : null,
      chosen.status === "forgotten" ? sentence("edit_forgotten") : null].filter(Boolean);
  }

  /** What the panel says of the model, if no call is selected. */
  whole() {
    const { ctx, here: { calls, outputs } } = this, { position } = ctx.state;
    const returned = calls.filter(({ key }) => outputs.includes(key)).map(({ key, shape }) => `${key} ${shape}`);
    return [h("h2", {}, ctx.facts.steps?.[position] ?? ""),
      ...(calls.length ? [h("p", {}, ctx.t("edit_calls", { n: calls.length }))] : []),
      ...(returned.length ? [h("p", {}, ctx.t("edit_returns", { names: returned }))] : [])];
  }

  // Steps.
  /** Whether a verb is allowed, and has something to act on. */
  can(key) {
    const { allowed } = this.ctx.facts, { chosen } = this;
    if (allowed && !allowed.includes(VERBS[key])) return false;
    return key === "i" || Boolean(chosen) && !(chosen.input && "xsdm".includes(key) || chosen.input && key === "c")
      && !(chosen.op && key === "e");
  }

  byMouse(key) {
    this.verb(key);
    if (++this.clicks === BY_MOUSE) this.ctx.say(this.ctx.t("edit_hint", { key }));
  }

  /** Do what a verb does: at once, or after its form. */
  verb(key) {
    const { ctx, chosen } = this;
    this.player.pause();
    this.toggleSide(false);
    if (ctx.alone) return ctx.say(ctx.t("edit_needs_kernel"));
    if (key !== "i" && !chosen) return ctx.say(ctx.t("edit_first"));
    if (!this.can(key)) return ctx.say(ctx.t("edit_no_verb", { verb: ctx.t(`edit_verb_${VERBS[key]}`) }));
    if (key === "d" || key === "Delete") return this.send([VERBS[key], chosen.key]);
    if (key === "o") return this.output(chosen.key);
    return this.forms.open(key, chosen?.key);
  }

  output(key) {
    const { outputs } = this.here;
    this.send(["outputs", ...(outputs.includes(key) ? outputs.filter((one) => one !== key) : [...outputs, key])]);
  }

  /** Send a step to Python. */
  send(step) {
    const { ctx } = this;
    if (ctx.alone) return ctx.say(ctx.t("edit_needs_kernel"));
    this.pending = step;
    return this.askFirst();
  }

  /** In ask mode, first the question of which shape comes of it, once it has arrived. */
  askFirst() {
    const { ctx, pending: step } = this, asks = ctx.model.get("ask") && ASKED.includes(step[0]);
    const question = asks ? ctx.lazy("question", `${ctx.state.position} ${JSON.stringify(step)}`) : {};
    if (!question) return;
    this.pending = null;
    ctx.ask(question.id ? question : null, () => ctx.model.send({ ask: "do", step }));
  }

  follow(ctx, message) {
    if (message.kind === "hint") return ctx.say(message.text);
    if (message.ask === "code") this.code.hear(message);
    if (message.kind === "same") return undefined;
    if (message.kind === "refused") this.forms.sent = "";
    if (message.kind === "refused") return message.ask === "do" ? ctx.say(message.text) : undefined;
    if (message.ask === "do") this.forms.done();
    return ctx.say(this.sentence("edit_done", ctx.state.position));
  }

  /** What a step does, what makes another shape by it, what is broken, and what an exercise says of it. */
  sentence(key, position) {
    const { ctx } = this, { steps, states } = ctx.facts, { error, changed, verdict } = states[position] ?? {};
    const done = ctx.t(key, { n: position, all: steps.length - 1, text: steps[position] });
    return [done, changed, error?.title.replace(/\.?$/, "."), verdict].filter(Boolean).join(" ");
  }

  /** Go to a step, if it is on this page or there is a kernel. */
  go(position) {
    const { ctx } = this, { steps, states } = ctx.facts;
    this.player.pause();
    if (position < 0 || position >= steps.length) return ctx.say(ctx.t("edit_no_more"));
    if (ctx.alone && !states[position]) return ctx.say(ctx.t("edit_needs_kernel"));
    this.forms.close();
    ctx.set({ position }, true);
    return ctx.say(this.sentence("edit_undone", position));
  }

  // Choosing.
  /** Select a call; while a form waits for one, that is the answer. */
  click(path) {
    const call = this.callOf(path);
    if (this.forms.waits) return call && this.forms.take(call.key);
    return this.select(call?.key ?? path);
  }

  /** The call of a part of the picture, or the first of a layer. */
  callOf(path, position = this.ctx.state.position) {
    const { calls } = this.ctx.facts.states?.[position] ?? this.here;
    const key = path.replace(/^.*tensor /, "").replace(/:\d+\]$/, "]");
    return calls.find((one) => one.key === key) ?? calls.find(({ layer }) => layer === key);
  }

  /** A call reads one more: as the form of `connect` does it, with both chosen. */
  join(source, key) {
    this.forms.close();
    this.select(key);
    this.verb("c");
    if (this.forms.verb === "c") this.forms.take(source);
  }

  select(key) {
    this.ctx.say("");
    this.ctx.set({ selected: key ?? "" }, true);
  }

  /** Walk to another call; while a form waits for one, only its mark walks. */
  walk(way) {
    const { ctx, forms } = this, from = forms.at || ctx.state.selected;
    const other = (key) => !forms.waits || key !== forms.key;  // a call is not its own answer
    const calls = this.here.calls.filter(({ key }) => other(key));
    const i = calls.findIndex(({ key }) => key === from), here = calls[i];
    const to = { read: here?.read.find(other), reads: here?.reads.find(other), next: calls[i + 1]?.key,
      last: calls[i - 1]?.key }[way];
    const key = here ? to : calls[0]?.key;
    if (!key) return ctx.say(ctx.t("edit_no_more"));
    return forms.waits ? forms.walk(key) : this.select(key);
  }

  enter() {
    if (this.forms.waits) return this.forms.take(this.forms.at);
    return this.chosen ? this.verb("e") : this.walk("next");
  }

  out() {
    if (this.code.close() || this.forms.close() || this.toggleSide(false)) this.back();
    else if (this.ctx.state.selected) this.select("");
  }

  digit(n) {
    const step = this.here.repairs[n - 1]?.step;
    if (this.forms.digit(n)) return;
    if (step) this.send(step);
  }

  keys() {
    const { ctx } = this, { position } = ctx.state, last = (ctx.facts.steps?.length ?? 1) - 1;
    const key = (name, run) => ({ label: ctx.t(name), run });
    const verbs = Object.keys(VERBS).map((verb) =>
      [verb, key(verb === "c" ? "edit_key_connect" : `edit_verb_${VERBS[verb]}`, () => this.verb(verb))]);
    const digits = [...Array(9).keys()].map((i) => [i + 1, i ? { run: () => this.digit(i + 1) }
      : key("edit_key_repair", () => this.digit(1))]);
    return {
      k: { ...key("edit_key_use", () => this.use()), button: ctx.t("edit_use"), main: true },
      u: { ...key("edit_key_undo", () => this.go(position - 1)), button: ctx.t("edit_undo"), icon: "undo",
        brief: true, off: position === 0 },
      U: { ...key("edit_key_redo", () => this.go(position + 1)), button: ctx.t("edit_redo"), icon: "redo",
        brief: true, off: position === last },
      p: { ...key("edit_key_play", () => this.player.play()), button: ctx.t(this.player.plays ? "pause" : "edit_play"),
        icon: this.player.plays ? "pause" : "play", brief: true, off: last === 0 },
      " ": { run: () => this.player.play() },
      f: key("edit_key_face", () => this.flip()),
      t: key("key_table", () => { this.listed = !this.listed; this.toggleSide(false); this.drawPanel(); this.back(); }),
      "+": key("key_words", () => this.words(-1)),
      "-": { run: () => this.words(1) },
      0: { run: () => this.words(0) },
      w: { ...key("edit_key_code", () => this.code.open()), button: ctx.t("edit_write"), icon: "code", brief: true },
      v: { ...key("edit_key_verbs", () => this.toggleSide()), button: ctx.t("edit_change"), icon: "more" },
      ...Object.fromEntries([...verbs, ...digits]),
      r: key("edit_key_reset", () => this.send(["start"])),
      ArrowDown: key("edit_key_along", () => this.walk("read")),
      ArrowUp: key("edit_key_against", () => this.walk("reads")),
      ArrowRight: key("edit_key_next", () => this.walk("next")),
      ArrowLeft: key("edit_key_last", () => this.walk("last")),
      Enter: key("edit_key_enter", () => this.enter()),
      Escape: key("edit_key_out", () => this.out()),
      Backspace: key("edit_key_model", () => this.select("")),
      "/": key("edit_key_find", () => this.forms.open("/")),
      ...(ctx.facts.hinted ? { h: key("edit_hint_next", () => ctx.model.send({ ask: "hint" })) } : {}),
    };
  }

  flip() { this.ctx.set({ face: this.ctx.state.face === "calls" ? "layers" : "calls" }, true); }

  /** Show or hide steps and verbs where there is little room: they are in the place of the panel. Returns whether
   * that was to be done. */
  toggleSide(open) {
    const { classList } = this.ctx.el, was = classList.contains("fl-open");
    classList.toggle("fl-open", open);
    return was !== classList.contains("fl-open");
  }

  use() {
    const line = `model = ${this.ctx.facts.written}.model`;
    this.ctx.copy(line);
  }

  typed(ctx, target, key) { return this.forms.typed(target, key); }

  counts(ctx) {
    const { position } = ctx.state;
    return ctx.t("edit_at_step", { n: position, text: ctx.facts.steps?.[position] ?? "" });
  }

  caption(ctx) {
    const { chosen } = this, { calls, error } = this.here;
    if (!calls.length) return ctx.t("edit_caption_empty");
    if (!chosen) return ctx.t("edit_caption_none");
    const { key, shape, status } = chosen, names = chosen.reads.join(", ");
    if (status === "failed") return ctx.t("edit_caption_failed", { key, names });
    if (status === "unknown") return ctx.t("edit_caption_pale", { key, failed: error?.key ?? "" });
    return ctx.t("edit_caption_call", { key, shape, reads: names ? ctx.t("edit_caption_reads", { names }) : "" });
  }
}

export default liveView(() => new Edit(), ["state", "facts", "pictures", "call", "blank", "status"]);
