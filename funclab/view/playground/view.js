// The playground: controls change a model, and the browser asks the kernel for one short burst of
// training after another. It asks for the next when it has drawn the last, so Pause always works.

import { h, same, sourceLines } from "../live/core.js";
import { Graph } from "../live/graph.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";

const LONGEST_WAIT = 20000, PAGE_WAIT = 400, RACE = 60;
// How many epochs are drawn at once while it runs.
const PACE = 4;
/** The key of each control. */
const CONTROL_KEYS = {
  data: "d", noise: "o", branches: "b", shared: "h", merge: "m", layers: "l", units: "w", activation: "a",
  optimizer: "p", learning_rate: "e", batch_size: "z", seed: "i",
};

/** @type {WrittenView} */
const playground = {
  name: "play",

  draw(ctx) {
    Object.assign(this, { running: false, waiting: null, number: 0, race: null, frame: null });
    const figure = (name, ...parts) => h("figure", { class: `fl-play-figure fl-play-${name}` }, parts);
    this.boxes = Object.fromEntries(["surface", "points", "curve"].map((name) => [name, h("div")]));
    this.graph = new Graph(ctx.t("play_model"));
    this.heading = h("figcaption");
    this.legend = h("p", { class: "fl-play-legend" });
    this.controls = {};
    const { surface, points, curve } = this.boxes;
    ctx.stage.append(
      h("div", { class: "fl-play-controls", role: "group", "aria-label": ctx.t("play_controls") },
        Object.keys(ctx.facts.choices).map((name) => this.control(ctx, name))),
      h("div", { class: "fl-play-views" },
        figure("plane", h("figcaption", {}, ctx.t("play_surface")),
          h("div", { class: "fl-play-layers" }, surface, points)),
        figure("curve", curve), figure("model", this.heading, this.graph.el)),
      this.legend);
    this.codeText = h("code");
    ctx.panel.append(h("details", { class: "fl-play-code" }, h("summary", {}, ctx.t("play_code_of")),
      h("pre", {}, this.codeText)));
    ctx.bar.append(...ctx.makeButtons());
    const reset = ctx.reset.bind(ctx);
    ctx.reset = () => { this.running = false; reset(); };
    ctx.cleanups.push(() => { clearTimeout(this.timer); cancelAnimationFrame(this.frame); });
  },

  /** The state without its epochs. */
  settings({ state: { epochs, ...settings } }) { return settings; },

  update(ctx) {
    if (ctx.facts !== this.shownFacts) {
      this.shownFacts = ctx.facts;
      this.live = { ...ctx.facts, ...ctx.model.get("pictures") };
    }
    this.drawControls(ctx);
    this.drawViews(ctx);
    this.soon(ctx);
  },

  /** Ask for more in the next frame, once the page shows what was learned. */
  soon(ctx) {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.progress(ctx);
    });
  },

  drawViews(ctx) {
    const { live } = this;
    for (const [name, box] of Object.entries(this.boxes)) {
      if (box.markup === live[name]) continue;
      box.markup = live[name];
      box.replaceChildren(pictureFrom(box.markup));
    }
    this.graph.put(live.model);
    this.heading.textContent = live.heading;
    this.legend.textContent = live.legend;
    this.codeText.replaceChildren(...sourceLines(this.code()));
  },

  /** Ask for what is missing: another model, the epochs of the state, or the next burst. */
  progress(ctx) {
    const settings = this.settings(ctx), { live } = this;
    if (this.waiting != null || this.race || ctx.gate) return;
    const behind = same(live.settings, settings) && live.epochs < ctx.state.epochs;
    if (!same(live.settings, settings) || live.epochs > ctx.state.epochs) this.send(ctx, { ask: "build", settings });
    else if (behind || this.running) {
      const limit = ctx.facts.most_epochs;
      if (!behind && live.epochs >= limit) return this.pause(ctx, ctx.t("play_last_epoch", { n: limit }));
      const until = behind ? ctx.state.epochs : Math.min(limit, live.epochs + (this.single ? 1 : PACE));
      if (behind) ctx.say(ctx.t("play_catching", { n: until }));
      this.send(ctx, { ask: "train", settings, until });
    }
  },

  send(ctx, message) {
    this.waiting = `${++this.number} ${Math.random()}`;
    ctx.model.send({ ...message, number: this.waiting });
    clearTimeout(this.timer);
    const wait = ctx.model.alone ? PAGE_WAIT : LONGEST_WAIT;
    if (!this.answered) this.timer = setTimeout(() => this.unanswered(ctx), wait);
  },

  /** No kernel: say so, and go back to the settings of the model that is shown. */
  unanswered(ctx) {
    Object.assign(this, { waiting: null, running: false, single: false, race: null, copies: false });
    ctx.set({ ...this.live.settings, epochs: this.live.epochs }, true);
    ctx.update();
    ctx.say(ctx.t(ctx.model.alone ? "play_alone" : "play_no_kernel"));
  },

  follow(ctx, message) {
    const mine = message.number === this.waiting;
    if (mine) { this.waiting = null; this.answered = true; clearTimeout(this.timer); }
    if (message.kind === "refused" && mine) return this.unanswered(ctx), ctx.say(message.text);
    if (message.kind === "race" && mine && this.race) return this.raced(ctx, message);
    if (message.kind === "burst" && same(message.settings, this.settings(ctx))) this.take(ctx, message);
    if (mine) this.soon(ctx);
  },

  take(ctx, message) {
    const { live } = this, { settings, epochs } = message;
    if (!same(live.settings, settings) || epochs < live.epochs) return;
    this.live = { ...live, ...message };
    if (this.single) this.pause(ctx, ctx.t("play_stepped", { n: epochs }));
    else if (!this.running && this.settling) ctx.say(ctx.t("play_paused", { n: epochs }));
    this.settling = false;
    if (epochs > ctx.state.epochs) ctx.set({ epochs }, true);
    ctx.update();
    if (!this.running && ctx.status.textContent === ctx.t("play_catching", { n: epochs }))
      ctx.say(ctx.t("play_paused", { n: epochs }));
    if (this.copies) this.copyCode(ctx);
  },

  toggle(ctx) {
    if (this.running) return this.halt(ctx);
    this.running = true;
    ctx.say(ctx.t("play_running"));
    ctx.update();
  },

  pause(ctx, words) {
    Object.assign(this, { running: false, single: false });
    ctx.nameButtons();
    ctx.say(words);
  },

  /** Pause; a burst that is on its way still counts, and is announced when it arrives. */
  halt(ctx) {
    this.settling = this.waiting != null;
    this.pause(ctx, ctx.t("play_paused", { n: this.live.epochs }));
  },

  step(ctx) {
    if (this.running && !this.single) return this.halt(ctx);
    Object.assign(this, { running: true, single: true });
    ctx.update();
  },

  code() {
    return this.live.code.replace("epochs=$", `epochs=${this.live.epochs || this.live.usual}`);
  },

  /** Copy the code, with the epochs that are shown; while a burst is on its way, after it. */
  async copyCode(ctx) {
    this.copies = this.settling && this.waiting != null;
    if (this.copies) return;
    const code = this.code();
    await ctx.copy(code);
    ctx.say(ctx.t("play_copied", { n: code.split("\n").length }));
  },

  /** Ask mode: train the model before and after the change, then ask which ends lower. */
  startRace(ctx, patch) {
    const before = this.settings(ctx), { epochs, ...change } = patch, until = ctx.state.epochs || RACE;
    this.race = { until, sides: [before, { ...before, ...change }], patch: { ...change, epochs: until } };
    this.pause(ctx, ctx.t("play_working"));
    this.send(ctx, { ask: "race", ...this.race, first: true });
  },

  raced(ctx, { question }) {
    if (!question) return this.send(ctx, { ask: "race", ...this.race });
    const { patch } = this.race;
    this.race = null;
    ctx.ask(question, () => ctx.set(patch));
  },

  keys(ctx) {
    const arrow = (by) => () => {
      const name = document.activeElement?.getAttribute("data-control");
      if (name) this.change(ctx, name, by);
      else Object.values(this.controls)[0].value.focus();
    };
    return {
      ...this.controlKeys(ctx),
      " ": { label: ctx.t("play_key_run"), button: ctx.t(this.running ? "pause" : "play_run"),
        icon: this.running ? "pause" : "play", main: true,
        run: () => this.toggle(ctx) },
      s: { label: ctx.t("play_key_step"), button: ctx.t("play_step"), icon: "step", run: () => this.step(ctx) },
      n: { label: ctx.t("play_key_seed"), button: ctx.t("play_new_seed"), icon: "seed",
        run: () => this.change(ctx, "seed", 1) },
      c: { label: ctx.t("play_key_code"), button: ctx.t("play_code"), icon: "code", run: () => this.copyCode(ctx) },
      ArrowRight: { label: ctx.t("play_key_change"), run: arrow(1) },
      ArrowLeft: { run: arrow(-1) }, ArrowUp: { run: arrow(1) }, ArrowDown: { run: arrow(-1) },
      Escape: { label: ctx.t("play_key_back"), run: () => ctx.el.focus({ preventScroll: true }) },
    };
  },

  caption() { return this.live.caption; },

  // The controls: the value of each, and the values that may follow.
  /** A value that arrow keys change, between two buttons for the mouse. */
  control(ctx, name) {
    const label = ctx.t(`play_${name}`), key = CONTROL_KEYS[name];
    const value = h("span", { class: "fl-play-value", role: "spinbutton", tabindex: "0",
      "aria-label": label, "aria-keyshortcuts": `${key} Shift+${key.toUpperCase()}`, "data-control": name });
    const arrow = (by, sign, key) => h("button", { type: "button", tabindex: "-1", class: "fl-play-arrow",
      "aria-label": ctx.t(key, { name: label }), onclick: () => { value.focus(); this.change(ctx, name, by); } }, sign);
    this.controls[name] = { value, box: h("div", { class: "fl-play-control" },
      h("span", { class: "fl-play-name", "aria-hidden": "true" }, label, h("kbd", {}, key)),
      h("span", { class: "fl-play-row" }, arrow(-1, "−", "play_less"), value, arrow(1, "+", "play_more"))) };
    return this.controls[name].box;
  },

  valueText(ctx, value) {
    return typeof value === "boolean" ? ctx.t(value ? "yes" : "no") : String(value);
  },

  /** Why a control has no effect now, if it has none. */
  idle(ctx, name) {
    if ((name === "shared" || name === "merge") && ctx.state.branches === 1) return ctx.t("play_needs_branches");
    return this.live.own && (name === "data" || name === "noise") ? ctx.t("play_yours") : "";
  },

  drawControls(ctx) {
    for (const [name, { value, box }] of Object.entries(this.controls)) {
      const chosen = ctx.state[name], idle = this.idle(ctx, name), choices = ctx.facts.choices[name];
      const text = idle || this.valueText(ctx, chosen);
      value.textContent = text;
      box.classList.toggle("fl-play-idle", !!idle);
      const at = { "aria-valuenow": typeof chosen === "number" ? chosen : Math.max(0, choices.indexOf(chosen)),
        "aria-valuetext": text, "aria-disabled": String(!!idle) };
      for (const [key, word] of Object.entries(at)) value.setAttribute(key, word);
    }
  },

  /** The next of a control's values in a direction; of a number, the next larger or smaller. */
  next(ctx, name, by) {
    const choices = ctx.facts.choices[name], value = ctx.state[name];
    if (name === "seed") return Math.max(0, value + by);
    if (typeof value !== "number") return choices[(choices.indexOf(value) + by + choices.length) % choices.length];
    return (by > 0 ? choices.find((choice) => choice > value) : choices.findLast((choice) => choice < value)) ?? value;
  },

  change(ctx, name, by) {
    const value = this.next(ctx, name, by), idle = this.idle(ctx, name);
    if (idle) return ctx.say(idle);
    if (same(value, ctx.state[name]) || ctx.gate || this.race) return;
    const patch = { [name]: value, epochs: 0 };
    if (ctx.model.get("ask") && !["seed", "data", "noise"].includes(name)) this.startRace(ctx, patch);
    else {
      if (!this.running) ctx.say(""); // the last message was about the previous model
      ctx.set(patch);
    }
  },

  /** A small letter chooses the next value of a control, the capital letter the previous one. */
  controlKeys(ctx) {
    const go = (name, by) => () => { this.controls[name].value.focus(); this.change(ctx, name, by); };
    return Object.fromEntries(Object.entries(CONTROL_KEYS).flatMap(([name, key]) => {
      const big = key.toUpperCase(), label = ctx.t("play_key_of", { name: ctx.t(`play_${name}`), big });
      return [[key, { label, run: go(name, 1) }], [big, { run: go(name, -1) }]];
    }));
  },
};

export default liveView(() => playground);
