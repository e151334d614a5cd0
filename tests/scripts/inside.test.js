import assert from "node:assert/strict";
import { test } from "node:test";
import { windowAround } from "../../funclab/view/inside/attention.js";
import { listedRows } from "../../funclab/view/inside/sum.js";
import { agrees, Missing, Sums, windowAt } from "../../funclab/view/inside/sums.js";
import { numeral, rounding } from "../../funclab/view/learned/learned.js";

const USUAL = { window: [[1, 1], [1, 1], [1, 1], [0, 0]], activation: "linear", settings: {}, divisor: 1, axis: 2,
  group: 0, epsilon: 0 };

/** Calls of which the first ones are sources, and the last is the one that is asked for. */
function sums(recipe, sources, weights = {}) {
  const calls = [...sources.map(({ plane }) => ({ plane, recipe: {} })),
    { plane: recipe.plane ?? [1, 1, 1],
      recipe: { ...USUAL, sources: sources.map((_, i) => i), numbers: [], ...recipe } }];
  return new Sums({ calls, exact: (i) => sources[i], weight: (_, name) => weights[name] ?? null });
}

const plane = (rows, columns, channels) => ({ plane: [rows, columns, channels],
  values: Float32Array.from({ length: rows * columns * channels }, (_, i) => i + 1) });

test("a window has the places inside the map, and -1 in the padding", () => {
  const recipe = { window: [[3, 3], [2, 2], [1, 1], [1, 1]] };

  assert.deepEqual(windowAt(recipe, [4, 4, 1], [0, 0]), [-1, -1, -1, -1, 0, 1, -1, 4, 5]);
  assert.deepEqual(windowAt({ window: [[2, 2], [1, 1], [2, 2], [0, 0]] }, [4, 4, 1], [1, 1]), [5, 7, 13, 15]);
});

test("a sum is made of the products of each channel, a bias and the activation", () => {
  const recipe = { kind: "sum", size: [1, 2, 2, 1], window: [[1, 2], [1, 1], [1, 1], [0, 0]], activation: "relu" };
  const made = sums(recipe, [plane(1, 3, 2)], { kernel: [1, 2, 3, 4], bias: [-60] }).of(1, [0, 1], 0);

  // The places 1 and 2 hold (3, 4) and (5, 6); the taps of channel 0 are 1 and 3, of channel 1 2 and 4.
  assert.deepEqual(made.rows.map((row) => row.partial), [3 * 1 + 5 * 3, 4 * 2 + 6 * 4]);
  assert.deepEqual([made.total, made.bias, made.result], [50, -60, 0]);
});

test("groups read their own channels, and a softmax all scores of the place", () => {
  const grouped = sums({ kind: "sum", size: [1, 1, 1, 2] }, [plane(1, 1, 2)], { kernel: [10, 100] });
  assert.deepEqual([0, 1].map((k) => grouped.of(1, [0, 0], k).result), [10, 200]);

  const recipe = { kind: "sum", size: [1, 1, 1, 2], activation: "softmax" };
  const classes = sums(recipe, [plane(1, 1, 1)], { kernel: [0, Math.log(3)] });
  assert.ok(Math.abs(classes.of(1, [0, 0], 1).result - 0.75) < 1e-9);
});

test("pooling, merging, joining, copying and normalizing", () => {
  const image = plane(2, 2, 2), window = [[2, 2], [1, 1], [1, 1], [0, 0]];
  assert.equal(sums({ kind: "largest", window }, [image]).of(1, [0, 0], 1).result, 8);
  assert.equal(sums({ kind: "mean", window }, [image]).of(1, [0, 0], 0).result, 4);
  assert.equal(sums({ kind: "merge", op: "add", divisor: 2 }, [image, image]).of(2, [1, 1], 0).result, 7);
  assert.deepEqual(sums({ kind: "joined" }, [image, image]).of(2, [0, 1], 3), { from: 1, place: [0, 1, 1], result: 4 });
  assert.deepEqual(sums({ kind: "copy", plane: [1, 1, 8] }, [image]).of(1, [0, 0], 6), { place: [1, 1, 0], result: 7 });
  const normal = sums({ kind: "normal" }, [image], { mean: [1, 2], variance: [4, 4], scale: [3, 3], offset: [1, 1] });
  assert.equal(normal.of(1, [0, 1], 1).result, ((4 - 2) / 2) * 3 + 1);
});

