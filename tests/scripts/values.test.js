// The numbers that a page has of each call: stored ones, maps that are smaller or of some channels, and the kernel's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filled } from "../../funclab/view/live/sentences.js";
import { Values } from "../../funclab/view/inside/values.js";

const packed = (numbers, ...shape) => ({ bits: 32, shape, data: Buffer.from(Float32Array.from(numbers).buffer).toString("base64") });
const upTo = (n, first = 0) => Array.from({ length: n }, (_, i) => first + i);

/**
 * Two calls, of which samples 3 and 5 are stored: one of 2 by 2 by 2 numbers, and one of 4 by 4 by 3, of which channels
 * 2 and 0 are drawn, at half their size.
 */
function values(state = {}, more = {}) {
  const asked = [], told = more.told ?? {};
  const calls = [
    { recipe: { kind: "" }, plane: [2, 2, 2], channels: null, factor: 1, tops: [[5, 3]], data: packed(upTo(16, -4), 2, 2, 2, 2) },
    { recipe: { kind: "sum", sources: [0], bias: packed([7, 8], 2) }, plane: [4, 4, 3], channels: [2, 0], factor: 2, tops: [],
      data: packed(upTo(16), 2, 2, 2, 2) },
  ];
  const facts = { calls, kept: [3, 5], says: { 5: "bee" }, attention: { 1: { samples: {} } }, whole: false, ...more.facts };
  const ctx = { facts, state: { sample: 5, ...state }, alone: false, t: (key, given) => filled(TEXTS[key], given ?? {}),
    lazy: (kind, key) => { asked.push(`${kind} ${key}`); return told[`${kind} ${key}`] ?? null; }, ...more.ctx };
  return { values: new Values(/** @type {any} */ (ctx)), asked, ctx };
}

test("of a stored sample there are its own numbers, and maps of its channels", () => {
  const { values: known, asked } = values();

  assert.deepEqual([...known.of(0).values], upTo(8, 4));
  assert.deepEqual([...values({ sample: 3 }).values.of(0).values], upTo(8, -4));
  assert.deepEqual([...known.map(0, 1).values], [5, 7, 9, 11]);
  assert.deepEqual([known.map(1, 2), known.map(1, 0)].map((map) => [...map.values]), [[8, 10, 12, 14], [9, 11, 13, 15]]);
  assert.deepEqual([known.map(1, 1), known.map(0, 0).rows, known.of(1).count], [null, 2, 2]);
  assert.deepEqual([known.here, known.says, asked, known.tops(0, 0), known.tops(0, 1)], [true, "bee", [], [5, 3], []]);
});

test("the largest size is that of a sample or of one of its channels", () => {
  const first = values({ sample: 3 }).values; // −4 to 3

  assert.deepEqual([first.top(0), first.top(0, 1), first.top(0, 0), first.top(1, 1)], [4, 3, 4, 0]);
  assert.deepEqual([first.peak(0, 1), first.peak(1, 0), first.peak(1, 1)], [[1, 1], [2, 2], [0, 0]]);
  assert.deepEqual(values({}, { facts: { calls: [{ ...values().ctx.facts.calls[0], data: packed([-1, -5, -3, -4], 1, 2, 2, 1),
    plane: [2, 2, 1] }], kept: [5] } }).values.peak(0, 0), [0, 0]);
});

