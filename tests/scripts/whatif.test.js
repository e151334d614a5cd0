// What the scripts of the room whatif compute: cells and their values, a move, a stroke of the pen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filled } from "../../funclab/view/live/sentences.js";
import { Cells, shifted, stroke } from "../../funclab/view/whatif/sample.js";

const image = { name: "image", kind: "image", rows: 4, columns: 3, start: 0, low: 0, high: 1, fill: 0, names: [] };
const row = { name: "size", kind: "row", rows: 1, columns: 2, start: 12, low: [-1, 0], high: [1, 8], fill: [0.5, 2],
  names: ["left", "right"] };
const group = { name: "kind", kind: "row", rows: 1, columns: 1, start: 14, low: 0, high: 2, fill: 0, group: true,
  names: ["a", "b", "c"] };
const cells = new Cells({ parts: [image, row, group] }, (key, values) => filled(TEXTS[key], values));
const zeros = () => new Float64Array(15);

test("cells have names, values and ranges", () => {
  assert.deepEqual([4, 13, 14].map((cell) => cells.name(cell)), ["row 1, column 1", "right", "kind"]);
  assert.deepEqual([cells.value(4, 0.25), cells.value(14, 2)], ["0.25", "c"]);
  assert.deepEqual(cells.range(13), { low: 0, high: 8, whole: false });
});

test("Enter leads to an end of the range, plus and minus by a sixteenth, options go round", () => {
  assert.deepEqual([cells.next(4, 0), cells.next(4, 1), cells.next(4, 0.5, 1), cells.next(13, 8, 1)], [1, 0, 0.5625, 8]);
  assert.deepEqual([cells.next(14, 1), cells.next(14, 2), cells.next(14, 0, -1)], [2, 0, 2]);
});

test("arrows stay in the picture at its sides, and lead from its last row to the next input", () => {
  assert.deepEqual([cells.move(4, 1, 0), cells.move(5, 1, 0), cells.move(4, 0, -1), cells.move(1, 0, -1)], [5, 5, 1, 1]);
  assert.deepEqual([cells.move(10, 0, 1), cells.move(12, 0, 1), cells.move(12, 0, -1), cells.move(14, 0, 1)], [12, 13, 11, 14]);
});

test("changes are what differs, and lead back to it", () => {
  const base = zeros(), values = cells.changed(base, [4, 0.5, 14, 2]);

  assert.deepEqual(cells.between(base, values), [4, 0.5, 14, 2]);
  assert.deepEqual([...cells.base(null, true)], [...new Array(12).fill(0), 0.5, 2, 0]);
});

test("a moved picture keeps its pixels, and what comes in is empty", () => {
  const values = zeros();
  values.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

  assert.deepEqual([...shifted(values, image, 1, -1)].slice(0, 12), [0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 0, 0]);
});

test("a stroke is full at its middle, paler at its side, and never lightens", () => {
  const values = zeros();
  values[0] = 0.9;

  const drawn = stroke(values, image, { x: 0.5, y: 0.5 }, { x: 0.5, y: 3.5 }, 1);

  assert.deepEqual([0, 3, 6, 9].map((cell) => drawn[cell]), [1, 1, 1, 1]);
  assert.ok([1, 4, 7, 10].every((cell) => drawn[cell] > 0 && drawn[cell] < 1));
  assert.ok([2, 5, 8, 11].every((cell) => drawn[cell] === 0));
  assert.deepEqual([...stroke(drawn, image, { x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 }, 0.2)], [...drawn]);
});