test("a window of a volume has the rows of each slice, and a blend the weights of its place", () => {
  const recipe = { window: [[2, 1], [1, 1], [1, 1], [0, 0]], deep: [2, 1, 1, 1, 3, 2] };

  // Slices of 3 rows become slices of 2: row 2 is the first one of slice 1, which reads slices 0 and 1.
  assert.deepEqual(windowAt(recipe, [6, 1, 1], [2, 0]), [0, 1, 3, 4]);
  assert.deepEqual(windowAt(recipe, [6, 1, 1], [1, 0]), [-1, -1, 1, 2]);
  const weights = { down: Float32Array.of(0, 0.5, 0.5), across: Float32Array.of(0, 1, 0, 0, 0.75, 0.25) };
  const made = sums({ kind: "blend", plane: [1, 2, 1] }, [plane(2, 2, 1)], weights).of(1, [0, 1], 0);
  assert.equal(made.result, 0.5 * (0.75 * 1 + 0.25 * 2) + 0.5 * (0.75 * 3 + 0.25 * 4));
});

test("a transposed window has the places whose own windows reach a number", () => {
  const recipe = { window: [[1, 3], [1, 2], [1, 1], [0, 1]], transposed: true };

  // Place i writes to 2 i - 1, 2 i and 2 i + 1: number 3 is reached by the ends of 1 and 2, number 2 by the middle of 1.
  assert.deepEqual(windowAt(recipe, [1, 4, 1], [0, 3]), [2, -1, 1]);
  assert.deepEqual(windowAt(recipe, [1, 4, 1], [0, 2]), [-1, 1, -1]);
  assert.deepEqual(windowAt(recipe, [1, 4, 1], [0, 7]), [-1, -1, 3]);
});

test("repeated places, and groups of channels that are normalized together", () => {
  const image = plane(2, 2, 2), window = [[1, 1], [3, 2], [1, 1], [0, 0]];
  assert.deepEqual(sums({ kind: "repeat", window }, [image]).of(1, [4, 1], 1), { place: [1, 0, 1], result: 6 });
  const made = sums({ kind: "normal", group: 1 }, [image], { scale: [1, 2], offset: [0, 5] }).of(1, [0, 0], 1);
  assert.deepEqual([made.steps.mean, made.steps.variance, made.result], [5, 5, ((2 - 5) / Math.sqrt(5)) * 2 + 5]);
});

test("of many rows the largest are listed, in order, and the others together", () => {
  const rows = [3, -9, 1, 5].map((partial, channel) => ({ partial, channel }));

  assert.deepEqual(listedRows(rows, 4), { shown: rows, others: null });
  assert.deepEqual(listedRows(rows, 3), { shown: [rows[1], rows[3]], others: { count: 2, partial: 4 } });
});

test("what is written of parts and of their sum differs by what is called rounding", () => {
  assert.equal(rounding([0.25, 0.5], 0.75), 0);
  assert.equal(numeral(rounding([3.5334, 0.0304], 3.5638)), "0.001"); // 3.533 + 0.030 + 0.001 = 3.564
  assert.equal(numeral(rounding([1234.5006, -0.0006], 1234.5)), "0.000");
  assert.equal(numeral(rounding([0.0006, 0.0006], 0.0012)), "−0.001");
  assert.equal(rounding([NaN, 1], NaN), 0);
});

