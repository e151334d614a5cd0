// The numbers that a page has of a view: of the stored samples, and of others that the kernel sends.

import { numeral, rowOf, unpacked } from "../learned/learned.js";

/** The settings of a recipe that are not stored, as they are the usual ones. */
const USUAL = { op: "", axis: 2, divisor: 1, activation: "linear", settings: {}, group: 0, epsilon: 0,
  window: [[1, 1], [1, 1], [1, 1], [0, 0]] };

export class Values {
  /** @param {Context} ctx */
  constructor(ctx) {
    this.ctx = ctx;
    this.known = new Map();
  }

  /** The calls, with all settings of their recipes. */
  get calls() {
    return this.once("calls", () => this.ctx.facts.calls.map((call) => ({ ...call,
      recipe: { ...USUAL, numbers: call.recipe.sources?.map(() => null), ...call.recipe } })));
  }

  get sample() { return this.ctx.state.sample; }

  /** The same of another sample than the present one. */
  ofSample(sample) { return Object.create(this, { sample: { value: sample } }); }

  /** Compute something once for the facts that are shown. */
  once(key, make) {
    if (this.facts !== this.ctx.facts) {
      this.facts = this.ctx.facts;
      this.known.clear();
    }
    if (!this.known.has(key)) {
      const made = make();
      if (made == null) return null;
      this.known.set(key, made);
    }
    return this.known.get(key);
  }

  /** What the kernel sends of a sample that is not stored; null until then. */
  get more() {
    return this.ctx.facts.kept.includes(this.sample) ? null : this.ctx.lazy("sample", this.sample);
  }

  /** Whether the numbers of this sample are here, and whether they may still come. */
  get here() { return this.ctx.facts.kept.includes(this.sample) || Boolean(this.more); }

  /** The model's answer in words. */
  get says() { return this.ctx.facts.says[this.sample] ?? this.more?.says ?? ""; }

  /** The numbers of a call for the sample as they are drawn: perhaps of some channels, and in smaller maps. */
  of(index) {
    return this.once(`${index} ${this.sample}`, () => {
      const call = this.calls[index], at = this.ctx.facts.kept.indexOf(this.sample);
      const packed = at < 0 ? this.more?.data[index] : call.data;
      if (!packed) return null;
      const whole = this.once(at < 0 ? `new ${index} ${this.sample}` : `all ${index}`, () => unpacked(packed));
      const [, rows, columns, count] = packed.shape;
      const values = rowOf(whole, packed.shape, Math.max(0, at));
      return { values, rows, columns, count, channels: call.channels, factor: call.factor };
    });
  }

  /** All numbers of a call for the sample, for sums; null while they are not here. */
  exact(index) {
    const { facts } = this.ctx, drawn = this.of(index);
    if (facts.whole) return drawn && { values: drawn.values, plane: this.calls[index].plane };
    const key = `${this.sample} ${index}`,
      packed = facts.exact?.[key] ?? (this.ctx.alone ? null : this.ctx.lazy("exact", key));
    return packed && this.once(`exact ${key}`, () => ({ values: unpacked(packed), plane: this.calls[index].plane }));
  }

  /** A weight of a recipe; null while it is not here. */
  weight(index, name) {
    const { recipe } = this.calls[index];
    const packed = recipe[name] ?? (name === "kernel" && !this.ctx.alone ? this.ctx.lazy("kernel", index) : null);
    return packed && this.once(`${name} ${index}`, () => unpacked(packed));
  }

  /** The map of a channel of a call, as it is drawn; null if it is not stored. */
  map(index, channel) {
    const drawn = this.of(index);
    const at = drawn?.channels ? drawn.channels.indexOf(channel) : channel;
    if (!drawn || at < 0) return null;
    return this.once(`${index} ${this.sample} map ${channel}`, () => {
      const { values, rows, columns, count } = drawn;
      return { rows, columns, values: Float32Array.from({ length: rows * columns }, (_, i) => values[i * count + at]) };
    });
  }

  /** The largest size among a call's numbers for the sample, or among those of a channel. */
  top(index, channel = null) {
    return this.once(`${index} ${this.sample} top ${channel}`, () => {
      const from = channel == null ? this.of(index) : this.map(index, channel);
      return from && from.values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
    }) ?? 0;
  }

  /** A number of a call, as it was computed or else as it is stored. */
  number(index, [row, column], channel) {
    const exact = this.exact(index);
    if (exact) return exact.values[(row * exact.plane[1] + column) * exact.plane[2] + channel];
    const drawn = this.of(index), map = this.map(index, channel);
    return map ? map.values[Math.floor(row / drawn.factor) * map.columns + Math.floor(column / drawn.factor)] : NaN;
  }

  /** A number as it is read: what is stored only roughly is so marked, what is not stored is said. */
  written(index, at, channel) {
    const value = this.number(index, at, channel), stored = this.exact(index) || this.map(index, channel);
    if (!stored) return this.ctx.t("inside_unknown");
    return this.exact(index) ? numeral(value) : this.ctx.t("inside_about", { value: numeral(value, 2) });
  }

  /** The place with the largest number of a channel. */
  peak(index, channel) {
    const map = this.map(index, channel), factor = this.of(index)?.factor ?? 1;
    if (!map) return [0, 0];
    const at = map.values.indexOf(map.values.reduce((a, b) => Math.max(a, b), -Infinity));
    return [Math.floor(at / map.columns) * factor, (at % map.columns) * factor];
  }

  /** What a call expects at each position of the sample; null where it does not name classes. */
  expected(index) {
    const known = this.ctx.facts.expected?.[index] ?? this.more?.expected[index];
    return known?.[this.sample] ?? this.more?.expected[index]?.[this.sample] ?? null;
  }

  /** What attention a call pays in the sample; null where nothing is stored. */
  attention(index) {
    const known = this.ctx.facts.attention[index]?.samples[this.sample] ?? this.more?.attention[index];
    if (!known) return null;
    return this.once(`attention ${index} ${this.sample}`, () => {
      const arrays = ["weights", "scores", "query", "key"].filter((name) => known[name]);
      return { ...known, ...Object.fromEntries(arrays.map((name) =>
        [name, { shape: known[name].shape, values: unpacked(known[name]) }])) };
    });
  }

  /** The samples with the largest number of a channel. */
  tops(index, channel) { return this.calls[index].tops[channel] ?? []; }
}
