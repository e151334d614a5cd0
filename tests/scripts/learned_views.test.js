// Where keys lead in the views of a trained model, and what these ask of the kernel.

import assert from "node:assert/strict";
import { test } from "node:test";
import { embedding } from "../../funclab/view/embedding/view.js";
import { landscape } from "../../funclab/view/landscape/view.js";
import { mistakes } from "../../funclab/view/mistakes/view.js";
import { SlowMotion } from "../../funclab/view/training/slow.js";

/** A context without a page: what it says, sets and sends is in one list. */
function context(state, facts, more = {}) {
  const done = [], traits = { answers: [], pictures: {}, ask: false, ...more.traits };
  const ctx = { facts, got: {}, gate: null, alone: Boolean(more.alone), state, done,
    model: { alone: Boolean(more.alone), get: (name) => traits[name], send: (message) => done.push(message), ...more.model },
    say: (text) => done.push(text), set: (patch, quiet) => { ctx.state = { ...ctx.state, ...patch }; done.push(quiet ? "quiet" : "set"); },
    ask: (question, reveal) => { if (question) done.push(question); reveal(); }, update: () => done.push("update"),
    t: (key, values = {}) => [key, ...Object.values(values)].join(" "), nameButtons() {}, el: { focus: () => done.push("focus") },
    lazy: (kind, key) => { done.push({ ask: kind, key }); return ctx.got[`${kind} ${key}`]; } };
  return ctx;
}

/** Five marks: one in the middle, one on each side of it, and one far to the right and a little lower. */
function plane(state = {}, facts = {}, more = {}) {
  const pca = [[50, 50], [20, 50], [70, 50], [50, 20], [50, 80], [95, 60]];
  const ctx = context({ sample: -1, near: -1, face: "pca", images: false, ...state }, { places: { pca },
    names: ["m", "l", "r", "u", "d", "f"], texts: ["", "", "right", "", "", ""], words: pca.map((_, i) => `words ${i}`),
    labels: ["a", "b"], kind: "sample", questions: {}, near: { 0: [2, 1] }, away: { 0: ["near", "far"] }, faces: ["pca", "tsne"],
    steps: 9, ...facts }, { ...more, traits: { pictures: { pca: "<svg/>", "sample 0": "", "sample 2": "", "sample 5": "" } } });
  return { ctx, own: Object.assign(Object.create(embedding), { scale: 1, halted: false, going: false, asked: -1, busy: false }) };
}

test("arrows lead to the nearest mark in their direction, first of all to the middle", () => {
  const go = (sample, key) => { const { own, ctx } = plane({ sample }); own.go(ctx, key); return ctx.state.sample; };

  assert.deepEqual(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => go(0, key)), [1, 2, 3, 4]);
  assert.deepEqual([go(-1, "ArrowUp"), go(2, "ArrowRight"), go(1, "ArrowRight"), go(5, "ArrowRight"), go(4, "ArrowUp")], [0, 5, 0, 5, 0]);
  const { own, ctx } = plane({ sample: 5 });
  own.go(ctx, "ArrowRight");
  assert.deepEqual(ctx.done, ["f."]);
  const right = plane({ sample: 0 });
  right.own.go(right.ctx, "ArrowRight");
  assert.deepEqual(right.ctx.done, ["set", "r. right words 2"]);
});

test("neighbours follow each other, are entered and left", () => {
  const { own, ctx } = plane({ sample: 0 });
  own.next(ctx);
  own.next(ctx);
  assert.deepEqual([ctx.done.splice(0), ctx.state.near], [["set", "embedding_neighbour 1 2 r near", "set", "embedding_neighbour 2 2 l far"], 1]);
  own.enter(ctx);
  assert.deepEqual([ctx.state.sample, ctx.state.near], [1, -1]);
  own.out(ctx);
  assert.equal(ctx.state.sample, -1);
  own.next(ctx);
  assert.equal(ctx.state.sample, 0);
  own.next(ctx);
  own.out(ctx);
  assert.deepEqual([ctx.state.sample, ctx.state.near], [0, -1]);
});

