// What the scripts of the room whatif compute: cells and their values, a move, a stroke of the pen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filled } from "../../funclab/view/live/sentences.js";
import { asked } from "../../funclab/view/whatif/asked.js";
import { changing } from "../../funclab/view/whatif/changing.js";
import { amount } from "../../funclab/view/whatif/bars.js";
import { bestOf, headline, signedText } from "../../funclab/view/whatif/said.js";
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

const packed32 = (numbers, ...shape) =>
  ({ bits: 32, shape, data: Buffer.from(Float32Array.from(numbers).buffer).toString("base64") });

/** A view of two numbers, 0.5 and 2 in sample 4, with a map of each answer, and what it has asked of the kernel. */
function view(state = {}, facts = {}, more = {}) {
  const two = { ...row, start: 0 }, sent = [], said = [];
  const told = { values: packed32([0.5, 2], 2), answers: [0.25, 0.75], own: 1, truths: [0] };
  const ctx = { alone: false, got: {}, model: { send: (message) => sent.push(message) }, said, sent,
    state: { sample: 4, blank: false, changes: [], of: "", face: "slope", at: 0, ...state },
    facts: { sample: { 4: told }, maps_of: ["slope", "shapley"], answer: {}, maps: {}, curves: {}, smallest: {}, trust: null,
      targets: [{ name: "no", kind: "classes", output: 0 }, { name: "yes", kind: "classes", output: 0 }], ...facts },
    update: () => said.push("update"), say: (text) => said.push(text),
    t: (key, values = {}) => [key, ...Object.values(values)].join(" "),
    set: (patch, quiet) => { Object.assign(ctx.state, patch); said.push(quiet ? "quiet" : "set"); },
    ask: (question, reveal) => { said.push(question); reveal(); },
    lazy: (kind, key) => {
      const known = ctx.facts[kind][key] ?? ctx.got[`${kind} ${key}`];
      if (known === undefined) { ctx.got[`${kind} ${key}`] = null; sent.push({ ask: kind, key }); }
      return known;
    }, ...more };
  const own = { ...asked, ...changing, cells: new Cells({ parts: [two] }, ctx.t), pieces: {}, waiting: null, fetching: null,
    strip: { samples: [{ sample: 4 }, { sample: 9 }], focused: false }, mode: "cell", saidOf: () => "said" };
  return { own, ctx, sent, said };
}

test("what is shown is the sample with its changes, and its answers are asked for once", () => {
  const { own, ctx, sent } = view({ changes: [1, 5] });

  assert.deepEqual([[...own.base(ctx)], [...own.values(ctx)], own.isChanged(ctx), own.isChanged(view().ctx)],
    [[0.5, 2], [0.5, 5], true, false]);
  assert.deepEqual([own.isChanged(view({ blank: true }).ctx), [...own.base(view({ blank: true }).ctx)]], [true, [0.5, 2]]);
  assert.deepEqual([own.target(ctx), own.target(view({ of: "no" }).ctx), own.answerName(ctx), own.image()], [1, 0, "yes", null]);
  assert.deepEqual([own.names(ctx), own.names(view({ face: "all" }).ctx)], [["slope"], ["slope", "shapley"]]);
  assert.deepEqual([own.after(view().ctx), own.after(ctx), own.after(ctx)], [[0.25, 0.75], null, null]);
  assert.deepEqual([sent, own.waiting], [[{ ask: "answer", key: "[4,false,[1,5]]", keep: true }], "[4,false,[1,5]]"]);
  ctx.got["answer [4,false,[1,5]]"] = [0.5, 0.5];
  assert.deepEqual([own.after(ctx), own.waiting], [[0.5, 0.5], null]);
  const stroking = view({ changes: [0, 1] });
  stroking.own.stroking = true;
  stroking.own.after(stroking.ctx);
  assert.equal(stroking.sent[0].keep, false);
  const alone = view({ changes: [0, 1] }, {}, { alone: true });
  assert.deepEqual([alone.own.after(alone.ctx), alone.sent], [null, []]);
});

