import assert from "node:assert/strict";
import { test } from "node:test";
import { windowAround } from "../../funclab/view/inside/attention.js";
import { listedRows } from "../../funclab/view/inside/sum.js";
import { numeral, rounding } from "../../funclab/view/learned/learned.js";
import { agrees, Sums, windowAt } from "../../funclab/view/inside/sums.js";

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
