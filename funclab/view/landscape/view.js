// The loss around a training run: Python draws the planes, and here an epoch is marked in them.

import { h, row, s, table } from "../live/core.js";
import { liveView } from "../live/start.js";
import { pictureFrom } from "../live/stored.js";

/** Milliseconds from one epoch to the next while they play. */
const PACE = 300;
/** The width and height that the large picture needs. */
const ROOM = [734, 440];

/** @type {WrittenView} */
export const landscape = {
  name: "landscape",

  draw(ctx) {
    this.playing = 0;
    this.shown = "";
    this.box = h("div", { class: "fl-plane" });
    this.place = h("span", { class: "fl-place" });
    const told = h("div", { class: "fl-told" }, ctx.askBox, ctx.panel), parts = h("div", { class: "fl-around" });
    ctx.stage.before(parts);
    parts.append(ctx.stage, told);
    ctx.stage.append(this.box);
    ctx.bar.append(...ctx.makeButtons(), this.place);
    ctx.cleanups.push(() => this.pause());
    ctx.watchSizes(() => ctx.el.isConnected && this.drawn(ctx), ctx.stage);
  },

  face(ctx) { return ctx.state.face || ctx.facts.faces[0]; },
  last(ctx) { return (ctx.facts.real ?? []).length - 1; },
  /** The epoch, or place on the line, that is marked. */
  at(ctx) {
    const { epoch } = ctx.state, { start = this.last(ctx) } = ctx.facts;
    return epoch < 0 ? start : Math.min(epoch, this.last(ctx));
  },
  marks(ctx) { return this.face(ctx) !== "random"; },

  update(ctx) {
    this.drawn(ctx);
    this.place.textContent = !this.marks(ctx) ? "" : this.words(ctx);
    ctx.panel.replaceChildren(...this.told(ctx));
  },

  /** The picture for the room that there is. */
  drawn(ctx) {
    const small = ctx.stage.clientHeight < ROOM[1] || ctx.stage.clientWidth < ROOM[0];
    const name = this.face(ctx) + (small ? " small" : "");
    const drawn = ctx.model.get("pictures")[name] ?? ctx.lazy("plane", name);
    if (this.shown !== name + Boolean(drawn))
      this.box.replaceChildren(drawn ? pictureFrom(drawn) : h("p", {}, ctx.t("landscape_loading")));
    this.shown = name + Boolean(drawn);
    this.mark(ctx);
  },

  words(ctx) {
    const { along, epochs, real } = ctx.facts, at = this.at(ctx);
    return along ? ctx.t("landscape_line_at", { t: along[at], loss: real[at] })
      : ctx.t("landscape_at", { n: epochs[at], loss: real[at] });
  },

  /** A ring around the marked point, and a line at its epoch in the chart. */
  mark(ctx) {
    const svg = this.box.querySelector("svg");
    if (!svg || !this.marks(ctx)) return;
    for (const old of svg.querySelectorAll(".fl-ring")) old.remove();
    const circle = svg.querySelector(`[data-key="${this.at(ctx)}"] circle`);
    if (circle) circle.parentNode.append(s("circle", { class: "fl-ring", r: 8,
      cx: circle.getAttribute("cx"), cy: circle.getAttribute("cy") }));
    const chart = svg.querySelector("[data-scale]");
    if (!chart || !ctx.facts.epochs) return;
    const [left, right, first, last, top, base] = chart.dataset.scale.split(" ").map(Number);
    const x = left + ((ctx.facts.epochs[this.at(ctx)] - first) / (last - first || 1)) * (right - left);
    chart.append(s("path", { class: "fl-ring fl-now", d: `M${x},${top}L${x},${base}` }));
  },

  told(ctx) {
    const { epochs, real, shadow, size, data } = ctx.facts, face = this.face(ctx), at = this.at(ctx);
    const { words = [], steps, ends } = ctx.facts[face] ?? {};
    const rows = [row(ctx.t("landscape_weights"), [size.toLocaleString("en")])];
    if (steps) rows.push(row(ctx.t("landscape_grid"), [ctx.t("landscape_grid_value", { n: steps })]),
      row(ctx.t("landscape_ends"), [ctx.t("landscape_ends_value", { low: ends[0], high: ends[1] })]));
    rows.push(row(ctx.t("landscape_data"), [data]));
    if (epochs && this.marks(ctx)) rows.push(row(ctx.t("landscape_now"), [String(epochs[at])]),
      row(ctx.t("landscape_now_real"), [real[at]]), row(ctx.t("landscape_now_shadow"), [shadow[at]]));
    return [
      h("h3", {}, ctx.t("landscape_head")), table(rows),
      h("p", { class: "fl-not" }, h("strong", {}, ctx.t("landscape_not")), " ", words.join(" ")),
    ];
  },

  go(ctx, epoch) {
    if (this.marks(ctx)) ctx.set({ epoch: Math.max(0, Math.min(this.last(ctx), epoch)) }, this.playing > 0);
  },

  turn(ctx) {
    const { faces, question } = ctx.facts, next = faces[(faces.indexOf(this.face(ctx)) + 1) % faces.length];
    this.pause();
    ctx.ask(question, () => ctx.set({ face: next }));
  },

  pause() {
    clearInterval(this.playing);
    this.playing = 0;
  },

  play(ctx) {
    const running = this.playing;
    this.pause();
    if (!running && this.marks(ctx)) {
      if (this.at(ctx) === this.last(ctx)) this.go(ctx, 0);
      this.playing = setInterval(() => {
        if (this.at(ctx) === this.last(ctx)) this.pause();
        else this.go(ctx, this.at(ctx) + 1);
        ctx.nameButtons();
      }, PACE);
    }
    ctx.nameButtons();
  },

  keys(ctx) {
    const several = ctx.facts.faces.length > 1, at = this.at(ctx), marks = this.marks(ctx);
    const what = ctx.facts.along ? "landscape_walk" : "landscape_play";
    const play = ctx.t(this.playing ? "landscape_pause" : what);
    const face = ctx.t(`landscape_face_${this.face(ctx) === "random" ? ctx.facts.faces[0] : "random"}`);
    return {
      " ": { label: play, button: play, icon: this.playing ? "pause" : "play", main: true,
        run: () => this.play(ctx), when: () => marks },
      ArrowRight: { label: ctx.t("landscape_epoch_next"), run: () => this.go(ctx, at + 1) },
      ArrowLeft: { label: ctx.t("back"), run: () => this.go(ctx, at - 1) },
      Home: { label: ctx.t("first_step"), run: () => this.go(ctx, 0) },
      End: { label: ctx.t("last_step"), run: () => this.go(ctx, this.last(ctx)) },
      f: { label: ctx.t("landscape_face"), button: face, icon: "next", run: () => several && this.turn(ctx),
        when: () => several },
    };
  },

  caption(ctx) { return ctx.t(this.face(ctx) === "line" ? "landscape_caption_line" : "landscape_caption"); },
};

export default liveView(() => landscape);