test("a result agrees with the engine up to rounding, and a window of positions stays inside", () => {
  assert.ok(agrees({ result: 1.0004, total: 1 }, 1));
  assert.ok(!agrees({ result: 1.01, total: 1 }, 1));
  assert.deepEqual([windowAround(0, 30), windowAround(29, 30), windowAround(3, 9)],
    [{ start: 0, end: 24 }, { start: 6, end: 30 }, { start: 0, end: 9 }]);
});

test("activations make the numbers that Python's math makes", () => {
  // [math.erf, math.exp, ...] of −2, −0.5, 0.5 and 3, to seven digits.
  const wanted = {
    linear: [-2, -0.5, 0.5, 3], sigmoid: [0.1192029, 0.3775407, 0.6224593, 0.9525741],
    tanh: [-0.9640276, -0.4621172, 0.4621172, 0.9950548], elu: [-0.8646647, -0.3934693, 0.5, 3],
    silu: [-0.2384058, -0.1887703, 0.3112297, 2.857722], gelu: [-0.0455003, -0.1542688, 0.3457312, 2.99595],
    softplus: [0.126928, 0.474077, 0.974077, 3.048587],
  };
  const at = (z, activation, settings = {}) =>
    sums({ kind: "activation", activation, settings }, [{ plane: [1, 1, 2], values: Float64Array.of(9, z) }])
      .of(1, [0, 0], 1);

  for (const [activation, numbers] of Object.entries(wanted))
    [-2, -0.5, 0.5, 3].forEach((z, i) => assert.ok(Math.abs(at(z, activation).result - numbers[i]) < 1e-6, activation));
  assert.deepEqual([at(3, "tanh").total, at(1, "none").result], [3, NaN]);
  const bent = { negative_slope: 0.25, max_value: 6, threshold: 1 };
  assert.deepEqual([-3, 0, 1, 2, 7].map((z) => at(z, "relu", bent).result), [-1, -0.25, 1, 2, 6]);
  assert.deepEqual([-3, 0, 0.5, 7].map((z) => at(z, "relu").result), [0, 0, 0.5, 7]);
});

test("the number of a later row and column is read there, by whatever makes it", () => {
  const image = plane(2, 3, 2), other = plane(2, 3, 2); // row 1, column 2 holds 11 and 12
  const of = (recipe, weights = {}) => sums(recipe, [image, other], weights).of(2, [1, 2], 1);

  assert.deepEqual([of({ kind: "activation", activation: "linear" }).result, of({ kind: "normal" }).steps.x], [12, 12]);
  assert.deepEqual(of({ kind: "copy", plane: [2, 3, 2] }), { place: [1, 2, 1], result: 12 });
  assert.deepEqual(of({ kind: "repeat", window: [[1, 1], [1, 1]] }), { place: [1, 2, 1], result: 12 });
  const two = sums({ kind: "activation", activation: "softmax" }, [image]);
  for (const at of [[0, 0], [1, 2]]) assert.equal(two.of(1, at, 1).result, 1 / (1 + Math.exp(-1)));
  const joined = (axis, at) => sums({ kind: "joined", axis }, [image, other]).of(2, at, 1);
  assert.deepEqual([joined(0, [3, 2]), joined(0, [1, 2]), joined(1, [1, 5])].map(({ from, place, result }) =>
    [from, place, result]), [[1, [1, 2, 1], 12], [0, [1, 2, 1], 12], [1, [1, 2, 1], 12]]);
  assert.equal(joined(0, [4, 0]), null);
});

test("merged numbers keep their order, and one of a smaller source is read again", () => {
  const image = plane(2, 3, 2), line = { plane: [1, 3, 1], values: Float32Array.of(2, 3, 4) };
  const merged = (op, at) => sums({ kind: "merge", op }, [image, line]).of(2, at, 1);

  assert.deepEqual(["add", "subtract", "multiply", "maximum", "minimum"].map((op) => merged(op, [1, 2]).result),
    [16, 8, 48, 12, 4]);
  assert.deepEqual([merged("subtract", [0, 1]).parts, merged("subtract", [1, 1]).parts], [[4, 3], [10, 3]]);
  const number = sums({ kind: "merge", op: "multiply", sources: [0, null], numbers: [null, 3] }, [image]);
  assert.deepEqual(number.of(1, [1, 2], 1), { parts: [12, 3], result: 36 });
});

