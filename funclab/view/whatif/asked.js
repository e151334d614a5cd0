// What is known of the present state, and what is asked of the kernel: methods of the view.

import { same } from "../live/core.js";
import { unpacked } from "../learned/learned.js";

/** @type {Record<string, (ctx: any, ...given: any[]) => any> & ThisType<any>} */
export const asked = {
  told(ctx) { return ctx.lazy("sample", String(ctx.state.sample)); },
  base(ctx) { return this.cells.base(this.told(ctx), ctx.state.blank); },
  values(ctx) { return this.cells.changed(this.base(ctx), ctx.state.changes); },
  isChanged({ state }) { return state.blank || state.changes.length > 0; },
  answerKey({ state }) { return JSON.stringify([state.sample, state.blank, state.changes]); },
  image() { return this.cells.parts.find(({ kind }) => kind === "image") ?? null; },
  answerName(ctx) { return ctx.facts.targets[this.target(ctx)].name; },

  /** The maps of the face. */
  names({ state: { face }, facts }) { return facts.maps_of.filter((name) => face === "all" || name === face); },

  target(ctx) {
    const { of } = ctx.state, named = ctx.facts.targets.findIndex(({ name }) => name === of);
    return named < 0 ? this.told(ctx).own : named;
  },

  mapsKey(ctx, target = this.target(ctx)) {
    const { sample, blank, changes } = ctx.state;
    return JSON.stringify([sample, blank, changes, target]);
  },

  /** The maps of the present sample; null while they are computed, false if they are not stored. */
  mapsOf(ctx, target = this.target(ctx)) {
    if (!this.names(ctx).length) return null;
    const key = this.mapsKey(ctx, target), found = ctx.lazy("maps", key);
    if (found && !found.more) return found;
    if (found) this.goOn(ctx, key, found.more);
    return ctx.alone ? false : null;
  },

  /** Which part of the present maps is computed, while that goes on; 0 otherwise. */
  partOf(ctx) {
    if (ctx.alone || !this.names(ctx).length) return 0;
    const key = this.mapsKey(ctx);
    return (ctx.facts.maps[key] ?? ctx.got[`maps ${key}`])?.more ?? 0;
  },

  /** Ask for the next piece of maps, once. */
  goOn(ctx, key, done) {
    if (ctx.alone || this.halted || this.pieces[key] === done) return;
    this.pieces[key] = done;
    ctx.model.send({ ask: "maps", key });
  },

  /** Stop maps that are computed, or go on with them. */
  halt(ctx) {
    this.halted = !this.halted;
    ctx.update();
  },

  /** The answers to the sample as it is changed: stored ones, those of a curve, or from the kernel. */
  after(ctx) {
    const key = this.answerKey(ctx), { facts, got } = ctx;
    if (!this.isChanged(ctx)) return this.told(ctx).answers;
    if (got[`answer ${this.waiting}`] || facts.answer[this.waiting]) this.waiting = null;
    const known = facts.answer[key] ?? got[`answer ${key}`] ?? this.onCurve(ctx) ?? this.asTried(ctx);
    if (!known && !ctx.alone && this.waiting === null) this.askAnswer(ctx, key, !this.stroking);
    return known ?? null;
  },

  /** Ask for an answer, and perhaps have it stored. */
  askAnswer(ctx, key, keep) {
    this.waiting = key;
    ctx.model.send({ ask: "answer", key, keep });
  },

  /** From the curve of a feature, if only that is changed, and to a value of the curve. */
  onCurve({ state: { sample, blank, changes }, facts }) {
    const curve = changes.length === 2 && !blank && facts.curves[sample]?.[changes[0]];
    if (!curve) return null;
    const { low, high, whole } = this.cells.range(changes[0]), [points, count] = curve.shape;
    const at = whole ? changes[1] : ((changes[1] - low) / (high - low)) * (points - 1), near = Math.round(at);
    if (Math.abs(at - near) > 1e-4) return null;
    return [...unpacked(curve).subarray(near * count, (near + 1) * count)];
  },

  /** From the smallest change that was found. */
  asTried({ state: { sample, blank, changes }, facts }) {
    const own = [sample, blank, []];
    const found = Object.entries(facts.smallest).find(([key, { cell, value }]) =>
      same(JSON.parse(key).slice(0, 3), own) && same(changes, [cell, value]));
    return found?.[1].answers ?? null;
  },

  /** Measure how far the maps are to be trusted, piece by piece. */
  measure(ctx) {
    const { trust } = ctx.facts, done = trust && !trust.more, at = trust?.samples ?? -1;
    if (done || this.stopped || ctx.alone || !this.names(ctx).length || this.measured === at) return;
    this.measured = at;
    ctx.model.send({ ask: "trust", key: at });
  },

  stop(ctx) {
    this.stopped = true;
    ctx.update();
  },

  /** The maps and curves of the other samples of the strip, one after the other: then they are stored. */
  prefetch(ctx) {
    const { facts, got, alone } = ctx, measuring = facts.trust?.more && !this.stopped;
    const [kind, key] = this.fetching ?? [], there = kind && (facts[kind][key] ?? got[`${kind} ${key}`]);
    if (alone || measuring || (kind && !there) || this.partOf(ctx)) return undefined;
    if (there?.more) return this.goOn(ctx, key, there.more);
    const next = this.wanted(ctx).find(([kind, key]) => !facts[kind][key] && got[`${kind} ${key}`] === undefined);
    this.fetching = next ?? null;
    return next && ctx.lazy(...next);
  },

  wanted({ facts }) {
    const hasRows = this.cells.parts.some(({ kind }) => kind === "row"), several = facts.targets[0].kind === "classes";
    return this.strip.samples.filter(({ sample }) => facts.sample[sample]).flatMap(({ sample }) => {
      const { own, truths } = facts.sample[sample], targets = new Set([own, several ? truths[0] ?? own : own]);
      const maps = [...targets].map((target) => ["maps", JSON.stringify([sample, false, [], target])]);
      return hasRows ? [["curves", String(sample)], ...maps] : maps;
    });
  },
};
