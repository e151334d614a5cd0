import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../funclab/view/training/curves.js";
import { historyPath, measureAfter, numberIn, TrainingGraph } from "../../funclab/view/training/graph.js";
import { TrainingChannel } from "../../funclab/view/training/channel.js";
import { progressWords, underWay, whyNot } from "../../funclab/view/training/words.js";

const ctx = { model: { get: () => undefined, kernel: null }, t: (key, { n, place } = {}) => [key, n ?? place].join(" ").trim() };

test("the place of a value in a chart is that of its axes", () => {
  const plain = new Scale("10 110 1 5 20 220 0 4 0"), log = new Scale(`0 100 1 3 0 100 ${Math.log(1)} ${Math.log(100)} 1`);

  assert.deepEqual([1, 3, 5].map((epoch) => plain.x(epoch)), [10, 60, 110]);
  assert.deepEqual([0, 1, 4].map((value) => plain.y(value)), [220, 170, 20]);
  assert.deepEqual([10, 85].map((x) => plain.epoch(x)), [1, 4]);
  assert.deepEqual([1, 10, 100].map((value) => Math.round(log.y(value))), [100, 50, 0]);
  assert.equal(new Scale("10 110 1 1 0 1 0 1 0").x(1), 60);
});

test("a history goes from 0 to its largest number, and is open where there is none", () => {
  const numbers = [[0.2, "0.001"], [1, "12.5 %"], null, [1, "nan"], [0.3, "2.1e-5"]].map(numberIn);

  assert.deepEqual(numbers, [0.001, 12.5, NaN, NaN, 2.1e-5]);
  assert.equal(historyPath([1, 4, NaN, 2, 0], 40, 20), "M0.0,15.0L10.0,0.0M30.0,10.0L40.0,20.0");
  assert.equal(historyPath([NaN, NaN], 40, 20), "");
});

test("the measures follow each other", () => {
  assert.deepEqual(["gradient", "change", "dead"].map(measureAfter), ["change", "dead", "gradient"]);
});

test("progress is said in one line: the place, the speed, the time left", () => {
  const status = { phase: "running", last: 9, steps: 3, epoch: 2, speed: 12345, left: 120 };

  assert.equal(progressWords(ctx, status), "live_place · live_speed 12,345 · live_left_minutes 2");
  assert.equal(progressWords(ctx, { ...status, phase: "paused" }), "live_paused · live_place · live_speed 12,345");
  assert.equal(progressWords(ctx, { ...status, speed: 0, left: 1 }), "live_place · live_left_moment 1");
  assert.equal(progressWords(ctx, { ...status, phase: "over" }), "live_over 2");
  assert.equal(progressWords(ctx, { ...status, phase: "over", epoch: 1 }), "live_over 1");
  assert.equal(progressWords(ctx, { phase: "waiting" }), "");
  assert.equal(progressWords(ctx, { phase: "running", words: "trial 3" }), "trial 3");
});

test("why a button does not work is said", () => {
  const channel = { possible: true, heard: false, asking: false }, running = { phase: "running" };

  assert.deepEqual(["waiting", "running", "validating", "paused", "over"].map((phase) => underWay({ phase })),
    [true, true, true, true, false]);
  assert.equal(whyNot(ctx, running, { ...channel, heard: true }), "");
  assert.equal(whyNot(ctx, running, { ...channel, asking: true }), "live_why_asking");
  assert.equal(whyNot(ctx, running, { ...channel, possible: false }), "live_why_no_kernel");
  assert.equal(whyNot(ctx, { phase: "over" }, channel), "live_why_over");
  assert.deepEqual(["blocking", "sweep", "other"].map((mode) => whyNot(ctx, { ...running, mode }, channel)),
    ["live_why_blocking", "sweep_why", "live_why_busy"]);
});

test("the time that is left is said in the largest unit that is not too coarse", () => {
  const status = { phase: "running", last: 9, steps: 3 };
  const left = (seconds) => progressWords(ctx, { ...status, left: seconds });

  assert.deepEqual([0, 1.4, 1.5, 89.6, 90, 5399, 5400, 7200 * 7].map(left), [
    "live_left_moment 0", "live_left_moment 1", "live_left_seconds 2", "live_left_seconds 90", "live_left_minutes 2",
    "live_left_minutes 90", "live_left_hours 2", "live_left_hours 14"].map((words) => `live_place · ${words}`));
  assert.deepEqual([null, undefined].map(left), ["live_place", "live_place"]);
});

