import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../funclab/view/training/curves.js";
import { historyPath, measureAfter, numberIn } from "../../funclab/view/training/graph.js";
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