test("a sample is found by its number, a word by itself, and what is not there is said", () => {
  const found = (value, facts = {}) => {
    const { own, ctx } = plane({}, facts);
    own.find = { value };
    assert.deepEqual([own.typed(ctx, own.find, "a"), own.typed(ctx, {}, "Enter"), own.typed(ctx, own.find, "Enter")], [false, false, true]);
    return [ctx.state.sample, ctx.done.at(-1)];
  };

  assert.deepEqual([found("4"), found(" #0 "), found("b"), found("6"), found("c")],
    [[4, "focus"], [0, "focus"], [1, "focus"], [-1, "embedding_unknown 6"], [-1, "embedding_unknown c"]]);
  assert.deepEqual(found("1", { kind: "word", labels: ["0", "5", "1"] }), [2, "focus"]);
});

test("t-SNE is asked for piece by piece while it is looked at, unless it is stopped", () => {
  const { own, ctx } = plane({ face: "tsne" }), line = { children: [{}, {}], isConnected: false, remove: () => ctx.done.push("removed") };
  own.line = line;
  ctx.stage = { append: () => ctx.done.push("line") };
  own.compute(ctx);
  own.compute(ctx);
  assert.deepEqual(ctx.done.splice(0), ["line", { ask: "plane", key: "tsne" }, "line"]);
  assert.deepEqual([line.children, own.busy], [[{ textContent: "embedding_computing 0 9" }, { textContent: "embedding_stop", hidden: false }], true]);
  ctx.got["plane tsne"] = { step: 3, steps: 7 };
  own.compute(ctx);
  assert.deepEqual([ctx.done.splice(0).at(-1), line.children[0].textContent], [{ ask: "plane", key: "tsne" }, "embedding_computing 3 7"]);
  own.halt(ctx);
  own.compute(ctx);
  assert.deepEqual([ctx.done.splice(0), line.children[1].textContent], [[{ ask: "plane", key: "tsne", stop: true }, "update", "line"], "embedding_go_on"]);
  own.halt(ctx);
  own.compute(ctx);
  assert.deepEqual(ctx.done.splice(0), ["update", "line", { ask: "plane", key: "tsne" }]);
  ctx.facts.places.tsne = [];
  own.going = false;
  own.compute(ctx);
  assert.deepEqual([ctx.done.splice(0), own.busy], [["embedding_drawn", "removed"], false]);
  const alone = plane({ face: "tsne" }, {}, { alone: true });
  Object.assign(alone.own, { line });
  alone.ctx.stage = { append() {} };
  alone.own.compute(alone.ctx);
  assert.deepEqual([line.children, alone.ctx.done], [[{ textContent: "embedding_alone 0 9" }, { textContent: "embedding_go_on", hidden: true }], []]);
});

test("samples are drawn in place of their marks as far as none lies on another", () => {
  const { own, ctx } = plane();
  assert.deepEqual([own.pictured(ctx), own.drawnFace(ctx), own.drawnFace(plane({ face: "tsne" }).ctx)], [[0, 2, 5], "pca", "pca"]);
  assert.deepEqual(own.apart(ctx), [0, 5]);
  own.scale = 4;
  assert.deepEqual([own.apart(ctx), own.places(ctx)[1]], [[0, 2, 5], [80, 200]]);
});

test("a landscape is walked from its first epoch to its last, and ends there", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const ctx = context({ epoch: 1 }, { faces: ["path", "random"], question: "q" });
  const own = Object.assign(Object.create(landscape), { playing: 0, marks: () => true, last: () => 2, at: ({ state }) => state.epoch,
    face: ({ state }) => state.face ?? "path" });
  const epochs = [];
  for (const epoch of [-1, 1, 3]) { own.go(ctx, epoch); epochs.push(ctx.state.epoch); }
  assert.deepEqual([epochs, ctx.done.splice(0)], [[0, 1, 2], ["set", "set", "set"]]);
  own.play(ctx); // from the beginning, as it is at the end
  assert.deepEqual([ctx.state.epoch, ctx.done.splice(0)], [0, ["set"]]);
  const seen = [];
  for (let i = 0; i < 40; i++) { t.mock.timers.tick(100); seen.push(ctx.state.epoch); }
  assert.deepEqual([[...new Set(seen)], ctx.done.splice(0).length, own.playing], [[0, 1, 2], 2, 0]);
  own.go(ctx, 1);
  own.play(ctx);
  own.play(ctx);
  t.mock.timers.tick(10_000);
  assert.deepEqual([ctx.state.epoch, own.playing], [1, 0]);
  own.turn(ctx);
  own.turn(ctx);
  assert.deepEqual([ctx.state.face, ctx.done.slice(-4)], ["path", ["q", "set", "q", "set"]]);
});

