import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, numeral, rowOf, unpacked } from "../../funclab/view/learned/learned.js";

const packed = (array, top, bits) =>
  ({ top, bits, data: Buffer.from(array.buffer).toString("base64") });

test("stored numbers are whole numbers with one scale, or floats", () => {
  assert.deepEqual([...unpacked(packed(Int8Array.of(-127, 0, 127), 2, 8))], [-2, 0, 2]);
  assert.deepEqual([...unpacked(packed(Int16Array.of(-32767, 0, 32767), 2, 16))], [-2, 0, 2]);
  assert.deepEqual([...unpacked(packed(Float32Array.of(-0.5, 3), 3, 32))], [-0.5, 3]);
});

test("a row of an array belongs to its first indices", () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => i);

  assert.deepEqual([...rowOf(values, [2, 3, 2], 1)], [6, 7, 8, 9, 10, 11]);
  assert.deepEqual([...rowOf(values, [2, 3, 2], 1, 2)], [10, 11]);
  assert.deepEqual([[...rowOf(values, [3, 2, 2], 1)], [...rowOf(values, [12], 3)]], [[4, 5, 6, 7], [3]]);
});

test("numbers have a real minus sign, and the same decimals", () => {
  assert.deepEqual([1.5, -0.25, 0, 1234.5, 0.00001, NaN, -Infinity].map((value) => numeral(value)),
    ["1.500", "−0.250", "0.000", "1,234.500", "1.00e-5", "NaN", "−∞"]);
  assert.deepEqual([-0.04, -0.06, -2345].map((value) => numeral(value, 1)), ["0.0", "−0.1", "−2,345.0"]);
  assert.deepEqual([0, 1, 0.914, -0.1, 2.25, 12.6, -0.001].map(brief), ["0", "1", ".91", "−.10", "2.3", "13", "0"]);
});

test("numbers change their form where it is more readable", () => {
  assert.deepEqual([Infinity, 999_999, 1e6, -1e6, 0.0005, 0.00049].map((value) => numeral(value)),
    ["∞", "999,999.000", "1.00e+6", "−1.00e+6", "0.001", "4.90e-4"]);
  assert.deepEqual([numeral(0.004, 2), numeral(0.0004, 2)], ["0.00", "0.00"]);
  assert.deepEqual([0.994, 0.995, 9.994, 9.996, -0.004, -1, 1.04, 10, 99.6].map(brief),
    [".99", "1", "10", "10", "0", "−1", "1", "10", "100"]);
});
