// The playground: controls change a model, and the browser asks the kernel for one short burst of
// training after another. It asks for the next when it has drawn the last, so Pause always works.

const LONGEST_WAIT = 20000, PAGE_WAIT = 400, RACE = 60;
// So many epochs are drawn at once while it runs, and so small may the graph become.
const PACE = 4, SMALLEST = 0.8, LARGE = 1.65;

const playground = {
  ...playgroundDraw,
  ...playgroundControls,
  name: "play",

  draw(ctx) {
    Object.assign(this, { running: false, waiting: null, number: 0, race: null, frame: null });
    this.surfaceBox = h("figure", { class: "fl-play-figure" });
    this.curveBox = h("figure", { class: "fl-play-figure" });
    this.modelBox = h("figure", { class: "fl-play-figure fl-play-model" });
    this.legend = h("p", { class: "fl-play-legend" });
    this.controls = {};
    const box = h("div", { class: "fl-play-controls", role: "group", "aria-label": ctx.t("play_controls") },
      Object.keys(ctx.facts.choices).map((name) => this.control(ctx, name)));
    ctx.stage.append(box, h("div", { class: "fl-play-views" }, this.surfaceBox, this.curveBox, this.modelBox));
    this.codeText = h("code");
    ctx.panel.append(this.legend, h("details", { class: "fl-play-code" },
      h("summary", {}, ctx.t("play_code_of")), h("pre", {}, this.codeText)));
    const line = ctx.line.bind(ctx), reset = ctx.reset.bind(ctx);
    ctx.line = () => line().replace("(, ", "(");
    ctx.reset = () => { this.running = false; reset(); };
    ctx.cleanups.push(() => { clearTimeout(this.timer); cancelAnimationFrame(this.frame); });
  },

  settings(ctx) {
    const { epochs, ...settings } = ctx.state;
    return settings;
  },

  update(ctx) {
    if (ctx.facts !== this.seen) {
      this.seen = ctx.facts;
      this.live = { ...ctx.facts };
      if (same(this.live.settings, this.settings(ctx))) this.shown = null;
    }
    this.bar(ctx);
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

  /** The toolbar, made anew only when it changes: a button under the mouse must stay. */
  bar(ctx) {
    if (this.barred === this.running) return;
    this.barred = this.running;
    const focused = [...ctx.bar.children].indexOf(document.activeElement);
    ctx.bar.replaceChildren(
      ctx.button(ctx.t(this.running ? "play_pause" : "play_run"), ctx.t("space"), () => this.toggle(ctx), this.running),
      ctx.button(ctx.t("play_step"), "s", () => this.step(ctx)),
      ctx.button(ctx.t("play_seed"), "n", () => this.change(ctx, "seed", 1)),
      ctx.button(ctx.t("play_code"), "c", () => this.copyCode(ctx)));
    if (focused >= 0) ctx.bar.children[focused].focus();
  },

  drawViews(ctx) {
    const { live } = this, picture = ctx.model.get("pictures").model;
    const drawn = [live.surface, live.epochs, ctx.look, live.points, live.own];
    if (!same(drawn, this.shown)) {
      this.shown = drawn;
      const kind = live.classes ? "" : "_values", corner = (point) => `(${point.join(", ")})`;
      this.surfaceBox.replaceChildren(h("figcaption", {}, ctx.t("play_surface")), this.surface(ctx, live));
      this.curveBox.replaceChildren(h("figcaption", {}, ctx.t("play_loss")), this.curve(ctx, live));
      this.legend.textContent = [ctx.t(`play_legend_marks${kind}`), ctx.t(`play_legend_side${kind}`),
        ctx.t("play_legend_lines", { low: corner(live.low), high: corner(live.high) }),
        live.epochs ? ctx.t("live_caption_middle") : "", ctx.t(`play_ways_${live.settings.branches}`)].join(" ");
      this.codeText.replaceChildren(...sourceLines(this.code()));
    }
    if (same([picture, ctx.look], this.pictured)) return;
    this.pictured = [picture, ctx.look];
    const words = `${ctx.t("play_model")}: ${ctx.t("play_weights", { n: live.weights })}`;
    const drawing = h("div", { class: "fl-play-graph", tabindex: "0", role: "group", "aria-label": words });
    drawing.append(pictureFrom(picture));
    const svg = drawing.querySelector("svg"), wide = Number(svg.getAttribute("viewBox").split(" ")[2]);
    const scale = ctx.look === "projector" ? LARGE : 1;
    Object.assign(svg.style, { width: `${wide * scale}px`, minWidth: `${wide * (scale > 1 ? scale : SMALLEST)}px` });
    this.modelBox.replaceChildren(h("figcaption", {}, words), drawing);
  },

  /** Ask for what is missing: another model, the epochs of the state, or the next burst. */
  progress(ctx) {
    const settings = this.settings(ctx), { live } = this;
    if (this.waiting != null || this.race || ctx.gate) return;
    const behind = same(live.settings, settings) && live.epochs < ctx.state.epochs;
    if (!same(live.settings, settings) || live.epochs > ctx.state.epochs) this.send(ctx, { ask: "build", settings });
    else if (behind || this.running) {
      const limit = ctx.facts.limits.epochs[1];
      if (!behind && live.epochs >= limit) return this.pause(ctx, ctx.t("play_last_epoch", { n: limit }));
      const until = behind ? ctx.state.epochs : Math.min(limit, live.epochs + (this.single ? 1 : PACE));
      if (behind) ctx.say(ctx.t("play_catching", { n: until }));
      this.send(ctx, { ask: "train", settings, have: live.epochs, until });
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
    const { live } = this, { train, test, epochs, surface } = message;
    const fits = same(live.settings, message.settings) && message.from <= live.epochs;
    if (!fits || epochs < live.epochs) return;
    const whole = (part, news) => [...live[part].slice(0, message.from), ...news];
    this.live = { ...live, epochs, surface, train: whole("train", train), test: whole("test", test) };
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
    this.bar(ctx);
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

  /** With the epochs that are shown; while some are on their way, once these are here. */
  async copyCode(ctx) {
    this.copies = this.settling && this.waiting != null;
    if (this.copies) return;
    const code = this.code();
    await ctx.copy(code);
    ctx.say(ctx.t("play_copied", { n: code.split("\n").length }));
  },

  /** Ask mode: train the model as it is and as it would be, then ask which ends lower. */
  startRace(ctx, name, value, patch) {
    const before = this.settings(ctx), until = ctx.state.epochs || RACE;
    this.race = { name, value, until, patch: { ...patch, epochs: until }, sides: [before, { ...before, [name]: value }] };
    this.running = false;
    this.bar(ctx);
    ctx.say(ctx.t("play_working"));
    this.waiting = null;
    this.send(ctx, { ask: "race", sides: this.race.sides, until, first: true });
  },

  raced(ctx, { done, ends }) {
    const { name, value, until, patch, sides } = this.race;
    if (done < until) {
      this.send(ctx, { ask: "race", sides, until });
      return;
    }
    this.race = null;
    const [before, after] = [ctx.state[name], value].map((one) => this.told(ctx, one));
    const [first, second] = ends.map((one) => one ?? Infinity), label = this.label(ctx, name);
    const equal = first === second || Math.abs(first - second) < 0.03 * Math.max(first, second);
    const options = [`${label} = ${before}`, `${label} = ${after}`, ctx.t("play_ask_equal")];
    const shown = (loss) => Number.isFinite(loss) ? loss.toFixed(3) : ctx.t("play_no_number");
    ctx.ask({ id: `play ${JSON.stringify(sides)} ${until}`, options,
      prompt: ctx.t("play_ask", { n: until, name: label, before, after }),
      answer: equal ? options[2] : options[first < second ? 0 : 1],
      explain: ctx.t("play_ask_why", { first: shown(first), before, second: shown(second), after }),
    }, () => ctx.set(patch));
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

  caption(ctx) {
    const { live } = this, { branches: n, layers, units, shared, data } = live.settings;
    const shape = ctx.t(`play_caption_${n === 1 ? "one" : "many"}`, { n, layers, units,
      shared: ctx.t(shared ? "play_shared" : "play_separate") });
    const values = { data: data || ctx.t("play_yours"), shape, ...this.losses(ctx, live) };
    return ctx.t(["play_caption_new", "play_caption_once"][live.epochs] ?? "play_caption", values);
  },
};

export default liveView(() => playground);
