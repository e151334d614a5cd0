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

const words = { name: "words", kind: "words", rows: 1, columns: 3, start: 0, low: 0, high: 5, fill: 0, names: ["", "dogs", "cats"] };
const series = { name: "wave", kind: "series", rows: 2, columns: 2, start: 3, low: -3, high: 1, fill: [0, 1, 2, 3], names: [] };
const others = new Cells({ parts: [words, series] }, (key, values) => [key, ...Object.values(values ?? {})].join(" "));

test("a cell of each kind has its name, a word its spelling, and a large number no decimals", () => {
  assert.deepEqual([2, 5].map((cell) => others.name(cell)), ["whatif_cell_word 0 2", "whatif_cell_series 1 0"]);
  const unnamed = new Cells({ parts: [{ ...row, start: 0, names: ["left"] }] }, null);
  assert.deepEqual([0, 1].map((cell) => unnamed.name(cell)), ["left", "size"]);
  assert.deepEqual([0, 1, 4].map((value) => others.value(0, value)), ["whatif_padding", "dogs", "#4"]);
  assert.deepEqual([99.994, 100, -100, -1].map((value) => cells.value(4, value)), ["99.99", "100", "−100", "−1.00"]);
  assert.deepEqual([others.range(1), cells.range(14)].map(({ whole }) => whole), [true, true]);
});

test("plus and minus stop at the ends of the range, and words go round", () => {
  assert.deepEqual([others.next(3, -3, -1), others.next(3, -3, 1), others.next(3, 0.9, 1), cells.next(13, 1, 1)],
    [-3, -2.75, 1, 1.5]);
  assert.deepEqual([others.next(0, 5), others.next(0, 0, -1), others.next(0, 1, -1), others.next(0, 4)], [0, 5, 0, 5]);
});

test("arrows go along words, and from the first row of an input to the one before", () => {
  assert.deepEqual([others.move(0, 1, 0), others.move(2, 1, 0), others.move(0, -1, 0), others.move(1, -1, 0)], [1, 3, 0, 0]);
  assert.deepEqual([others.move(3, 0, -1), others.move(4, -1, 0), others.move(3, -1, 0), others.move(5, 0, 1)], [2, 3, 3, 5]);
  assert.deepEqual([cells.move(0, -1, 0), cells.move(3, -1, 0), cells.move(2, 0, -1), cells.move(11, 1, 0)], [0, 3, 2, 11]);
  assert.deepEqual([cells.move(12, -1, 0), cells.move(14, 1, 0), cells.move(13, 1, 0)], [11, 14, 14]);
  const rows = new Cells({ parts: [{ ...row, start: 0 }] }, null);
  assert.deepEqual([rows.move(0, -1, 0), rows.move(0, 0, 1)], [0, 1]);
});

test("a stored sample is read without what float32 adds", () => {
  const told = { values: { bits: 32, data: Buffer.from(Float32Array.of(0.1, -2.5, 1 / 3).buffer).toString("base64") } };

  assert.deepEqual([...cells.base(told, false)], [0.1, -2.5, 0.3333333]);
});

test("what comes in at each side holds the fill of its cell", () => {
  const own = { ...image, fill: Array.from({ length: 12 }, (_, i) => 100 + i) }, values = zeros();
  values.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

  assert.deepEqual([...shifted(values, own, -1, 1)].slice(0, 12), [100, 101, 102, 2, 3, 105, 5, 6, 108, 8, 9, 111]);
});

test("a stroke reaches as far as its nib, from its first point to its last", () => {
  const large = { name: "image", kind: "image", rows: 40, columns: 10, start: 1 };
  const drawn = stroke(new Float64Array(401), large, { x: 2.5, y: 3.5 }, { x: 5.5, y: 7.5 }, 0.8);
  // Each cell by its distance from the line between both points: the nib is 0.045 of 40 cells and 0.55 wide.
  const wanted = Float64Array.from({ length: 401 }, (_, cell) => {
    if (!cell) return 0;
    const x = ((cell - 1) % 10) + 0.5 - 2.5, y = Math.floor((cell - 1) / 10) + 0.5 - 3.5;
    const along = Math.max(0, Math.min(5, (3 * x + 4 * y) / 5));
    const far = Math.hypot(x - (3 / 5) * along, y - (4 / 5) * along);
    return Math.max(0, Math.min(1, 1.8 + 0.55 - far)) * 0.8;
  });

  // An eighth is the step of its greys, and points are a third of a cell apart.
  drawn.forEach((grey, cell) => assert.ok(Math.abs(grey - wanted[cell]) < 0.07, `${cell}: ${grey}, ${wanted[cell]}`));
  assert.deepEqual([drawn[1 + 3 * 10 + 2], drawn[1 + 7 * 10 + 5], drawn[0]], [0.8, 0.8, 0]);
});
