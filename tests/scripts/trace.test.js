import assert from "node:assert/strict";
import { test } from "node:test";
import { Sliding, inField, inSum } from "../../funclab/view/trace/sliding.js";

const array = (shape, numbers) => ({ shape, numbers });

/** Two channels of 3 by 3, zeros around them, one filter of 2 by 2 for each channel, two steps at a time. */
function convolution(changed = {}) {
  return new Sliding({
    kind: "sum", activation: "relu", size: [2, 2], strides: [2, 2], spread: [1, 1], before: [1, 1], depth: 3, each: 1,
    filters: 1, x: array([1, 2, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
    kernel: array([1, 2, 2, 2], [1, 10, 100, 1000, 1, 1, 1, 2]), bias: array([1], [-500]),
    sums: array([1, 2, 2], [1000, 3200, 7400, 9900]), made: array([1, 2, 2], [500, 2700, 6900, 9400]), ...changed,
  });
}

test("a window reads zeros in the padding, and multiplies place by place", () => {
  const elements = convolution().elements({ filter: 0, channel: 0, row: 0, column: 1 });

  assert.deepEqual(elements.map(({ number, weight, product, inside }) => [number, weight, product, inside]),
    [[0, 1, 0, false], [0, 10, 0, false], [2, 100, 200, true], [3, 1000, 3000, true]]);
  assert.deepEqual(convolution().margins, [1, 1, 0, 0]);
});

test("the parts of a sum come to the engine's, and the rest is from the other channels", () => {
  const at = (channel, row, column) => convolution().sum({ filter: 0, channel, row, column });

  assert.deepEqual(at(0, 0, 1), { parts: [["products", 3200], ["others", 0], ["bias", -500]], count: 4, total: 2700, result: 2700 });
  assert.deepEqual(at(0, 1, 1).parts, [["products", 5 + 60 + 800 + 9000], ["others", 35], ["bias", -500]]);
  assert.deepEqual(at(1, 1, 1).parts[0], ["products", 1]);
});

test("a filter is shown at its largest number, and nothing beyond what there is can be chosen", () => {
  const known = convolution();

  assert.deepEqual(known.chosen({}), { filter: 0, channel: 0, row: 1, column: 1 });
  assert.deepEqual(known.chosen({ filter: 7, channel: 9, place: [-1, 5] }), { filter: 0, channel: 1, row: 0, column: 1 });
  assert.deepEqual([known.around(0, 0), known.around(2, 2), known.around(0, 2)], [[0, 0], [1, 1], [0, 1]]);
});

test("the window around a position is the one whose middle is nearest", () => {
  for (const [size, stride, spread, before] of [[3, 1, 1, 1], [4, 2, 1, 1], [3, 2, 2, 2], [2, 2, 1, 0]]) {
    const pair = (value) => [value, value], places = 12;
    const known = convolution({ size: pair(size), strides: pair(stride), spread: pair(spread), before: pair(before),
      made: array([1, places, places], []) });
    const middle = (place) => place * stride - before + (spread * (size - 1)) / 2;
    for (let position = 0; position < 12; position++) {
      const away = Array.from({ length: places }, (_, place) => Math.abs(middle(place) - position));
      const [row, column] = known.around(position, position);
      assert.equal(row, column);
      assert.equal(away[row], Math.min(...away), `${[size, stride, spread, before]} at ${position}`);
    }
  }
});

test("a pooling takes the largest or the mean of what is inside", () => {
  const pooling = { kernel: undefined, sums: undefined, bias: undefined, activation: "", depth: 1, each: 1 };
  const largest = convolution({ ...pooling, kind: "largest", made: array([1, 2, 2], [1, 3, 7, 9]) });
  const mean = convolution({ ...pooling, kind: "mean", made: array([1, 2, 2], [1, 2.5, 5.5, 7]) });

  assert.deepEqual(largest.sum({ filter: 0, channel: 0, row: 0, column: 1 }), { parts: [], count: 2, total: 3, result: 3 });
  assert.deepEqual(mean.sum({ filter: 0, channel: 0, row: 0, column: 1 }), { parts: [], count: 2, total: 5, result: 2.5 });
});

test("a number in a field has four characters at most, and one of a sum has three decimals", () => {
  assert.deepEqual([0.123, -0.5, 1, -12.34, 255, 0.001, -2].map(inField), [".12", "−.50", "1", "−12", "255", "0", "−2"]);
  assert.deepEqual([1.3986, -0.0561, -0.0001, 123456].map(inSum), ["1.399", "−0.056", "0.000", "1.235e+5"]);
});

/** Filters 4 and 5 of 8, two for each of four channels: rows are two apart, and columns step by two from one before. */
function lopsided(changed = {}) {
  return convolution({ size: [2, 3], strides: [1, 2], spread: [2, 1], before: [0, 1], depth: 1, each: 2, filters: 8, first: 4,
    activation: "", x: array([4, 1, 3, 4], Array.from({ length: 48 }, (_, i) => i)), bias: undefined,
    kernel: array([2, 1, 2, 3], Array.from({ length: 12 }, (_, i) => 10 ** (i % 6) * (i < 6 ? 1 : -1))),
    sums: array([2, 1, 2], [1, 2, 3, 4]), made: array([2, 1, 2], [1, 2, 3, 4]), ...changed });
}

test("rows and columns have their own steps, and filters their own channel and weights", () => {
  const read = (filter, column) => lopsided().elements({ filter, channel: 0, row: 0, column })
    .map(({ i, j, number, weight, inside }) => [i, j, number, weight, inside]);

  // Filter 5 reads channel 2, whose numbers are 24 to 35, in rows 0 and 2.
  assert.deepEqual(read(5, 0), [[0, 0, 0, -1, false], [0, 1, 24, -10, true], [0, 2, 25, -100, true],
    [1, 0, 0, -1000, false], [1, 1, 32, -10_000, true], [1, 2, 33, -100_000, true]]);
  assert.deepEqual(read(4, 1).map(([, , number, weight]) => [number, weight]),
    [[25, 1], [26, 10], [27, 100], [33, 1000], [34, 10_000], [35, 100_000]]);
  assert.deepEqual(lopsided({ before: [1, 0] }).elements({ filter: 4, channel: 0, row: 1, column: 1 })
    .map(({ number, inside }) => [number, inside]),
  [[26, true], [27, true], [0, false], [34, true], [35, true], [0, false]]);
  assert.deepEqual([lopsided().map(4), lopsided().map(5)], [[[1, 2]], [[3, 4]]]);
  assert.deepEqual([lopsided().sum(lopsided().chosen({ filter: 5 })), lopsided().largest(4)],
    [{ parts: [["products", 4]], count: 6, total: 4, result: 4 }, [0, 1]]);
});

test("of the filters that are here one is chosen, and the window stays where there is one", () => {
  const known = lopsided();

  assert.deepEqual([0, 4, 5, 9].map((filter) => known.chosen({ filter, place: [0, 0] }).filter), [4, 4, 5, 5]);
  assert.deepEqual(known.chosen({ filter: 5, place: [3, -2] }), { filter: 5, channel: 0, row: 0, column: 0 });
  assert.deepEqual([known.around(9, 9), known.around(-9, -9)], [[0, 1], [0, 0]]);
});

test("windows may reach beyond the input at its ends, or not at all", () => {
  // Columns −1 to 3 of 4 and rows 0 to 2 of 3; with a step more, columns up to 5 and rows up to 4.
  assert.deepEqual(lopsided().margins, [0, 1, 0, 0]);
  const larger = lopsided({ made: array([2, 3, 3], Array(18).fill(0)), strides: [1, 2] });
  assert.deepEqual(larger.margins, [0, 1, 2, 2]);
  assert.deepEqual(lopsided({ size: [1, 1] }).margins, [0, 1, 0, 0]);
});

test("an activation is said only where there is one, and a bias only of its own", () => {
  const parts = (changed) => lopsided({ bias: array([2], [7, 9]), made: array([2, 1, 2], [8, 9, 12, 13]), ...changed })
    .sum({ filter: 5, channel: 0, row: 0, column: 0 });

  assert.deepEqual(parts(), { parts: [["products", 3], ["bias", 9]], count: 6, total: 12, result: 12 });
  assert.deepEqual(parts({ activation: "tanh", made: array([2, 1, 2], [0, 0, 0.5, 0]) }).total, 12);
  assert.deepEqual(parts({ activation: "tanh", bias: undefined }).total, 3);
});

test("numbers change their form at 1, 10, 100 and 100,000", () => {
  const written = [0, 9.96, 10, 10.6, 99.7, 100, 100.4, -1, -0.996, -1.25, -9.96, -100.25];

  assert.deepEqual(written.map(inField), ["0", "9.96", "10", "10.6", "99.7", "100", "100", "−1", "−1", "−1.3", "−10", "−100"]);
  assert.deepEqual([99_999.9, 100_000, -100_000].map(inSum), ["99999.900", "1.000e+5", "−1.000e+5"]);
});