test("what is drawn smaller stands for the number, until the kernel sends it", () => {
  const { values: known, asked } = values();
  assert.deepEqual([known.number(1, [3, 1], 2), known.number(1, [1, 3], 0), known.number(1, [0, 0], 1)], [12, 11, NaN]);
  assert.deepEqual([known.written(1, [3, 1], 2), known.written(1, [3, 1], 1)],
    [TEXTS.inside_about.replace("{value}", "12.00"), TEXTS.inside_unknown]);
  assert.ok(asked.length && asked.every((one) => one === "exact 5 1"));

  const sent = { "exact 5 1": packed(upTo(48), 4, 4, 3) }, exact = values({}, { told: sent }).values;
  assert.deepEqual([exact.number(1, [3, 1], 2), exact.written(1, [2, 3], 1)], [3 * 12 + 3 + 2, "34.000"]);
  const kept = { exact: { "5 1": packed(upTo(48, 100), 4, 4, 3) } };
  assert.equal(values({}, { facts: kept, ctx: { alone: true } }).values.number(1, [0, 0], 0), 100);
  const alone = values({}, { ctx: { alone: true } });
  assert.deepEqual([alone.values.exact(1), alone.asked], [null, []]);
  const whole = values({}, { facts: { whole: true } });
  assert.deepEqual([whole.values.number(0, [1, 0], 1), whole.asked], [9, []]);
});

test("another sample comes from the kernel, once", () => {
  const sent = { "sample 7": { says: "cow", data: [packed(upTo(8, 50), 1, 2, 2, 2), null], attention: {}, expected: {} } };
  const { values: known } = values({ sample: 7 }, { told: sent });

  assert.deepEqual([known.here, known.says, [...known.of(0).values], known.of(1)], [true, "cow", upTo(8, 50), null]);
  const waiting = values({ sample: 7 }).values;
  assert.deepEqual([waiting.here, waiting.says, waiting.of(0), waiting.top(0), waiting.map(0, 0)], [false, "", null, 0, null]);
  assert.deepEqual([...known.ofSample(3).of(0).values], upTo(8, -4));
  assert.equal(known.of(0), known.of(0));
});

test("nothing is kept of a model that has changed", () => {
  const { values: known, ctx } = values();
  const before = known.of(0);
  ctx.facts = { ...ctx.facts, calls: [{ ...ctx.facts.calls[0], data: packed(upTo(16, 90), 2, 2, 2, 2) }] };

  assert.notEqual(known.of(0), before);
  assert.deepEqual([...known.of(0).values], upTo(8, 98));
});

test("a recipe has its usual settings, and a kernel is asked for its kernel alone", () => {
  const { values: known, asked } = values({}, { told: { "kernel 1": packed([1, 2], 2) } });

  const { recipe } = known.calls[1];
  assert.deepEqual([recipe.op, recipe.axis, recipe.divisor, recipe.activation, recipe.settings, recipe.group, recipe.epsilon],
    ["", 2, 1, "linear", {}, 0, 0]);
  assert.deepEqual([recipe.window, recipe.numbers], [[[1, 1], [1, 1], [1, 1], [0, 0]], [null]]);
  assert.deepEqual([known.weight(1, "bias"), known.weight(1, "kernel"), known.weight(1, "scale")].map((one) => one && [...one]),
    [[7, 8], [1, 2], null]);
  assert.deepEqual([asked, values({}, { ctx: { alone: true } }).values.weight(1, "kernel")], [["kernel 1"], null]);
});

test("attention and expectations are those of the sample", () => {
  const looked = { words: ["a"], weights: packed([1, 0], 1, 1, 2), scores: null };
  const facts = { attention: { 1: { samples: { 5: looked } } }, expected: { 1: { 5: ["soon"] } } };
  const known = values({}, { facts }).values, other = { attention: { 1: looked }, expected: { 1: { 7: ["late"] } }, data: [] };

  assert.deepEqual([known.attention(1).words, known.attention(1).weights.shape, [...known.attention(1).weights.values]],
    [["a"], [1, 1, 2], [1, 0]]);
  assert.deepEqual([known.attention(0), known.attention(1).scores, known.expected(1), known.expected(0)], [null, null, ["soon"], null]);
  const sent = values({ sample: 7 }, { told: { "sample 7": other } }).values;
  assert.deepEqual([[...sent.attention(1).weights.values], sent.expected(1)], [[1, 0], ["late"]]);
});
