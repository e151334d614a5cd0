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