/** Mistakes of two classes; of the open cell two of three samples are stored. */
function table(state = {}, facts = {}, more = {}) {
  const part = { samples: [4, 2], n: 3, words: ["Three."] };
  const parts = new Proxy({}, { get: (_, key) => ({ ...part, words: [`${String(key)}.`] }) });
  const ctx = context({ face: "overview", at: [0, 1], sample: -1, threshold: "", percent: false, ...state },
    { kind: "classes", rows: 2, first: [0, 1], thresholds: [], questions: { often: "often?", confidence: "sure?", overview: { id: "o" } },
      n: 6, parts, samples: { 4: { words: "four", text: "", at: [1, 1] }, 2: { words: "two", text: "bee", at: [0, 0] } }, ...facts }, more);
  return { ctx, own: Object.assign(Object.create(mistakes), { sliding: false, threshold: ({ state: { threshold } }) => threshold || "0" }) };
}

test("samples of a part follow each other, and more are asked for at the end", () => {
  const { own, ctx } = table();
  own.step(ctx, 1);
  assert.deepEqual([ctx.state.sample, ctx.done.splice(0)], [4, ["set", "four"]]);
  own.step(ctx, 1);
  assert.deepEqual([ctx.state.sample, ctx.done.splice(0)], [2, ["set", "two bee"]]);
  own.step(ctx, 1);
  assert.deepEqual([ctx.state.sample, ctx.done.splice(0)], [2, [{ ask: "more", key: "cell 0 0 1" }, "set", "two bee"]]);
  own.step(ctx, -5);
  assert.equal(ctx.state.sample, 4);
  ctx.got["more cell 0 0 1"] = [4, 2, 5];
  ctx.got["sample 5"] = { words: "five", text: "" };
  own.step(ctx, 2);
  assert.equal(ctx.done.at(-1), "five");
  const alone = table({ sample: 2 }, {}, { alone: true });
  alone.own.step(alone.ctx, 1);
  assert.equal(alone.ctx.done[0], "mistakes_not_stored 1");
  const none = table({}, { parts: new Proxy({}, { get: () => ({ samples: [], n: 0, words: [""] }) }) });
  none.own.step(none.ctx, 1);
  assert.deepEqual(none.ctx.done, ["mistakes_no_samples"]);
});

test("arrows stay in the table, the bins and the bands", () => {
  const moved = (state, facts, ...way) => { const { own, ctx } = table(state, facts); own.move(ctx, ...way); return ctx.state.at; };

  assert.deepEqual([moved({}, {}, 1, 0), moved({}, {}, 0, 1), moved({ at: [1, 0] }, {}, 1, -1)], [[1, 1], [0, 1], [1, 0]]);
  assert.deepEqual([moved({ face: "confidence", at: [3] }, {}, 0, 1), moved({ face: "confidence", at: [3] }, {}, 1, 0),
    moved({ face: "confidence", at: [9] }, {}, -1, 0), moved({ at: [4] }, { kind: "numbers" }, 0, 1), moved({ at: [0] }, { kind: "numbers" }, 1, 0)],
  [[4], [2], [9], [4], [0]]);
  const { own, ctx } = table({ face: "surest" });
  own.across = () => 2;
  own.move(ctx, 1, -1);
  assert.deepEqual([ctx.state.sample, own.key(ctx)], [4, "surest"]);
  own.move(ctx, 0, 1);
  assert.equal(ctx.state.sample, 2);
  const open = table({ at: [1, 1] });
  open.own.open(open.ctx, [0, 1]);
  open.own.open(open.ctx, [1, 1]);
  assert.deepEqual(open.ctx.done, ["often?", "set", "cell 0 0 1.", "set", "cell 0 1 1."]);
});