test("where training ended, or is checked, is said with its place", () => {
  const place = (status) => progressWords({ ...ctx, t: (key, values = {}) => [key, ...Object.values(values)].join(" ") },
    { last: 9, steps: 3, epoch: 4, error: "oh", ...status });

  for (const phase of ["failed", "gone", "stored", "lost", "stopped", "over"])
    assert.equal(place({ phase }), `live_${phase} live_place 9 3 4 oh ${phase} oh 4`);
  assert.equal(place({ phase: "validating" }), "live_validating · live_place 9 3 4 oh validating");
  assert.equal(place({ phase: "running", steps: null }), "live_place_open 9  4 oh running");
  assert.deepEqual(["gone", "stored", "over"].map((phase) => place({ phase, words: "trial 3", last: 0 })),
    ["live_gone trial 3 oh 4", "live_stored trial 3 oh 4", "trial 3"]);
  assert.equal(place({ phase: "gone", words: "", last: 1 }), "live_gone  oh 4");
});

test("the run of a cell that trains again has its number, and the first nan its sentence", () => {
  const again = { t: (key, values = {}) => [key, ...Object.values(values)].join(" "),
    model: { get: (name) => (name === "count" ? 2 : undefined) } };

  assert.equal(progressWords(again, { phase: "over", words: "all 3 trials", nan: "nan in epoch 2" }),
    "live_nth 2 all 3 trials nan in epoch 2");
  assert.equal(progressWords(again, { phase: "waiting", nan: "" }), "");
});

test("a stored run may come back, and a busy kernel has its name", () => {
  const told = { model: { kernel: "here" }, t: (key, values = {}) => [key, ...Object.values(values)].join(" ") };
  const quiet = { possible: false, heard: false, asking: false };

  assert.equal(whyNot(told, { phase: "stored" }, quiet), "live_why_busy live_this_kernel");
  assert.equal(whyNot(told, { phase: "running", kernel: "Python 3" }, quiet), "live_why_busy Python 3");
  assert.equal(whyNot(told, { phase: "over" }, { ...quiet, heard: true }), "live_why_over");
});

/** A channel to a kernel that answers nothing, what it was sent, and what was said. */
function channel(status, more = {}) {
  const sent = [], said = [], states = [];
  const statusChanged = { connect: (call) => states.push(call), disconnect: (call) => states.splice(states.indexOf(call), 1) };
  const kernel = { statusChanged, interrupt: () => said.push("interrupted") };
  const manager = { kernel, get_model: async (id) => (id === "control" ? { send: (message) => sent.push(message) } : null) };
  const model = { widget_manager: manager, get: (name) => ({ status, control: "control" })[name], ...more };
  const own = { model, t: (key) => key, say: (text) => said.push(text) };
  return { channel: new TrainingChannel(/** @type {any} */ (own), () => said.push("changed")), sent, said, states, kernel };
}

test("the kernel is greeted until it answers, and asked no more than that", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { channel: own, sent, said, states } = channel({ phase: "running" }), times = [];
  const opened = own.open();
  for (let i = 0; i < 100; i++) {
    await null; await null; await null;
    while (times.length < sent.length) times.push(Date.now());
    t.mock.timers.tick(100);
  }
  await opened;

  assert.ok(sent.every((message) => message.do === "hello"));
  assert.deepEqual(times.map((time) => time - times[0]), [0, 400, 1600, 4600]);
  assert.equal(new Set(sent.map(({ id }) => id)).size, sent.length);
  assert.deepEqual([own.possible, own.asking, said, states.length], [true, false, ["changed"], 1]);
  own.close();
  assert.equal(states.length, 0);

  const heard = channel({ phase: "running" }), waits = heard.channel.open();
  await null; await null;
  assert.deepEqual([heard.channel.possible, heard.channel.asking, heard.channel.heard], [true, true, false]);
  assert.equal(heard.channel.answered({ id: "another page's" }), false);
  for (let i = 0; i < 50; i++) { t.mock.timers.tick(1000); await null; await null; }
  await waits;
  assert.deepEqual([heard.sent, heard.channel.asking, heard.channel.heard, heard.said], [[], false, true, []]);
});

