// What changes the sample: a cell, the pen, a move, the smallest change. Methods of the view.

import { amount } from "./bars.js";
import { bestOf } from "./said.js";
import { shifted, stroke, tidy } from "./sample.js";

/** @type {Record<string, (ctx: any, ...given: any[]) => any> & ThisType<any>} */
export const changing = {
  put(ctx, cell, value, quiet = false) {
    const values = this.values(ctx);
    values[cell] = value;
    this.setAll(ctx, values, quiet);
  },

  setAll(ctx, values, quiet = false) {
    if (this.told(ctx)) ctx.set({ changes: this.cells.between(this.base(ctx), values) }, quiet);
  },

  /** After the last of several quiet changes: what is answered to it is stored. */
  settle(ctx) {
    const key = this.answerKey(ctx);
    if (!ctx.alone && this.isChanged(ctx) && !ctx.facts.answer[key]) this.askAnswer(ctx, key, true);
    ctx.update();
  },

  /** A whole drag of the slider is undone as one step. */
  slide(ctx) {
    const { at } = ctx.state, { low, high } = this.cells.range(at);
    const value = tidy(low + (Number(this.slider.value) / Number(this.slider.max)) * (high - low));
    if (this.mode === "pen") {
      this.ink = value;
      return ctx.update();
    }
    this.put(ctx, at, value, this.sliding);
    this.sliding = true;
    return undefined;
  },

  /** The value of a full stroke of the pen. */
  inkOf(ctx) {
    const { high } = this.image(ctx);
    return this.ink ?? (Array.isArray(high) ? Math.max(...high) : high);
  },

  toMode(ctx, mode) {
    this.mode = this.mode === mode ? "cell" : mode;
    ctx.say(ctx.t(`whatif_mode_${this.mode}`));
    ctx.update();
  },

  startDrawing(ctx) {
    const { start, rows, columns } = this.image(ctx);
    this.mode = "pen";
    const at = start + Math.floor(rows / 2) * columns + Math.floor(columns / 2);
    ctx.set({ blank: true, changes: [], face: "change", at });
    ctx.say(ctx.t("whatif_mode_pen"));
    ctx.update();
  },

  original(ctx) {
    this.mode = "cell";
    ctx.set({ blank: false, changes: [] });
    ctx.update();
  },

  arrow(ctx, right, down) {
    if (this.strip.focused) return this.strip.move(right + down);
    if (!this.told(ctx)) return undefined;
    const image = this.image(ctx), next = this.cells.move(ctx.state.at, right, down);
    if (this.mode === "move" && image) return this.setAll(ctx, shifted(this.values(ctx), image, right, down));
    if (this.mode !== "pen" || !image) return this.choose(ctx, next);
    const { row, column } = this.cells.find(next), point = { x: column + 0.5, y: row + 0.5 };
    const drawn = stroke(this.values(ctx), image, point, point, this.inkOf(ctx));
    ctx.set({ at: next, changes: this.cells.between(this.base(ctx), drawn) });
    return ctx.say(this.saidOf(ctx, this.values(ctx)));
  },

  /** Set the chosen cell: to an end of its range, or a sixteenth of it more or less. */
  step(ctx, by) {
    const { at } = ctx.state;
    if (!this.told(ctx)) return;
    this.put(ctx, at, this.cells.next(at, this.values(ctx)[at], by));
    ctx.say(this.saidOf(ctx, this.values(ctx)));
  },

  /** Take the ink or the word out of the chosen cell; a feature gets its mean. */
  empty(ctx) {
    const { at } = ctx.state;
    if (!this.told(ctx)) return;
    this.put(ctx, at, this.cells.fill(at));
    ctx.say(this.saidOf(ctx, this.values(ctx)));
  },

  smallestChange(ctx) {
    this.wants = this.mapsKey(ctx);
    ctx.lazy("smallest", this.wants);
    if (ctx.alone && !ctx.facts.smallest[this.wants]) {
      this.wants = null;
      return ctx.say(ctx.t(ctx.facts.stale ? "learned_stale" : "whatif_alone"));
    }
    return ctx.update();
  },

  /** When the smallest change is known: ask for it in ask mode, and make it. */
  applySmallest(ctx) {
    const found = this.wants && ctx.lazy("smallest", this.wants);
    if (!found) return;
    this.wants = null;
    if (found.none) return void ctx.say(ctx.t("whatif_nothing_to_try"));
    ctx.ask(found.question, () => this.makeSmallest(ctx, found));
  },

  makeSmallest(ctx, found) {
    const values = this.values(ctx), before = this.after(ctx) ?? this.told(ctx).answers, said = values[found.cell];
    const target = this.target(ctx);
    values[found.cell] = found.value;
    ctx.set({ at: found.cell, changes: this.cells.between(this.base(ctx), values) });
    ctx.say(this.smallestSaid(ctx, found, said, before, target));
  },

  smallestSaid(ctx, found, value, before, target) {
    const { facts } = ctx, wanted = facts.targets[target], several = facts.targets[0].kind === "classes";
    const own = several ? bestOf(facts, found.answers) : target, stays = !several || own === bestOf(facts, before);
    const told = { cell: this.cells.name(found.cell), before: this.cells.value(found.cell, value),
      value: this.cells.value(found.cell, found.value), target: wanted.name, p: amount(ctx, before[target], wanted),
      after: amount(ctx, found.answers[target], wanted), answer: facts.targets[own].name };
    const tried = ctx.t(found.tried < found.possible ? "whatif_tried" : "whatif_tried_all", found);
    const key = !several ? "whatif_best_shift" : stays ? "whatif_best_stay" : "whatif_best_turn";
    return `${ctx.t(key, told)} ${tried}`;
  },
};
