// How a playground talks with its kernel, one burst of training after another, and what its controls change.

import assert from "node:assert/strict";
import { test } from "node:test";
import { playground } from "../../funclab/view/playground/view.js";

/** A test in which nothing waits for a kernel that is not there. */
const timeless = (name, run) => test(name, async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await run(t.mock.timers);
});

const SETTINGS = { data: "xor", noise: 0.1, branches: 1, shared: false, units: 4, seed: 2 };
const CHOICES = { data: ["xor", "moons", "circles"], noise: [0, 0.1, 0.2], branches: [1, 2], shared: [false, true], units: [2, 4, 8] };

/** A playground that shows `live`, without a page, and what it sends, says and sets. */
function shown(state = {}, live = {}, more = {}) {
  const sent = [], said = [], ctx = {
    state: { ...SETTINGS, epochs: 0, ...state }, model: { alone: Boolean(more.alone), send: (message) => sent.push(message),
      get: (name) => ({ ask: more.ask })[name], set: (_, value) => { ctx.state = value; }, save_changes: () => said.push("saved") },
    facts: { choices: CHOICES, most_epochs: 100 }, gate: null, status: { textContent: "" },
    update: () => said.push("update"), nameButtons: () => {}, copy: async (text) => said.push(`copied ${text}`),
    say: (text) => { ctx.status.textContent = text; said.push(text); },
    set: (patch, quiet) => { ctx.state = { ...ctx.state, ...patch }; said.push(quiet ? "quiet" : "set"); },
    ask: (question, reveal) => { said.push(question); reveal(); },
    t: (key, values = {}) => [key, ...Object.values(values)].join(" "),
  };
  const own = Object.assign(Object.create(playground), { running: false, waiting: null, number: 0, race: null, due: 1, sent: 0,
    live: { settings: SETTINGS, epochs: 0, usual: 60, code: "fit(epochs=$)\nplot()", ...live }, showCode: () => said.push("code") });
  return { own, ctx, sent, said, arrives: (message) => own.follow(ctx, { number: own.waiting, ...message }) };
}

timeless("a control goes to its next value, a number only as far as there are larger ones", () => {
  const { own, ctx } = shown({ data: "circles" }), next = (name, by) => own.next(ctx, name, by);

  assert.deepEqual([next("data", 1), next("data", -1), next("shared", 1), next("units", 1), next("units", -1), next("seed", 1)],
    ["xor", "moons", true, 8, 2, 3]);
  assert.deepEqual([own.next(shown({ units: 8 }).ctx, "units", 1), own.next(shown({ units: 2 }).ctx, "units", -1),
    own.next(shown({ seed: 0 }).ctx, "seed", -1), own.next(shown({ units: 3 }).ctx, "units", 1), own.next(shown({ data: "xor" }).ctx, "data", -1)],
  [8, 2, 0, 4, "circles"]);
});

timeless("a control that has no effect says why, and another begins a new model", () => {
  const { own, ctx, said } = shown({ epochs: 7 });
  own.choose(ctx, "shared", true);
  assert.deepEqual(said.splice(0), ["play_needs_branches"]);
  own.choose(ctx, "units", 4);
  ctx.gate = {};
  own.choose(ctx, "units", 8);
  ctx.gate = null;
  assert.deepEqual(said, []);
  own.choose(ctx, "units", 8);
  assert.deepEqual([said, ctx.state.units, ctx.state.epochs], [["set"], 8, 0]);
  assert.deepEqual(["merge", "units"].map((name) => own.idle(shown({ branches: 2 }).ctx, name)), ["", ""]);
  const yours = shown({}, { own: true });
  assert.deepEqual(["data", "noise", "units"].map((name) => yours.own.idle(yours.ctx, name)), ["play_yours", "play_yours", ""]);
  assert.deepEqual([true, false, 0.5, "xor"].map((value) => own.valueText(ctx, value)), ["yes", "no", "0.5", "xor"]);
});

timeless("while it runs it asks for twelve epochs after another, drawn in full every second time", () => {
  const { own, ctx, sent, said, arrives } = shown();
  own.progress(ctx);
  assert.deepEqual(sent, []);
  own.toggle(ctx);
  own.progress(ctx);
  own.progress(ctx);
  assert.deepEqual(sent.splice(0).map(({ number, ...message }) => (assert.ok(number), message)),
    [{ ask: "train", settings: SETTINGS, until: 12, brief: false }]);
  assert.deepEqual(said.splice(0), ["play_running", "update"]);
  arrives({ kind: "burst", settings: SETTINGS, epochs: 12, network: "<svg>" });
  assert.deepEqual([own.live.epochs, own.stale, ctx.state.epochs, own.waiting, said.splice(0)],
    [12, false, 12, null, ["saved", "update"]]);
  own.progress(ctx);
  assert.deepEqual([sent[0].until, sent.splice(0)[0].brief], [24, true]);
  arrives({ kind: "burst", settings: SETTINGS, epochs: 24 });
  own.halt(ctx);
  assert.deepEqual([own.stale, own.running, said.at(-1)], [true, false, "play_paused 24"]);
  own.progress(ctx); // its neurons are drawn after the last burst
  assert.deepEqual([sent[0].until, sent.splice(0)[0].brief], [24, undefined]);
  Object.assign(own, { waiting: null, stale: false, running: true });
  own.live.epochs = ctx.state.epochs = 96;
  own.progress(ctx);
  assert.equal(sent.splice(0)[0].until, 100);
  own.waiting = null;
  own.live.epochs = ctx.state.epochs = 100;
  own.progress(ctx);
  assert.deepEqual([sent, own.running, said.at(-1)], [[], false, "play_last_epoch 100"]);
});

