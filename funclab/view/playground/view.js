// The playground: controls change a model, and the browser asks the kernel for one short burst of
// training after another. It asks for the next when it has drawn the last, so Pause always works.

import { h, icon, same, sourceLines } from "../live/core.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";
import { focusOn } from "../live/focus.js";

const LONGEST_WAIT = 20000, PAGE_WAIT = 400, RACE = 60;
// While it runs: how many epochs are drawn at once, and how many milliseconds lie between two drawings.
const PACE = 12, BETWEEN = 100;
/** Milliseconds from one epoch of a recorded run to the next. */
const REPLAY = 250;
/** The key of each control. */
const CONTROL_KEYS = {
  data: "d", noise: "o", branches: "b", shared: "h", merge: "m", layers: "l", units: "w", activation: "a",
  optimizer: "p", learning_rate: "e", batch_size: "z", seed: "i",
};

/** @type {WrittenView} */
export const playground = {
  name: "playground",

  draw(ctx) {
    Object.assign(this, { running: false, waiting: null, number: 0, race: null, due: null, sent: 0 });
    const names = ["surface", "points", "curve", "network", "answer", "reading"];
    this.boxes = Object.fromEntries(names.map((name) => [name, h("div", { class: `fl-play-${name}` })]));
    this.controls = {};
    this.count = h("p", { class: "fl-play-count" });
    this.told = h("p", { class: "fl-play-told" });
    const settings = Object.keys(ctx.facts.choices).filter((name) => name !== "data");
    ctx.stage.append(this.dataControl(ctx),
      h("div", { class: "fl-play-controls", role: "group", "aria-label": ctx.t("play_controls") },
        settings.map((name) => this.control(ctx, name))),
      ...this.figures(ctx), this.told, this.codePane(ctx));
    const [run, step, seed, code] = ctx.makeButtons();
    code.ariaExpanded = "false";
    ctx.bar.append(run, step, seed, this.count, ...this.slider(ctx), code);
    ctx.listen(this.boxes.network, "pointerover", ({ target }) => this.hover(ctx, target.closest("[aria-label]")));
    ctx.listen(this.boxes.network, "pointerleave", () => this.hover(ctx, null));
    const reset = ctx.reset.bind(ctx);
    ctx.reset = () => { this.running = false; reset(); };
    ctx.cleanups.push(() => { clearTimeout(this.timer); clearTimeout(this.due); });
  },

  /** Where no kernel answers, a way to each epoch of a recorded run. */
  slider(ctx) {
    this.run = ctx.model.alone && ctx.facts.run || null;
    if (!this.run) return [];
    this.range = h("input", { type: "range", min: 0, max: this.run.length - 1, "aria-label": ctx.t("play_epoch"),
      oninput: ({ target }) => { this.running = false; this.goTo(ctx, Number(target.value)); } });
    return [this.range];
  },

  figures(ctx) {
    const { surface, points, curve, network, answer, reading } = this.boxes;
    const figure = (name, ...parts) => h("figure", { class: `fl-play-${name}` }, parts);
    const model = figure("model", network);
    model.setAttribute("aria-label", ctx.t("play_network"));
    // Where it scrolls, keys must reach it.
    ctx.watchSizes(() => {
      if (model.scrollWidth > model.clientWidth) model.tabIndex = 0;
      else model.removeAttribute("tabindex");
    }, model, network);
    return [model, figure("plane", answer, h("div", { class: "fl-play-layers" }, surface, points),
      reading), figure("losses", curve)];
  },

  /** The code, over the picture, until it is closed. */
  codePane(ctx) {
    this.codeText = h("code");
    const close = h("button", { type: "button", class: "fl-button", onclick: () => this.showCode(ctx, false) },
      ctx.t("play_close"));
    this.pane = h("div", { class: "fl-play-code", role: "group", "aria-label": ctx.t("play_code"), hidden: true },
      close, h("pre", {}, this.codeText));
    return this.pane;
  },

  showCode(ctx, shown) {
    if (!shown && this.pane.contains(document.activeElement)) focusOn(ctx.el);
    this.pane.hidden = !shown;
    ctx.buttons.c.ariaExpanded = String(shown);
  },

  /** The neuron under the pointer, in words, in place of the caption. */
  hover(ctx, part) {
    const words = part?.closest("svg [role=graphics-symbol]")?.getAttribute("aria-label") ?? null;
    if (words === this.hovered) return;
    this.hovered = words;
    ctx.captionBox.textContent = this.caption();
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

  /** Ask for more, once the page shows what was learned, and not too soon after the last time. */
  soon(ctx) {
    const rest = this.running && !this.single ? this.sent + BETWEEN - performance.now() : 0;
    this.due ??= setTimeout(() => requestAnimationFrame(() => {
      this.due = null;
      this.progress(ctx);
    }), rest);
  },

  drawViews(ctx) {
    const { live } = this;
    for (const [name, box] of Object.entries({ ...this.boxes, ...this.thumbs })) {
      const drawn = live[name] ?? (name === "network" ? live.model : null); // as views were stored once
      if (box.markup === drawn || !drawn) continue;
      box.markup = drawn;
      box.replaceChildren(pictureFrom(box.markup));
      if (name === "network") this.hovered = null;
    }
    this.count.replaceChildren(h("strong", {}, String(live.epochs)), live.counts ?? "");
    if (this.run) {
      this.range.value = String(this.at());
      this.range.ariaValueText = String(live.epochs);
    }
    this.told.textContent = live.told ?? live.caption;
    this.codeText.replaceChildren(...sourceLines(this.code()));
  },

  /** Ask for what is missing: another model, the epochs of the state, or the next burst. */
  progress(ctx) {
    const settings = this.settings(ctx), { live } = this;
    if (this.waiting != null || this.race || ctx.gate) return;
    if (this.run) return this.replay(ctx, settings);
    const behind = same(live.settings, settings) && live.epochs < ctx.state.epochs;
    if (!same(live.settings, settings) || live.epochs > ctx.state.epochs) this.send(ctx, { ask: "build", settings });
    else if (behind || this.running) {
      const limit = ctx.facts.most_epochs;
      if (!behind && live.epochs >= limit) return this.pause(ctx, ctx.t("play_last_epoch", { n: limit }));
      const until = behind ? ctx.state.epochs : Math.min(limit, live.epochs + (this.single ? 1 : PACE));
      if (behind) ctx.say(ctx.t("play_catching", { n: until }));
      const brief = this.running && !this.single && this.number % 2 === 1;
      this.send(ctx, { ask: "train", settings, until, brief });
    } else if (this.stale) this.send(ctx, { ask: "train", settings, until: live.epochs });
  },

  /** The place in the recorded run of what is shown. */
  at() { return this.run.findIndex(({ epochs }) => epochs === this.live.epochs); },

  goTo(ctx, at) { ctx.set({ epochs: this.run[Math.max(0, Math.min(at, this.run.length - 1))].epochs }, true); },

  /** Show the recorded epoch that the state asks for and, while it runs, go on to the next. */
  replay(ctx, settings) {
    if (!same(this.live.settings, settings)) return this.unanswered(ctx);
    const { run } = this, shown = run.findLast(({ epochs }) => epochs <= ctx.state.epochs) ?? run[0];
    if (shown.epochs !== this.live.epochs) this.take(ctx, { settings, ...shown });
    if (!this.running) return;
    const at = this.at() + 1;
    if (at === run.length) return this.pause(ctx, ctx.t("play_over", { n: this.live.epochs }));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.running && this.goTo(ctx, at), REPLAY);
  },

  send(ctx, message) {
    this.waiting = `${++this.number} ${Math.random()}`;
    this.sent = performance.now();
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
    ctx.say(ctx.t(this.run ? "play_recorded" : ctx.model.alone ? "play_alone" : "play_no_kernel"));
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
    if (!same(live.settings, settings) || (epochs < live.epochs && !this.run)) return;
    this.live = { ...live, ...message };
    this.stale = !message.network; // neurons and weights are drawn every second time
    if (this.single) this.pause(ctx, ctx.t("play_stepped", { n: epochs }));
    else if (!this.running && this.settling) ctx.say(ctx.t("play_paused", { n: epochs }));
    this.settling = false;
    if (epochs > ctx.state.epochs) {
      ctx.model.set("state", { ...ctx.state, epochs }); // what was said still holds: the model goes on
      ctx.model.save_changes();
    }
    ctx.update();
    if (!this.running && ctx.status.textContent === ctx.t("play_catching", { n: epochs }))
      ctx.say(ctx.t("play_paused", { n: epochs }));
    if (this.copies) this.copyCode(ctx);
  },

  toggle(ctx) {
    if (this.running) return this.halt(ctx);
    if (this.run && this.at() === this.run.length - 1) this.goTo(ctx, 0);
    this.running = true;
    if (!this.run) ctx.say(ctx.t("play_running"));
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
    if (this.run) {
      this.single = this.at() < this.run.length - 1;
      return this.goTo(ctx, this.at() + 1);
    }
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
    this.showCode(ctx, true);
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
      else if (this.run) this.goTo(ctx, this.at() + by);
      else this.part(ctx, "data").focus();
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
      Escape: { label: ctx.t("play_key_back"), run: () => this.back(ctx) },
    };
  },

  /** One step out: close the code, or go from the controls to the picture. */
  back(ctx) {
    if (!this.pane.hidden) this.showCode(ctx, false);
    else focusOn(ctx.el);
  },

  caption() { return this.hovered ?? this.live.legend ?? ""; },

  // The controls: the value of each, and the values that may follow.
  /** A value that arrow keys change, between two buttons for the mouse. */
  control(ctx, name) {
    const label = ctx.t(`play_${name}`), key = CONTROL_KEYS[name], big = key.toUpperCase();
    const texts = ctx.facts.choices[name].map((one) => this.valueText(ctx, one));
    const value = h("span", { class: "fl-play-value", role: "spinbutton", tabindex: "0", "aria-label": label,
      style: `min-width:${Math.max(...texts.map((text) => text.length))}ch`,
      "aria-keyshortcuts": `${key} Shift+${big}`, "data-control": name });
    const arrow = (by, sign, words) => h("button", { type: "button", tabindex: "-1", class: "fl-play-arrow",
      "aria-label": ctx.t(words, { name: label }), onclick: () => { value.focus(); this.change(ctx, name, by); } },
    icon(sign));
    this.controls[name] = { value, box: h("div", { class: "fl-play-control" },
      h("span", { class: "fl-play-name", "aria-hidden": "true" }, label), this.tip(ctx, key),
      h("span", { class: "fl-play-row" }, value, arrow(-1, "back", "play_less"), arrow(1, "next", "play_more"))) };
    return this.controls[name].box;
  },

  /** The keys of a control, while it has the pointer or the focus. */
  tip(ctx, key) {
    return h("span", { class: "fl-tip", "aria-hidden": "true" }, h("kbd", {}, key), h("kbd", {}, key.toUpperCase()));
  },

  /** The sets of data as pictures, one of them chosen; all have one stop of Tab. */
  dataControl(ctx) {
    const key = CONTROL_KEYS.data, names = this.own(ctx) ? [""] : ctx.facts.choices.data;
    this.thumbs = {};
    this.sets = Object.fromEntries(names.map((name) => {
      const box = this.thumbs[`data_${name}`] = h("span", { "aria-hidden": "true" });
      return [name, h("div", { class: "fl-play-set", role: "radio", "data-control": "data",
        "aria-keyshortcuts": `${key} Shift+${key.toUpperCase()}`, onclick: () => this.choose(ctx, "data", name) },
      box, h("span", {}, name || ctx.t("play_yours")))];
    }));
    return h("div", { class: "fl-play-data", role: "radiogroup", "aria-label": ctx.t("play_data") },
      h("span", { class: "fl-play-name", "aria-hidden": "true" }, ctx.t("play_data")), this.tip(ctx, key),
      Object.values(this.sets));
  },

  own(ctx) { return ctx.facts.own; },

  /** What has the focus while a control is changed. */
  part(ctx, name) {
    return this.controls[name]?.value ?? Object.values(this.sets).find((one) => one.tabIndex === 0);
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
    for (const [name, one] of Object.entries(this.sets)) {
      const here = this.own(ctx) || name === ctx.state.data;
      one.ariaChecked = String(here);
      one.tabIndex = here ? 0 : -1;
    }
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
    this.choose(ctx, name, this.next(ctx, name, by));
    if (name === "data") this.part(ctx, name).focus();
  },

  choose(ctx, name, value) {
    const idle = this.idle(ctx, name);
    if (idle) return ctx.say(idle);
    if (same(value, ctx.state[name]) || ctx.gate || this.race) return;
    const patch = { [name]: value, epochs: 0 };
    if (ctx.model.get("ask") && !["seed", "data", "noise"].includes(name)) this.startRace(ctx, patch);
    else ctx.set(patch);
  },

  /** A small letter chooses the next value of a control, the capital letter the previous one. */
  controlKeys(ctx) {
    const go = (name, by) => () => { this.part(ctx, name).focus(); this.change(ctx, name, by); };
    return Object.fromEntries(Object.entries(CONTROL_KEYS).flatMap(([name, key]) => {
      const big = key.toUpperCase(), label = ctx.t("play_key_of", { name: ctx.t(`play_${name}`), big });
      return [[key, { label, run: go(name, 1) }], [big, { run: go(name, -1) }]];
    }));
  },
};

export default liveView(() => playground);