test("an answer on a curve, or to the smallest change, is known", () => {
  // Of cell 0, from -1 to 1 in five points, two answers for each.
  const facts = { curves: { 4: { 0: packed32([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5, 2) } },
    smallest: { '[4,false,[],1]': { cell: 1, value: 7, answers: ["found"] }, '[4,true,[],1]': { cell: 0, value: 0.3, answers: ["blank"] } } };
  const after = (state) => { const { own, ctx } = view(state, facts, { alone: true }); return own.after(ctx); };

  assert.deepEqual([-1, -0.5, 1].map((value) => after({ changes: [0, value] })), [[0, 1], [2, 3], [8, 9]]);
  assert.deepEqual([after({ changes: [0, 0.3] }), after({ changes: [1, 7] }), after({ changes: [1, 6] })], [null, ["found"], null]);
  assert.deepEqual([after({ blank: true, changes: [0, -1] }), after({ blank: true, changes: [0, 0.3] })], [null, ["blank"]]);
  assert.equal(after({ changes: [0, -1, 1, 3] }), null);
});

test("maps come in pieces, each asked for once, unless they are halted", () => {
  const { own, ctx, sent } = view(), key = "[4,false,[],1]";
  assert.deepEqual([own.mapsOf(ctx), own.mapsOf(ctx), sent.splice(0)], [null, null, [{ ask: "maps", key }]]);
  ctx.got[`maps ${key}`] = { more: 1 };
  assert.deepEqual([own.mapsOf(ctx), own.mapsOf(ctx), own.partOf(ctx), sent.splice(0)], [null, null, 1, [{ ask: "maps", key }]]);
  own.halt(ctx);
  ctx.got[`maps ${key}`] = { more: 2 };
  assert.deepEqual([own.mapsOf(ctx), own.partOf(ctx), sent], [null, 2, []]);
  own.halt(ctx);
  own.mapsOf(ctx);
  assert.equal(sent.length, 1);
  ctx.facts.maps[key] = { more: 0, slope: "map" };
  assert.deepEqual([own.mapsOf(ctx), own.partOf(ctx)], [{ more: 0, slope: "map" }, 0]);
  const alone = view({}, {}, { alone: true });
  alone.ctx.got[`maps ${key}`] = { more: 1 };
  assert.deepEqual([alone.own.mapsOf(alone.ctx), alone.own.partOf(alone.ctx), alone.sent], [false, 0, []]);
  const none = view({ face: "change" });
  none.ctx.facts.maps[key] = { more: 1 };
  assert.deepEqual([none.own.mapsOf(none.ctx), none.own.partOf(none.ctx)], [null, 0]);
});

test("trust is measured piece by piece, until it is known or stopped", () => {
  const { own, ctx, sent, said } = view();
  own.measure(ctx);
  own.measure(ctx);
  ctx.facts.trust = { samples: 8, more: true };
  own.measure(ctx);
  own.measure(ctx);
  assert.deepEqual(sent.splice(0), [{ ask: "trust", key: -1 }, { ask: "trust", key: 8 }]);
  ctx.facts.trust = { samples: 16, more: true };
  own.stop(ctx);
  own.measure(ctx);
  ctx.facts.trust = { samples: 20, more: false };
  own.stopped = false;
  own.measure(ctx);
  own.measure(view({}, {}, { alone: true }).ctx);
  own.measure(view({ face: "change" }).ctx);
  assert.deepEqual([sent, said], [[], ["update"]]);
});

test("the maps and curves of other samples are fetched one after the other", () => {
  const { own, ctx, sent } = view(), [curves, maps, other] = [["curves", "4"], ["maps", "[4,false,[],1]"], ["maps", "[4,false,[],0]"]];
  assert.deepEqual(own.wanted(ctx), [curves, maps, other]);
  const fetch = () => { own.prefetch(ctx); return sent.splice(0).map(({ ask, key }) => [ask, key]); };
  assert.deepEqual([fetch(), fetch()], [[curves], []]);
  ctx.got["curves 4"] = {};
  assert.deepEqual([fetch(), fetch()], [[maps], []]);
  ctx.got["maps [4,false,[],1]"] = { more: 3 };
  assert.deepEqual(fetch(), []); // they are looked at, and come in pieces by themselves
  ctx.got["maps [4,false,[],1]"] = { more: 0 };
  assert.deepEqual(fetch(), [other]);
  ctx.got["maps [4,false,[],0]"] = { more: 5 };
  assert.deepEqual([fetch(), fetch()], [[other], []]);
  ctx.got["maps [4,false,[],0]"] = { more: 0 };
  assert.deepEqual([fetch(), own.fetching], [[], null]);
  const measuring = view({}, { trust: { more: true } });
  measuring.own.prefetch(measuring.ctx);
  assert.deepEqual(measuring.sent, []);
  measuring.own.stopped = true;
  measuring.own.prefetch(measuring.ctx);
  assert.equal(measuring.sent.length, 1);
  const numbers = view({}, { targets: [{ name: "n", kind: "numbers" }] });
  assert.deepEqual(numbers.own.wanted(numbers.ctx), [curves, maps]);
});

test("a cell is set, slid and stepped, each as one step of undo", () => {
  const { own, ctx, said } = view({ at: 1 });
  own.put(ctx, 0, 1);
  assert.deepEqual([ctx.state.changes, said.splice(0)], [[0, 1], ["set"]]);
  own.put(ctx, 0, 0.5, true);
  assert.deepEqual([ctx.state.changes, said.splice(0)], [[], ["quiet"]]);
  own.slider = { value: "3", max: "4" };
  own.slide(ctx);
  own.slide(ctx);
  assert.deepEqual([ctx.state.changes, said.splice(0), own.sliding], [[1, 6], ["set", "quiet"], true]);
  own.step(ctx, 1);
  assert.deepEqual([ctx.state.changes, said.splice(0)], [[1, 6.5], ["set", "said"]]);
  own.original(ctx);
  assert.deepEqual([ctx.state.changes, ctx.state.blank, said.splice(0)], [[], false, ["set", "update"]]);
  own.toMode(ctx, "move");
  own.toMode(ctx, "move");
  assert.deepEqual([said, own.mode], [["whatif_mode_move", "update", "whatif_mode_cell", "update"], "cell"]);
});

test("the smallest change is made when it is known, and said with what it turns", () => {
  const found = { cell: 0, value: -1, answers: [0.9, 0.1], question: "q", tried: 2, possible: 2 };
  const { own, ctx, said, sent } = view();
  own.applySmallest(ctx);
  own.smallestChange(ctx);
  own.applySmallest(ctx);
  assert.deepEqual([sent.splice(0), said.splice(0)], [[{ ask: "smallest", key: "[4,false,[],1]" }], ["update"]]);
  ctx.facts.smallest["[4,false,[],1]"] = found;
  own.applySmallest(ctx);
  assert.deepEqual([ctx.state.changes, ctx.state.at, own.wants, said.slice(0, 2)], [[0, -1], 0, null, ["q", "set"]]);
  assert.equal(said[2],
    "whatif_best_turn left 0.50 −1.00 yes whatif_percent 75 whatif_percent 10 no whatif_tried_all 0 -1 0.9,0.1 q 2 2");
  const stays = own.smallestSaid(ctx, { ...found, answers: [0.4, 0.6], tried: 1 }, 0.5, [0.25, 0.75], 1);
  assert.equal(stays,
    "whatif_best_stay left 0.50 −1.00 yes whatif_percent 75 whatif_percent 60 yes whatif_tried 0 -1 0.4,0.6 q 1 2");
  const none = view();
  none.own.wants = "[4,false,[],1]";
  none.ctx.facts.smallest["[4,false,[],1]"] = { none: true };
  none.own.applySmallest(none.ctx);
  for (const [stale, words] of [[false, "whatif_alone"], [true, "learned_stale"]]) {
    const alone = view({}, { stale }, { alone: true });
    alone.own.smallestChange(alone.ctx);
    assert.deepEqual([alone.said, alone.own.wants], [[words], null]);
  }
  assert.deepEqual(none.said, ["whatif_nothing_to_try"]);
});

test("the likeliest class is one of the first output", () => {
  const targets = [0, 0, 1].map((output) => ({ output }));

  assert.deepEqual([[1, 2, 3], [2, 2, 3], [3, 1, 0]].map((answers) => bestOf({ targets }, answers)), [1, 0, 0]);
});

test("a number has its sign, a probability decimals near its ends, and neither is more exact than that", () => {
  const t = (key, { n }) => n, percent = (value) => amount({ t }, value, { kind: "classes" });

  assert.deepEqual([0.004, -0.004, 0.006, -0.5, 9.994, 10, -12.34].map(signedText),
    ["0", "0", "0.01", "−0.50", "9.99", "10.0", "−12.3"]);
  assert.deepEqual([0, 0.0099, 0.01, 0.5, 0.99, 0.991, 1].map(percent), ["0.0", "1.0", "1", "50", "99", "99.1", "100.0"]);
  assert.deepEqual([amount({ t }, null, { kind: "classes" }), amount({ t }, -2, { kind: "numbers" })], ["NaN", "−2.000"]);
});

test("over the picture stands what is answered, what was before, and the truth where it differs", () => {
  const targets = ["no", "yes"].map((label) => ({ label, kind: "classes", output: 0 }));
  const head = (state, after, more = {}, told = {}) => headline({ t: (key, values = {}) => [key, values.answer, values.p, values.n,
    values.before, values.truth].join(" ").trim(), state: { sample: 4, blank: false, changes: [], ...state },
  facts: { targets, ...more.facts }, alone: more.alone }, { own: 1, answers: [0.25, 0.75], truths: [1], ...told }, after);

  assert.deepEqual([head({ blank: true }), head({}), head({}, null, { alone: true }), head({}, null, { facts: { targets, stale: true } })],
    ["whatif_drawing_empty", "whatif_waiting", "whatif_alone", "learned_stale"]);
  assert.deepEqual([head({ blank: true, changes: [0, 1] }, [0.1, 0.9]), head({ changes: [0, 1, 1, 2] }, [0.9, 0.1]),
    head({ changes: [0, 1] }, [0.2, 0.8])].map((one) => one.split(" ")[0]), ["whatif_drawing", "whatif_turned", "whatif_stayed"]);
  assert.match(head({ changes: [0, 1, 1, 2] }, [0.9, 0.1]), /^whatif_turned no .* 2 yes$/);
  assert.deepEqual([head({}, [0.25, 0.75]), head({}, [0.25, 0.75], {}, { truths: [null] }), head({}, [0.25, 0.75], {}, { truths: [0] })]
    .map((one) => [one.split(" ")[0], one.split(" ").at(-1)]), [["whatif_read_as", "0"], ["whatif_read_as", "0"], ["whatif_read_wrong", "no"]]);
  const numbers = { facts: { targets: [{ label: "price", kind: "numbers" }] } }, one = { own: 0, answers: [2] };
  assert.deepEqual([head({}, [3], numbers, one), head({ changes: [0, 1] }, [3], numbers, one)],
    ["whatif_answered price 3.000 0", "whatif_shifted price 3.000 1 2.000"]);
});