timeless("a step is one epoch, and a burst that is on its way when it is paused still counts", () => {
  const { own, ctx, sent, said, arrives } = shown({ epochs: 5 }, { epochs: 5 });
  own.step(ctx);
  own.progress(ctx);
  assert.deepEqual([sent[0].until, sent.splice(0)[0].brief], [6, false]);
  arrives({ kind: "burst", settings: SETTINGS, epochs: 6, network: "" });
  assert.deepEqual([own.running, own.single, said.includes("play_stepped 6")], [false, false, true]);
  own.toggle(ctx);
  own.progress(ctx);
  own.step(ctx);
  assert.deepEqual([own.running, own.settling, said.at(-1)], [false, true, "play_paused 6"]);
  arrives({ kind: "burst", settings: SETTINGS, epochs: 18 });
  assert.deepEqual([own.settling, said.filter((one) => one.startsWith("play_paused"))], [false, ["play_paused 6", "play_paused 18"]]);
  arrives({ kind: "burst", settings: { ...SETTINGS, units: 8 }, epochs: 30 });
  own.follow(ctx, { kind: "burst", number: "another's", settings: SETTINGS, epochs: 17 });
  assert.equal(own.live.epochs, 18);
});

timeless("other settings are another model, and epochs of the state are caught up with", () => {
  const { own, ctx, sent, said } = shown({ units: 8, epochs: 40 });
  own.progress(ctx);
  assert.deepEqual(sent.splice(0).map(({ ask, settings }) => [ask, settings]), [["build", { ...SETTINGS, units: 8 }]]);
  own.waiting = null;
  own.live.settings = { ...SETTINGS, units: 8 };
  own.progress(ctx);
  assert.deepEqual([sent.splice(0).map(({ ask, until, brief }) => [ask, until, brief]), said], [[["train", 40, false]], ["play_catching 40"]]);
  own.take(ctx, { settings: { ...SETTINGS, units: 8 }, epochs: 40, network: "" });
  assert.equal(said.at(-1), "play_paused 40");
  const back = shown({ epochs: 3 }, { epochs: 9 }); // after undo
  back.own.progress(back.ctx);
  assert.equal(back.sent[0].ask, "build");
});

timeless("a kernel that does not answer, or refuses, leaves the settings of the model that is shown", (timers) => {
  for (const [alone, patience, words] of [[false, 20_000, "play_no_kernel"], [true, 400, "play_alone"]]) {
    const { own, ctx, said } = shown({ units: 8, epochs: 4 }, {}, { alone });
    own.progress(ctx);
    timers.tick(patience - 1);
    assert.deepEqual(said.splice(0), []);
    timers.tick(1);
    assert.deepEqual([said, ctx.state, own.waiting], [["quiet", "update", words], { ...SETTINGS, epochs: 0 }, null]);
  }
  const { own, ctx, said, arrives } = shown({ units: 8 });
  own.progress(ctx);
  arrives({ kind: "refused", text: "No." });
  assert.deepEqual([said, ctx.state.units], [["quiet", "update", "play_no_kernel", "No."], 4]);
  timers.tick(60_000);
  assert.equal(said.length, 4);
});

timeless("in ask mode both models are trained before one guesses which ends lower", () => {
  const { own, ctx, sent, said, arrives } = shown({ epochs: 30 }, { epochs: 30 }, { ask: true });
  own.choose(ctx, "seed", 3);
  assert.deepEqual([said.splice(0), sent], [["set"], []]);
  ctx.state = { ...SETTINGS, epochs: 30 };
  own.choose(ctx, "units", 8);
  const race = { until: 30, sides: [SETTINGS, { ...SETTINGS, units: 8 }], patch: { units: 8, epochs: 30 } };
  const message = ({ number, ...rest }) => (assert.ok(number), rest);
  assert.deepEqual([sent.splice(0).map(message), said.splice(0)], [[{ ask: "race", ...race, first: true }], ["play_working"]]);
  own.choose(ctx, "units", 2);
  own.progress(ctx);
  assert.deepEqual(sent, []);
  arrives({ kind: "race", question: null });
  assert.deepEqual(sent.splice(0).map(message), [{ ask: "race", ...race }]);
  arrives({ kind: "race", question: "Which?" });
  assert.deepEqual([said, ctx.state, own.race], [["Which?", "set"], { ...SETTINGS, units: 8, epochs: 30 }, null]);
  const first = shown({}, {}, { ask: true });
  first.own.choose(first.ctx, "units", 8);
  assert.equal(first.sent[0].until, 60);
});

timeless("the code has the epochs that are shown, and is copied after a burst that is on its way", async () => {
  const { own, ctx, said } = shown({}, { epochs: 24 });
  assert.deepEqual([own.code(), shown().own.code()], ["fit(epochs=24)\nplot()", "fit(epochs=60)\nplot()"]);
  Object.assign(own, { settling: true, waiting: "1" });
  await own.copyCode(ctx);
  assert.deepEqual([said, own.copies], [[], true]);
  own.settling = false;
  await own.copyCode(ctx);
  assert.deepEqual([said, own.copies], [["code", "copied fit(epochs=24)\nplot()", "play_copied 2"], false]);
});
