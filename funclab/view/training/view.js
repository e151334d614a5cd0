// A training run while it is under way: curves that grow, the graph beside them, and its controls.

import { h, row, same, table } from "../live/core.js";
import { liveView } from "../live/start.js";
import { within } from "../live/within.js";
import { focusOn } from "../live/focus.js";
import { TrainingChannel } from "./channel.js";
import { Curves } from "./curves.js";
import { TrainingGraph, measureAfter } from "./graph.js";
import { SlowMotion } from "./slow.js";
import { progressWords, underWay, whyNot } from "./words.js";

/** The switches, by key: the name in the state, the icon, and the button's label while it is off and on. */
const SWITCHES = {
  l: ["log", "log", "live_log", "live_linear"],
  e: ["smooth", "smooth", "live_smooth", "live_rough"],
  j: ["joined", "joined", "live_joined", "live_overlaid"],
  g: ["graph", "graph", "live_graph_show", "live_graph_hide"],
  t: ["table", "table", "live_table_show", "live_table_hide"],
};
/** From which width on curves and graph stand side by side, and from which with all words. */
const CLOSE = 780, WIDE = 1060;
/** The room for charts without names, and between the parts. */
const CHARTS = 462;
const TRIALS = { t: ["table", "table", "sweep_show", "live_table_hide", "trials"] };
let lastShown = null; // when the final picture replaces the output, the focus stays where it was