test("a threshold is chosen among those that there are, and a drag is undone as one", () => {
  const { own, ctx } = table({ threshold: "0.5" }, { thresholds: ["0.25", "0.5", "0.75"] });
  own.shift(ctx, 1);
  own.shift(ctx, 1);
  assert.deepEqual([ctx.state.threshold, ctx.done.splice(0)], ["0.75", ["set", "set"]]);
  own.slide(ctx, 0);
  own.slide(ctx, 1);
  own.slide(ctx, -4, true);
  assert.deepEqual([ctx.state.threshold, ctx.done.splice(0)], ["0.25", ["set", "quiet", "set"]]);
  own.turn(ctx, "confidence");
  own.turn(ctx, "surest");
  assert.deepEqual([ctx.done, ctx.state.face, ctx.state.at], [["sure?", "set", "set"], "surest", []]);
});

test("a sample is found by its number, and shown in its cell", () => {
  const found = (value, state = {}, more = {}) => {
    const { own, ctx } = table(state, {}, more);
    own.find = { value };
    assert.deepEqual([own.typed(ctx, own.find, "a"), own.typed(ctx, {}, "Enter"), own.typed(ctx, own.find, "Enter")], [false, false, true]);
    return [ctx.state.sample, ctx.state.at, ctx.done.at(-1)];
  };

  assert.deepEqual([found("4"), found(" 2 ", { face: "surest", at: [] })], [[4, [1, 1], "focus"], [2, [], "focus"]]);
  for (const value of ["6", "-1", "", "x"]) assert.deepEqual(found(value), [-1, [0, 1], `mistakes_unknown ${value}`]);
  assert.deepEqual([found("5", {}, { alone: true }), found("0")[2]], [[-1, [0, 1], "mistakes_unknown 5"], { ask: "sample", key: 0 }]);
});

test("the question before the table is open until it is answered", () => {
  const asks = (traits, state) => { const { own, ctx } = table(state, {}, { traits }); return Boolean(own.asks(ctx)); };

  assert.deepEqual([asks({ ask: true }), asks({ ask: false }), asks({ ask: true, answers: [{ id: "o" }] }), asks({ ask: true, answers: [{ id: "p" }] }),
    asks({ ask: true }, { face: "surest" })], [true, false, false, true, false]);
});

/** Slow motion without a page. */
function slow(more = {}) {
  const ctx = context({}, { trace: "funclab.trace(m)" }), done = ctx.done;
  const focus = { focus: () => done.push("focus inside") };
  const view = { el: "view", remove: () => done.push("removed") };
  ctx.model.widget_manager = { get_model: async (id) => id, create_view: async () => view };
  const channel = { possible: true, heard: true, asking: false, act: (what) => done.push({ act: what }), send: (message) => done.push(message), ...more };
  const own = Object.assign(Object.create(SlowMotion.prototype), { ctx, channel, view: null, asked: false, note: {},
    box: { hidden: true, scrollIntoView: () => done.push("in sight") },
    holder: { replaceChildren: (...parts) => done.push(parts), querySelector: () => focus } });
  return { own, done, view };
}

test("slow motion is asked for while training is under way, shown, and left", async () => {
  const { own, done, view } = slow();
  own.ask({ phase: "over" });
  own.ask({ phase: "running" });
  assert.deepEqual([done.splice(0), own.asked], [["live_say_slow_over funclab.trace(m)", "live_say_slow", { act: "slow" }], true]);
  await own.show({ slow: "id", note: "batch 3" });
  assert.deepEqual([done.splice(0), own.asked, own.note, own.box.hidden], [[["view"], "focus inside", "in sight"], false, { textContent: "batch 3" }, false]);
  own.ask({ phase: "running" });
  assert.deepEqual([done.splice(0), own.view, own.box.hidden], [["removed", [], "focus", { act: "back" }], null, true]);
  const quiet = slow({ heard: false, asking: true });
  quiet.own.ask({ phase: "running" });
  quiet.own.close();
  assert.deepEqual(quiet.done, ["live_why_asking", [], "focus"]);
  const gone = slow();
  gone.own.gone = true;
  await gone.own.show({ slow: "id", note: "" });
  assert.deepEqual([gone.done, gone.own.box.hidden, gone.own.view], [[{ do: "back" }, "removed"], true, gone.view]);
  assert.ok(view);
});
