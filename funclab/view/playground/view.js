// The playground: controls change a model, and the browser asks the kernel for one short burst of
// training after another. It asks for the next when it has drawn the last, so Pause always works.

const LONGEST_WAIT = 20000, PAGE_WAIT = 400, RACE = 60;
// So many epochs are drawn at once while it runs.
const PACE = 4;

const playground = {
  ...playgroundControls,
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
        figure("plane", h("figcaption", {}, ctx.t("play_surface")), h("div", { class: "fl-play-layers" }, surface, points)),
        figure("curve", curve), figure("model", this.heading, this.graph.el)),
      this.legend);
    this.codeText = h("code");
    ctx.panel.append(h("details", { class: "fl-play-code" }, h("summary", {}, ctx.t("play_code_of")), h("pre", {}, this.codeText)));
    this.runButton = ctx.button(ctx.t("play_run"), ctx.t("space"), () => this.toggle(ctx));
    ctx.bar.append(this.runButton,
      ctx.button(ctx.t("play_step"), "s", () => this.step(ctx)),
      ctx.button(ctx.t("play_new_seed"), "n", () => this.change(ctx, "seed", 1)),
      ctx.button(ctx.t("play_code"), "c", () => this.copyCode(ctx)));
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
    this.sayRun(ctx);
    this.drawControls(ctx);
    this.drawViews(ctx);
    this.soon(ctx);
  },

  /** Ask for more in the next frame, when what was learned is on the page. */
  soon(ctx) {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.progress(ctx);
    });
  },

  /** The first button says what it does. */
  sayRun(ctx) { this.runButton.firstChild.textContent = ctx.t(this.running ? "play_pause" : "play_run"); },

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

  /** No kernel: say so, and show the settings of the model that is shown. */
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
    this.sayRun(ctx);
    ctx.say(words);
  },

  /** Pause; a burst that is on its way still counts, and is told when it is here. */
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

  /** Copy the code, with the epochs that are shown; while a burst is on its way, once it is here. */
  async copyCode(ctx) {
    this.copies = this.settling && this.waiting != null;
    if (this.copies) return;
    const code = this.code();
    await ctx.copy(code);
    ctx.say(ctx.t("play_copied", { n: code.split("\n").length }));
  },

  /** Ask mode: train the model as it is and as it would be, then ask which ends lower. */
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
      const name = document.activeElement?.dataset?.control;
      if (name) this.change(ctx, name, by);
      else Object.values(this.controls)[0].value.focus();
    };
    return {
      ...this.controlKeys(ctx),
      " ": { label: ctx.t("play_key_run"), run: () => this.toggle(ctx) },
      s: { label: ctx.t("play_key_step"), run: () => this.step(ctx) },
      n: { label: ctx.t("play_key_seed"), run: () => this.change(ctx, "seed", 1) },
      c: { label: ctx.t("play_key_code"), run: () => this.copyCode(ctx) },
      ArrowRight: { label: ctx.t("play_key_change"), run: arrow(1) },
      ArrowLeft: { run: arrow(-1) }, ArrowUp: { run: arrow(1) }, ArrowDown: { run: arrow(-1) },
      Escape: { label: ctx.t("play_key_back"), run: () => ctx.el.focus({ preventScroll: true }) },
    };
  },

  caption() { return this.live.caption; },
};

export default liveView(() => playground);