/** @returns {WrittenView} */
function trainingView() {
  return {
    name: "training",

    draw(ctx) {
      this.latest = {};
      this.channel = new TrainingChannel(ctx, () => this.refresh(ctx));
      this.graph = new TrainingGraph(ctx, (key) => this.select(ctx, key));
      this.curves = new Curves(ctx);
      this.buttons(ctx);
      const label = ctx.t("live_progress");
      this.progress = h("div",
        { class: "fl-progress", role: "progressbar", "aria-label": label, "aria-valuemin": "0" }, h("div"));
      this.words = h("p", { class: "fl-where" });
      this.why = h("p", { class: "fl-why", id: `fl-why-${Math.random().toString(36).slice(2)}` });
      this.tiles = h("dl", { class: "fl-tiles" });
      ctx.head.after(this.progress, this.tiles, this.words, this.why);
      ctx.el.classList.toggle("fl-many", ctx.facts.charts.length > 2);
      ctx.stage.append(this.curves.el, this.graph.el);
      ctx.el.classList.toggle("fl-sweep", Boolean(ctx.facts.sweep));
      if (ctx.facts.sweep) ctx.stage.append(ctx.panel);
      ctx.watchSizes(() => { this.arrange(ctx); this.refresh(ctx); }, ctx.el, ctx.stage);
      const changed = () => this.refresh(ctx);
      for (const name of ["change:curves", "change:status"]) ctx.hear(name, changed);
      this.slow = new SlowMotion(ctx, this.channel);
      this.channel.open().then(() => this.refresh(ctx));
      ctx.cleanups.push(() => this.channel.close());
      if (lastShown?.contains(document.activeElement)) setTimeout(() => focusOn(ctx.el));
      lastShown = ctx.el;
    },

    /** The progress, by the newest message; a training run without a kernel has ended. */
    status(ctx) {
      const kept = ctx.model.get("status"), now = this.now ?? kept;
      const status = (kept.serial ?? 0) > (now.serial ?? 0) ? kept : now;
      const gone = ctx.model.alone ? "stored" : this.channel.gone ? "gone" : "";
      return gone && underWay(status) ? { ...status, phase: gone } : status;
    },

    /** Curves and graph side by side: in a narrow view without names at the curves, and with capsules below. */
    arrange(ctx) {
      const { graph, close: low = graph } = ctx.model.get("pictures"), width = ctx.el.clientWidth;
      const wide = (svg) => Number(/viewBox="0 0 ([\d.]+)/.exec(svg)?.[1] ?? 0);
      const fits = width >= CLOSE && wide(low) <= width - CHARTS;
      // Runs beside each other need their names: only training and validation have marks that tell them apart.
      const alone = !(this.curves.curves.runs > 1) && ctx.facts.charts.length < 3;
      const close = fits && alone && width < WIDE && ctx.look !== "projector";
      this.curves.taken = ctx.state.graph ? wide(close ? low : graph) : 0;
      if (close === this.graph.close) return;
      ctx.el.classList.toggle("fl-close", close);
      this.graph.close = close;
      this.curves.narrow(close);
      this.refresh(ctx);
    },

    /** Handle what the kernel sends while it trains. */
    follow(ctx, message) {
      if (message.kind === "ack") {
        const mine = this.channel.answered(message);
        if (message.problem) ctx.say(message.problem);
        else if (message.slow && mine) this.slow.show(message);
        else if (message.restored) ctx.say(ctx.t("live_say_restored", { epoch: message.restored }));
      } else if (message.kind === "tick") {
        this.curves.add(message.dots);
        Object.assign(this.latest, message.layers);
      } else return;
      if ((message.status.serial ?? 0) >= (this.now?.serial ?? 0)) this.now = message.status;
      this.refresh(ctx);
    },

    /** Say that training was paused, has resumed, or is over, whichever message said so. */
    announce(ctx, phase) {
      const before = this.phase;
      this.phase = phase;
      if (!before || before === phase) return;
      if (["paused", "over", "stopped", "failed"].includes(phase))
        ctx.say(ctx.t(`${ctx.facts.sweep ? "sweep" : "live"}_say_${phase}`));
      else if (before === "paused") ctx.say(ctx.t("live_say_on"));
    },

    /** Draw once before the next frame, however much has arrived. */
    refresh(ctx) {
      if (this.due) return;
      this.due = requestAnimationFrame(() => { this.due = 0; ctx.update(); });
    },

    keys(ctx) {
      const { state, model } = ctx, { compared, sweep, charts } = ctx.facts, { runs, smoothed } = this.curves.curves;
      const status = this.status(ctx), graph = () => Boolean(model.get("pictures").graph);
      const following = measureAfter(state.measure);
      const act = (what) => () => this.act(ctx, what);
      const rate = (factor) => () => this.setRate(ctx, Number(status.rate ?? 0) * factor);
      const key = (name, run, button, more = {}) => ({ label: ctx.t(`live_key_${name}`), button, run, ...more });
      const swept = () => Boolean(status.rows?.length);
      const when = { e: () => smoothed, j: () => runs > 1 && model.widget_manager?.kernel, g: graph,
        t: sweep ? swept : graph };
      const switches = Object.entries({ ...SWITCHES, ...(sweep && TRIALS) })
        .filter(([letter]) => !compared || (sweep ? "lejt" : "lej").includes(letter))
        .map(([letter, [name, icon, on, off, label = name]]) =>
          [letter, key(label, () => ctx.set({ [name]: !state[name] }), ctx.t(state[name] ? off : on),
            { icon, brief: true, when: when[letter] })]);
      const steering = {
        " ": key("pause", act(status.paused ? "resume" : "pause"), ctx.t(status.paused ? "live_resume" : "pause"),
          { icon: status.paused ? "play" : "pause", main: true }),
        n: key("step", act("step"), ctx.t("live_step"), { icon: "step" }),
        x: key("stop", act("stop"), ctx.t("live_stop"), { icon: "stop" }),
        s: key("slow", () => this.slow.ask(status), ctx.t("live_slow"), { icon: "clock" }),
        "-": key("halve", rate(0.5), ctx.t("live_halve"), { icon: "less", brief: true }),
        "+": key("double", rate(2), ctx.t("live_double"), { icon: "more", brief: true }),
        h: key("measure", () => ctx.set({ measure: following }),
          ctx.t("live_show_measure", { measure: ctx.t(`live_${following}`) }), { when: () => graph() && state.graph }),
        ArrowDown: key("next", () => this.walk(ctx, 1)),
        ArrowUp: key("last", () => this.walk(ctx, -1)),
        Enter: key("restore", () => this.bringBack(ctx), ctx.t("live_restore"),
          { when: () => status.snapshots && !underWay(status), off: !this.channel.heard }),
        i: key("interrupt", () => this.interrupt(ctx)),
      };
      return {
        ...(sweep ? { x: key("end", act("stop"), ctx.t("live_stop")) } : compared ? {} : steering),
        ...Object.fromEntries(switches),
        m: key("charts", () => ctx.set({ chart: (state.chart + 1) % charts.length }), ctx.t("live_charts"),
          { when: () => ctx.look === "projector" && charts.length > 1 }),
        ArrowLeft: key("back", () => this.lookAt(ctx, this.neighbour(ctx, -1))),
        ArrowRight: key("on", () => this.lookAt(ctx, this.neighbour(ctx, 1))),
        Escape: { run: () => ctx.set({ selected: "", epoch: 0 }) },
      };
    },

    buttons(ctx) {
      ctx.makeButtons();
      const group = (keys, ...more) => h("span", { class: "fl-group" }, [...keys].map((key) => ctx.buttons[key]), more);
      this.rate = h("input",
        { type: "text", inputmode: "decimal", class: "fl-rate", size: 8, "aria-label": ctx.t("live_rate"),
        onchange: (event) => this.setRate(ctx, Number(event.target.value)) });
      this.back = h("input", { type: "range", min: 1, class: "fl-back", "aria-label": ctx.t("live_back"),
        oninput: (event) => this.lookAt(ctx, Number(event.target.value)) });
      this.measure = h("span", { class: "fl-soft" });
      this.lookedAt = h("label", { class: "fl-place" }, h("span"), " ", this.back);
      const rates = group("", h("label", {}, ctx.t("live_rate"), " ", this.rate), ctx.buttons["-"], ctx.buttons["+"]);
      rates.classList.add("fl-rates");
      rates.hidden = ctx.facts.compared;
      this.steering = group(" nxs", rates);
      this.steering.setAttribute("role", "group");
      this.steering.setAttribute("aria-label", ctx.t("live_steering"));
      ctx.bar.replaceChildren(this.steering, group("lejgthm"),
        group("", this.measure, this.lookedAt, ctx.buttons.Enter));
    },

    lastEpoch() { return this.curves.epochs.at(-1) ?? 0; },

    /** The epoch drawn before or after the one looked at: in a long training not all are drawn. */
    neighbour(ctx, by) {
      const { epochs } = this.curves;
      const at = epochs.findLastIndex((epoch) => epoch <= (ctx.state.epoch || this.lastEpoch()));
      return epochs[within(at + by, epochs.length)] ?? 0;
    },

    /** Look back at an epoch; the last one means the current state. */
    lookAt(ctx, epoch) { ctx.set({ epoch: epoch >= this.lastEpoch() ? 0 : epoch }, true); },

    /** Ask for the weights of the epoch looked at to be restored. */
    bringBack(ctx) {
      if (!this.channel.heard) ctx.say(ctx.t(this.channel.asking ? "live_why_asking" : "live_why_no_kernel"));
      else this.channel.act("restore", ctx.state.epoch || this.lastEpoch());
    },

    select(ctx, key) { ctx.set({ selected: ctx.state.selected === key ? "" : key }); },

    /** Walk through the layers. */
    walk(ctx, by) {
      const keys = ctx.facts.layers.map((layer) => layer.key).filter((key) => this.latest[key]);
      if (!keys.length) return;
      const at = keys.indexOf(ctx.state.selected);
      ctx.set({ selected: keys[at < 0 ? 0 : (at + by + keys.length) % keys.length] });
    },

    act(ctx, what, value) {
      const status = this.status(ctx), reason = whyNot(ctx, status, this.channel);
      if (!reason) this.channel.act(what, value);
      else if (what === "stop" && underWay(status) && this.channel.interrupts) {
        ctx.say(ctx.t("live_say_interrupting"));
        this.channel.interrupt();
      } else ctx.say(reason);
    },

    setRate(ctx, value) {
      const by = this.status(ctx).rate_by;
      if (by) ctx.say(ctx.t("live_say_rate_by", { by }));
      else if (!(value > 0)) ctx.say(ctx.t("live_say_rate"));
      else {
        this.act(ctx, "rate", value);
        if (!whyNot(ctx, this.status(ctx), this.channel)) ctx.say(ctx.t("live_say_rate_is", { value }));
      }
    },

    /** I, I interrupts, as everywhere in the notebook. */
    interrupt(ctx) {
      const twice = Date.now() - (this.pressed ?? 0) < 1000;
      this.pressed = Date.now();
      if (!twice) return;
      if (this.channel.interrupts) this.channel.interrupt();
      else ctx.say(whyNot(ctx, this.status(ctx), this.channel) || ctx.t("live_say_use_stop"));
    },

    /** Whether the curves wait for an answer; once the outcome is known, it is shown. */
    hidden(ctx) {
      const questions = ctx.model.get("ask") ? this.curves.curves.questions ?? [] : [];
      for (const { id, answer, explain } of questions) if (answer != null) ctx.judge(id, answer, explain);
      const answers = ctx.model.get("answers");
      const own = questions.map(({ id }) => answers.find((answer) => answer.id === id));
      const open = questions[own.indexOf(undefined)];
      if (open && !ctx.gate) ctx.ask(open, () => this.refresh(ctx));
      if (own.length && own.every((answer) => answer?.right != null)) {
        ctx.askBox.hidden = false;
        ctx.askBox.replaceChildren(
          ...own.map((answer) => h("p", {}, h("strong", {}, answer.prompt), " ", ctx.verdict(answer))));
      }
      return Boolean(open);
    },

    /** Update the charts of a sweep, which are known once a trial has ended. */
    renewCurves(ctx) {
      if (same(this.curves.facts, ctx.facts.charts)) return;
      const { el } = this.curves;
      this.curves = new Curves(ctx);
      el.replaceWith(this.curves.el);
    },

    /** The trials of a sweep, the best one first. */
    trials(ctx, { rows = [], heads = [], more }) {
      if (!ctx.state.table || !rows.length) return [];
      const trials = rows.map(([number, ...cells]) => row(number, cells));
      return [table(trials, heads, ctx.t("sweep_trials"), "fl-trials"), h("p", { class: "fl-special" }, more)];
    },

    update(ctx) {
      this.arrange(ctx);
      this.renewCurves(ctx);
      const status = this.status(ctx), heat = this.curves.curves.heat ?? [];
      this.latest = { ...heat.at(-1)?.layers, ...this.latest };
      const hidden = this.hidden(ctx);
      this.curves.update(hidden);
      const shown = this.measured(ctx, status);
      const until = ctx.state.epoch || Infinity;
      this.graph.update(shown.layers, status.nan_layer, heat.filter(({ epoch }) => epoch < (shown.at ?? until)));
      const head = ctx.t(shown.from ? "live_layers_from" : "live_layers", { epoch: shown.from });
      ctx.panel.replaceChildren(...(hidden ? [] : this.trials(ctx, status)),
        ...this.graph.table(shown.layers, heat, head, (key) => this.select(ctx, key)));
      this.tiles.replaceChildren(...(hidden || ctx.facts.compared ? [] : this.figures(ctx, status)));
      this.announce(ctx, status.phase);
      this.say(ctx, status);
      this.press(ctx, status);
    },

    /** The layers' measures at the epoch looked at, or now; `at` is the epoch in which they were measured, and
     * `from` the same if it is another one, since not every epoch is measured. */
    measured(ctx, status) {
      const { epoch } = ctx.state, heat = this.curves.curves.heat ?? [];
      if (!epoch && underWay(status)) return { layers: this.latest };
      const latest = epoch ? heat.findLast((measures) => measures.epoch <= epoch) : heat.at(-1);
      if (!latest) return { layers: {}, none: true };
      const { layers, epoch: at } = latest;
      return { layers, at, from: at === (epoch || this.lastEpoch()) ? 0 : at };
    },

    /** The numbers that one watches, as tiles: of the epoch looked at, or of the last one. */
    figures(ctx, status) {
      const { epoch: at } = ctx.state, { last, epoch, batch, steps, speed } = status, going = underWay(status);
      const tile = (name, value, of, more) => h("div", {}, h("dt", {}, name),
        h("dd", {}, h("strong", {}, value), of && h("span", {}, of), more && h("small", {}, more)));
      const charts = (this.curves.curves.charts ?? []).slice(0, 3).map(({ lines, epochs }, i) => {
        const index = at ? epochs.findLastIndex((one) => one <= at) : epochs.length - 1;
        const value = (label) => lines.find((line) => line.label === ctx.t(label))?.values[index];
        const { title, output } = this.curves.facts[i], checked = value("live_validation");
        return tile([title, output].filter(Boolean).join(" "), value("training") || "–", "",
          checked && ctx.t("live_tile_validation", { value: checked }));
      });
      const now = at || (going ? epoch : this.lastEpoch());
      return [
        tile(ctx.t("live_tile_epoch"), String(now ?? "–"), last > 1 && ctx.t("live_tile_of", { n: last }),
          going && steps && ctx.t("live_tile_batch", { batch, steps })),
        ...charts,
        speed ? tile(ctx.t("live_tile_speed"), speed.toLocaleString("en"), "", ctx.t("live_tile_samples")) : null,
      ].filter(Boolean);
    },

    /** What the graph shows, in words. */
    shows(ctx, status) {
      const { from, none } = this.measured(ctx, status);
      const key = none ? "live_shows_none" : from ? "live_shows_from" : "live_shows";
      return ctx.t(key, { measure: ctx.t(`live_${ctx.state.measure}`), epoch: from });
    },

    /** Say the progress, and reasons why buttons do not work, in words. */
    say(ctx, status) {
      const { of, last = of ?? 1, epoch = 1, steps, batch, rate_by: by } = status, going = underWay(status);
      const done = status.done ?? ((epoch - 1 + (steps ? batch / steps : 0)) || 0);
      this.words.textContent = progressWords(ctx, status);
      this.progress.hidden = !going;
      this.progress.setAttribute("aria-valuemax", last);
      this.progress.setAttribute("aria-valuenow", done.toFixed(1));
      this.progress.firstChild.style.width = `${(100 * done) / last}%`;
      const reason = whyNot(ctx, status, this.channel);
      const reasons = [reason, reason && this.channel.interrupts && ctx.t("live_why_stop_works"),
        by && ctx.t("live_say_rate_by", { by })];
      this.why.textContent = going ? reasons.filter(Boolean).join(" ") : "";
    },

    /** Update which buttons reach the training, and what is shown beside them. */
    press(ctx, status) {
      const { rate, back, lookedAt } = this, { state } = ctx, off = Boolean(whyNot(ctx, status, this.channel));
      for (const key of " nxs-+") {
        const button = ctx.buttons[key];
        if (!button) continue;
        const works = !(off || (status.rate_by && "-+".includes(key))) || (key === "x" && this.channel.interrupts);
        button.setAttribute("aria-disabled", String(!works));
        if (works) button.removeAttribute("aria-describedby");
        else button.setAttribute("aria-describedby", this.why.id);
      }
      rate.disabled = off || Boolean(status.rate_by);
      if (document.activeElement !== rate) rate.value = status.rate ?? "";
      this.measure.textContent = this.keys(ctx).h?.when() ? this.shows(ctx, status) : "";
      const place = state.epoch ? "epoch" : underWay(status) ? "now" : "end";
      lookedAt.firstChild.textContent = ctx.t(`live_at_${place}`, { epoch: state.epoch });
      back.max = this.lastEpoch();
      back.value = state.epoch || this.lastEpoch();
      back.setAttribute("aria-valuetext", lookedAt.firstChild.textContent);
      lookedAt.hidden = this.lastEpoch() < 2;
      this.steering.hidden = !underWay(status);
      this.holdHeader(ctx);
    },

    /** The header keeps its rows when its buttons go: what is below must not move at the end of a run. */
    holdHeader(ctx) {
      const { head } = ctx, width = ctx.el.clientWidth;
      if (ctx.look === "projector") return; // there every line of the picture counts
      if (width !== this.headWidth) head.style.minHeight = "";
      this.headWidth = width;
      head.style.minHeight = `${head.offsetHeight}px`;
    },

    caption(ctx) {
      const { state } = ctx, status = this.status(ctx), { caption } = this.curves.curves;
      if (this.hidden(ctx)) return ctx.t(underWay(status) ? "live_caption_going" : "live_caption_hidden");
      if (state.epoch) return this.curves.words(state.epoch);
      const none = underWay(status) ? "live_caption_first" : "live_caption_none";
      return caption || (status.phase === "stored" ? "" : ctx.t(none));
    },

    /** How the curves are read. */
    notes() {
      const { reading, smoothed } = this.curves.curves;
      return [reading, smoothed].filter(Boolean);
    },
  };
}

export default liveView(trainingView, ["title", "facts", "curves", "status"]);