test("a training that is over, or without a kernel, is not asked for", async () => {
  const over = channel({ phase: "over" }), alone = channel({ phase: "running" }, { widget_manager: undefined });
  const kept = channel({ phase: "over", snapshots: 2 }, { widget_manager: { kernel: null, get_model: async () => { throw new Error("no"); } } });
  for (const one of [over, alone, kept]) await one.channel.open();

  for (const one of [over, alone, kept]) assert.deepEqual([one.channel.possible, one.sent], [false, []]);
  assert.deepEqual([over.channel.kernel ?? null, alone.channel.kernel ?? null], [null, null]);
});

test("a kernel that ends is noticed, and what it does not answer is said", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { channel: own, sent, said, states, kernel } = channel({ phase: "running", mode: "blocking" });
  own.open();
  await null; await null;
  own.act("pause", true);
  assert.deepEqual(sent, [{ do: "pause", value: true, id: own.last }]);
  assert.equal(own.answered({ id: own.last }), true);
  t.mock.timers.tick(60_000);
  assert.deepEqual(said, []);
  for (const [what, patience] of [["stop", 1200], ["slow", 15_000]]) {
    own.act(what);
    t.mock.timers.tick(patience - 1);
    assert.deepEqual(said.splice(0), []);
    t.mock.timers.tick(1);
    assert.deepEqual(said.splice(0), ["live_no_answer"]);
  }
  own.act("stop");
  own.close();
  t.mock.timers.tick(60_000);
  assert.deepEqual(said, []);

  for (const status of ["busy", "dead", "idle"]) states[0]?.(null, status);
  const again = channel({ phase: "running", mode: "blocking" });
  again.channel.open();
  for (const status of ["busy", "restarting", "idle"]) again.states[0](null, status);
  assert.deepEqual([again.said, again.channel.gone], [["changed", "changed"], true]);
  assert.deepEqual([again.channel.interrupts, channel({ phase: "running" }).channel.interrupts], [true, false]);
  const back = channel({ phase: "running", mode: "background" });
  back.channel.open();
  assert.equal(back.channel.interrupts, false);
  const before = again.said.length;
  t.mock.timers.tick(10_000);
  again.channel.interrupt();
  again.channel.interrupt();
  t.mock.timers.tick(2999);
  again.channel.interrupt();
  assert.equal(again.said.length, before + 1);
  t.mock.timers.tick(1);
  again.channel.interrupt();
  assert.equal(again.said.length, before + 2);
  assert.ok(kernel);
});

test("a box of several layers shows the one with the most, and nan before all numbers", () => {
  const told = { ctx: { t: (key, { text, n }) => `${key} ${text} ${n}`, facts: { holders: { "b[0]": "block" },
    layers: [{ key: "a", boxes: ["a[0]", "a[1]"] }, { key: "b", boxes: ["b[0]"] }] } } };
  const most = (measures, at = 0) =>
    TrainingGraph.prototype.most.call(told, ["a", "b", "c"].map((key) => ({ key })), measures, at);
  const layersOf = (key) => TrainingGraph.prototype.layersOf.call(told, key).map((layer) => layer.key);

  assert.deepEqual(most({ a: [[0.2, "low"], [0.9, "x"]], b: [[0.7, "high"], null], c: [null, null] }), [0.7, "live_most_of high 2"]);
  assert.deepEqual(most({ a: [[0.2, "low"], [0.9, "x"]], b: [[0.7, "high"], null] }, 1), [0.9, "x"]);
  assert.deepEqual([most({}), most({ a: [[1, "10"]], b: [[0, "nan"]] }), most({ a: [[0, "inf"]], b: [[1, "3"]] })],
    [undefined, [0, "live_most_of nan 2"], [0, "live_most_of inf 2"]]);
  assert.deepEqual(most({ a: [[0.5, "first"]], b: [[0.5, "second"]] }), [0.5, "live_most_of first 2"]);
  assert.deepEqual(["a[1]", "block", "b[0]", "c[0]"].map(layersOf), [["a"], ["b"], ["b"], []]);
  told.ctx.facts.holders = undefined;
  assert.deepEqual(layersOf("a[0]"), ["a"]);
});

test("the largest of a history is at the top of its curve, and one number at its left", () => {
  assert.deepEqual([historyPath([5], 40, 20), historyPath([0, 0], 40, 20), historyPath([-2, 2], 40, 20)],
    ["M0.0,0.0", "M0.0,20.0L40.0,20.0", "M0.0,40.0L40.0,0.0"]);
  assert.deepEqual([numberIn(undefined), numberIn([1, "inf"]), numberIn([0, "-1.5"])], [NaN, NaN, -1.5]);
});