test("what a sum lacks is missing, and what makes no sum is not made", () => {
  const recipe = { kind: "sum", size: [1, 1, 1, 1] }, known = { kernel: [3], bias: [4] };

  assert.throws(() => sums(recipe, [plane(1, 1, 1)]).of(1, [0, 0], 0), Missing);
  assert.throws(() => sums({ ...recipe, sources: [null] }, [], known).of(0, [0, 0], 0), Missing);
  assert.equal(sums({ kind: "" }, [plane(1, 1, 1)]).of(1, [0, 0], 0), null);
  assert.equal(sums(recipe, [plane(1, 1, 1)], { kernel: [3] }).of(1, [0, 0], 0).bias, null);
});

test("a filter reads the channels of its group, with the padding as zeros", () => {
  // Four channels in two groups of two, and two filters for each: filter k of a group weighs by 10 to the k.
  const image = { plane: [1, 2, 4], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  const window = [[1, 2], [1, 1], [1, 1], [0, 1]];
  const kernel = [1, 2, 3, 4].flatMap((number) => [1, 10, 100, 1000].map((weight) => number * weight));
  const recipe = { kind: "sum", size: [1, 2, 2, 4], window };
  const made = (k, at) => sums(recipe, [image], { kernel, bias: [0, 0, 7, 0] }).of(1, at, k);

  assert.deepEqual(made(0, [0, 0]).rows, [
    { channel: 0, inside: [false, true], window: [0, 1], weights: [1, 3], partial: 3 },
    { channel: 1, inside: [false, true], window: [0, 2], weights: [2, 4], partial: 8 }]);
  assert.deepEqual([0, 1, 2, 3].map((k) => made(k, [0, 1]).total), [1, 10, 100, 1000].map((weight, k) =>
    weight * (k < 2 ? 1 * 1 + 2 * 2 + 3 * 5 + 4 * 6 : 1 * 3 + 2 * 4 + 3 * 7 + 4 * 8)));
  assert.deepEqual([made(2, [0, 1]).bias, made(2, [0, 1]).result], [7, 6407]);
});

test("a softmax compares the sums with their biases", () => {
  const recipe = { kind: "sum", size: [1, 1, 2, 3], activation: "softmax" }, image = plane(1, 1, 2);
  const made = (bias) => sums(recipe, [image], { kernel: [1, 0, 0, 0, 1, 0], ...bias }).of(1, [0, 0], 1).result;
  const part = (scores) => Math.exp(scores[1]) / scores.reduce((all, score) => all + Math.exp(score), 0);

  assert.ok(Math.abs(made({}) - part([1, 2, 0])) < 1e-12);
  assert.ok(Math.abs(made({ bias: [0, 0.5, 3] }) - part([1, 2.5, 3])) < 1e-12);
});

test("a pooling leaves out the padding, and says what is in it", () => {
  const window = [[2, 2], [1, 1], [1, 1], [1, 1]];
  const image = { plane: [2, 2, 1], values: Float32Array.of(-4, -3, -2, -1) };
  const made = (kind, at) => sums({ kind, window }, [image]).of(1, at, 0);

  assert.deepEqual(made("largest", [0, 0]), { result: -4, rows: [
    { channel: 0, window: [0, 0, 0, -4], inside: [false, false, false, true] }] });
  assert.deepEqual([made("largest", [1, 1]).result, made("largest", [2, 2]).result], [-1, -1]);
  assert.deepEqual([[0, 1], [1, 1]].map((at) => made("mean", at)).map(({ count, result }) => [count, result]),
    [[2, -3.5], [4, -2.5]]);
});

test("a place normalized alone has the mean and the variance of its channels, and an epsilon", () => {
  const image = { plane: [2, 2, 2], values: Float32Array.of(9, 9, 9, 9, 9, 9, 1, 5) };
  const made = sums({ kind: "normal", epsilon: 5 }, [image]).of(1, [1, 1], 1);

  assert.deepEqual(made.steps, { x: 5, mean: 3, variance: 4, scale: 1, offset: 0 });
  assert.equal(made.result, 2 / 3);
  const zero = sums({ kind: "normal", epsilon: 1 }, [image], { mean: [0, 0], variance: [0, 0], scale: [2, 0] });
  assert.deepEqual(zero.of(1, [1, 1], 1).steps, { x: 5, mean: 0, variance: 0, scale: 0, offset: 0 });
  const groups = { plane: [1, 2, 4], values: Float32Array.of(1, 2, 30, 40, 3, 4, 50, 60) };
  const mean = (k) => sums({ kind: "normal", group: 2 }, [groups]).of(1, [0, 0], k).steps.mean;
  assert.deepEqual([mean(1), mean(2)], [2.5, 45]);
});

test("a blend says which places it covers, and reads them with its channel", () => {
  const weights = { down: Float32Array.of(0, 1, 0, 1, 0.5, 0.5), across: Float32Array.of(1, 1, 0, 1) };
  const made = sums({ kind: "blend", plane: [2, 2, 2] }, [plane(3, 3, 2)], weights).of(1, [1, 0], 1);

  // Rows 1 and 2 in halves, column 1: the places 4 and 7, whose second channels hold 10 and 16.
  assert.deepEqual(made.rows, [{ channel: 1, inside: [true, true], window: [10, 16], weights: [0.5, 0.5],
    covers: [[1, 2], [1, 1]], partial: 13 }]);
  assert.deepEqual([made.total, made.result], [13, 13]);
});

test("copied numbers are found where they were", () => {
  const made = (at, channel) => sums({ kind: "copy", plane: [2, 3, 2] }, [plane(3, 2, 2)]).of(1, at, channel);

  // Number 10 of 12, from 0, was in row 2, column 1, channel 0; number 7 in row 1, column 1, channel 1.
  assert.deepEqual(made([1, 2], 0), { place: [2, 1, 0], result: 11 });
  assert.deepEqual(made([1, 0], 1), { place: [1, 1, 1], result: 8 });
});

test("windows end at the last row and column, and slices at theirs", () => {
  const steps = { window: [[2, 2], [2, 1], [1, 1], [0, 0]] };
  assert.deepEqual(windowAt(steps, [3, 2, 1], [1, 1]), [5, -1, -1, -1]);
  assert.deepEqual(windowAt(steps, [3, 3, 1], [0, 1]), [1, 2, 4, 5]);
  const deep = { window: [[2, 1], [1, 1], [1, 1], [0, 0]], deep: [1, 1, 1, 0, 3, 2] };
  assert.deepEqual(windowAt(deep, [6, 1, 1], [3, 0]), [4, 5]);
  assert.deepEqual(windowAt({ ...deep, window: [[2, 1], [1, 1], [1, 1], [1, 0]] }, [6, 1, 1], [2, 0]), [-1, 3]);
  assert.deepEqual(windowAt({ ...deep, deep: [1, 1, 1, 0, 3, 3] }, [6, 1, 1], [5, 0]), [5, -1]);
  assert.deepEqual(windowAt({ ...deep, deep: [1, 1, 1, 1, 3, 3] }, [6, 1, 1], [0, 0]), [-1, -1]);
});

test("how far a result may be off is a part of the largest term", () => {
  const near = { result: 100.05, total: 2, bias: null }, far = { result: 100.2, total: 2, bias: 3 };
  assert.deepEqual([agrees(near, 100), agrees(far, 100), agrees({ result: NaN }, 5)], [true, false, true]);
  const terms = [{}, { total: 20 }, { bias: -20 }].map((term) => agrees({ result: 0.01, ...term }, 0));
  assert.deepEqual([...terms, agrees({ result: 0.0005, total: 0.4 }, 0)], [false, true, true, false]);
});
