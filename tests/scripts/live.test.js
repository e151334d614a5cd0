import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, Context, same } from "../../funclab/view/live/core.js";
import { focusOn } from "../../funclab/view/live/focus.js";
import { held } from "../../funclab/view/live/held.js";
import { announce, inKernel, KERNEL } from "../../funclab/view/live/kernel.js";
import { checked } from "../../funclab/view/live/stored.js";
import { within } from "../../funclab/view/live/within.js";

const traits = { state: { step: 0 }, home: { step: 0 }, blank: { step: 0 }, stop: -1, answers: [], call: "f(m$)" };

/** A view's context without a page. */
function context(changed = {}) {
  const ctx = new Context(held({ ...traits, ...changed }), null, null);
  ctx.status = {};
  return ctx;
}

test("a state is written as Python", () => {
  const state = { step: 2, all: true, name: 'a "b"', none: null, list: [1, false], table: { k: 1.5 } };
  const blank = { step: 0, all: false, name: "", none: 1, list: [] };
  const ctx = context({ blank });
  ctx.model.set("state", state);

  assert.equal(ctx.line(),
    'f(m, step=2, all=True, name="a \\"b\\"", none=None, list=[1, False], table={"k": 1.5})');
  assert.equal(context().line(), "f(m)");
  assert.equal(context({ call: "f($)", state: { step: 3 } }).line(), "f(step=3)");
});

test("undo goes back over what was set, but not over what was set quietly", () => {
  const ctx = context();
  ctx.set({ step: 1 });
  ctx.set({ step: 2 }, true);
  ctx.set({ step: 2 });

  assert.equal(ctx.past.length, 1);
  ctx.past.push({ state: { step: 7 }, stop: 1 });
  ctx.forget = () => {};
  ctx.undo();
  assert.deepEqual([ctx.state, ctx.model.get("stop"), ctx.status.textContent], [{ step: 7 }, 1, TEXTS.undone]);
});

test("a text has its values, and an unknown one is its key", () => {
  assert.equal(context().t("hit_of", { i: 2, n: 3 }), TEXTS.hit_of.replace("{i}", "2").replace("{n}", "3"));
  assert.equal(context().t("no such text"), "no such text");
});

test("data is requested once, and a view follows only what it did not request", () => {
  const ctx = context({ facts: { frames: { known: 1 } } }), sent = [], followed = [];
  ctx.model.send = (message) => sent.push(message);
  ctx.view = { follow: (_, message) => followed.push(message) };
  ctx.update = () => {};

  assert.deepEqual(["known", "a", "a"].map((key) => ctx.lazy("frames", key)), [1, undefined, null]);
  ctx.follow({ kind: "frames", key: "a", value: 5 });
  ctx.follow({ kind: "tick" });
  assert.deepEqual([sent, ctx.lazy("frames", "a"), followed], [[{ ask: "frames", key: "a" }], 5, [{ kind: "tick" }]]);
});

test("the kernel's model gets what was changed before it came, and nothing else", () => {
  const given = { state: { step: 4, all: true }, stop: 3, answers: ["before"] };
  const model = { get: (name) => given[name], set: (name, value) => { given[name] = value; }, save_changes() {} };
  const own = held({ ...traits, state: { step: 0, all: false } });
  own.set("state", { step: 1, all: false });
  own.handTo(model);

  assert.deepEqual(given, { state: { step: 1, all: true }, stop: 3, answers: ["before"] });
});

test("a model without a kernel tells of changes, and only of those", () => {
  const own = held(traits), heard = [];
  own.on("change:stop", () => heard.push(own.get("stop")));
  for (const stop of [-1, 2, 2]) own.set("stop", stop);
  own.hear({ method: "update", state: { stop: 5, unknown: 1 } }, "a kernel");

  assert.deepEqual([heard, own.alone, own.kernel, own.get("unknown")], [[2, 5], false, "a kernel", undefined]);
});

test("a model is known until its kernel is gone", async () => {
  const whole = { comm_live: true };
  const events = {};
  const model = { get: () => "id", on: (name, call) => { events[name] = call; },
    widget_manager: { kernel: {}, get_model: async () => whole } };
  announce(model);
  await null;

  assert.equal(inKernel("id"), model);
  model.widget_manager.kernel = null;
  assert.equal(inKernel("id"), null);
  model.widget_manager.kernel = {};
  Object.assign(whole, { comm_live: false });
  events.comm_live_update();
  assert.equal(KERNEL.models.has("id"), false);
});

/** A model of a kernel's widget as anywidget makes it: `broken` if its script has not loaded in time. */
function whole(broken) {
  const heard = [], comm = { on_msg: (hear) => { comm.hear = hear; }, send: (...message) => heard.push(message) };
  const plain = { _handle_comm_msg(message) { heard.push([this, message]); } };
  const own = { async _handle_comm_msg() { if (broken) throw new Error("not loaded"); } };
  return { heard, model: Object.assign(Object.create(Object.setPrototypeOf(own, plain)), { comm }) };
}

test("a kernel is heard although anywidget has given up on its model, and only then without it", async () => {
  for (const broken of [true, false]) {
    const { heard, model } = whole(broken);
    announce({ get: () => "id", on() {}, widget_manager: { get_model: async () => model } });
    await new Promise(setImmediate);
    model.comm.hear?.("news");

    const missed = [[{ method: "request_state" }, {}], [model, "news"]];
    assert.deepEqual(heard, broken ? missed : []);
  }
  KERNEL.models.delete("id");
});

test("what was stored passes only with its types, and without names of all objects", () => {
  const refused = /^Error: A stored view is refused/;

  assert.equal(same(checked({ own_id: "x", state: { step: 0 } }), { state: { step: 0 } }), true);
  assert.equal(Object.getPrototypeOf(checked({ facts: { a: {} } }).facts.a), null);
  for (const wrong of [{ stop: "1" }, { facts: [] }, { state: { a: { b: 1 } } }, { tour: [{ state: {} }] },
    { title: "x".repeat(200_000) }, { facts: JSON.parse('{"__proto__": {}}') },
    { facts: { a: Array(30_000).fill(0) } }, { facts: JSON.parse(`{"a": ${"[".repeat(20)}${"]".repeat(20)}}`) }])
    assert.throws(() => checked(wrong), (error) => refused.test(String(error)), JSON.stringify(wrong).slice(0, 80));
});

test("a kernel that is busy is heard by who asked for its messages, until they ask no more", () => {
  const own = held(traits), heard = [];
  const hear = (content) => heard.push(content), changed = () => heard.push("changed");
  own.hear({ method: "custom", content: "nobody" }, "a kernel");
  own.on("msg:custom", hear);
  own.on("change:stop", changed);
  own.hear({ method: "custom", content: "first" }, "a kernel");
  own.hear({ method: "other", content: "not for us", state: { stop: 7 } }, "a kernel");
  own.set("stop", -1);
  own.off("change:stop", changed);
  own.off("never:heard", changed);
  own.set("stop", 4);

  assert.deepEqual(heard, ["first"]);
  assert.deepEqual([held(traits).alone, held(traits).kernel], [true, null]);
});

test("what the kernel sent is not handed back to it, and all that was changed is saved once", () => {
  const given = { state: { step: 0 }, stop: -1, answers: [] };
  let saved = 0;
  const model = { get: (name) => given[name], set: (name, value) => { given[name] = value; }, save_changes: () => { saved += 1; } };
  const own = held(traits);
  own.hear({ method: "update", state: { stop: 5 } }, "a kernel");
  own.set("answers", ["one"]);
  own.handTo(model);

  assert.deepEqual([given, saved], [{ state: { step: 0 }, stop: -1, answers: ["one"] }, 1]);
  own.set("stop", 2);
  own.handTo(model);
  assert.equal(given.stop, 2);
});

test("a model that comes is told to who waits for it, and one without an id is none", async () => {
  const heard = [];
  KERNEL.news.addEventListener("late", () => heard.push("late"));
  const model = { get: (name) => ({ own_id: "late" })[name], on() {},
    widget_manager: { get_model: (id) => (id === "late" ? Promise.reject(new Error("gone")) : null) } };
  const retire = announce(model);

  assert.deepEqual([heard, KERNEL.models.get("late"), typeof retire], [["late"], model, "function"]);
  await new Promise(setImmediate);
  assert.equal(KERNEL.models.has("late"), false); // its kernel does not know it
  assert.equal(announce({ get: () => "" }), undefined);
  assert.equal(globalThis.funclab, KERNEL);
});

test("each part of a stored view has its type", () => {
  const passes = (stored) => {
    try { return Object.keys(checked(stored)).length === Object.keys(stored).length; } catch { return false; }
  };

  for (const right of [{ ask: true }, { answers: [null, "b", { given: [1, null] }] }, { space: [1, 2.5] }, { cover: "" },
    { tour: [{ text: "Look.", state: { step: 1, open: ["m"] } }] }, { facts: {} }, { title: "x".repeat(100_000) },
    { facts: { a: Array(20_000).fill(0) } }, { facts: JSON.parse(`{"a": ${"[".repeat(15)}${"]".repeat(15)}}`) }])
  
    assert.ok(passes(right), JSON.stringify(right).slice(0, 80));
  for (const wrong of [{ ask: 1 }, { ask: null }, { answers: [[1]] }, { answers: [{ given: { a: 1 } }] }, { space: ["1"] },
    { tour: ["Look."] }, { tour: [{ text: 1, state: {} }] }, { tour: [{ text: "Look." }] }, { facts: null }, { state: null },
    { title: "x".repeat(100_001) }, { facts: { a: Array(20_001).fill(0) } }, { state: { a: [[1]] } },
    { facts: JSON.parse(`{"a": ${"[".repeat(17)}${"]".repeat(17)}}`) }, { state: { ["x".repeat(100_001)]: 1 } }])
    assert.ok(!passes(wrong), JSON.stringify(wrong).slice(0, 80));
  assert.throws(() => checked({ ask: 1 }), { message: `${TEXTS.stored_why} ${TEXTS.stored_other_type.replace("{name}", "ask")}` });
});

test("a place beyond a list is its first or its last one", () => {
  assert.deepEqual([-3, 0, 2, 4, 5, 9].map((place) => within(place, 5)), [0, 0, 2, 4, 4, 4]);
  assert.equal(within(2, 0), 0);
});

test("a part gets the focus where it stands, if there is one", () => {
  const heard = [];
  focusOn({ focus: (how) => heard.push(how) });
  focusOn(null);

  assert.deepEqual(heard, [{ preventScroll: true }]);
});

/** A context whose page is a few plain objects, and what it has put there. */
function paged(changed = {}) {
  const ctx = context(changed), shown = [];
  Object.assign(ctx, { askBox: { hidden: true, replaceChildren: (...parts) => shown.push(...parts) },
    el: { focus: () => shown.push("focus") }, update: () => shown.push("update"), tell: (record) => shown.push(record) });
  return { ctx, shown };
}

/** Without what a stored table lacks of other objects. */
const plain = (value) => JSON.parse(JSON.stringify(value));

test("a question is asked once, and what it hides is shown with its answer", () => {
  const { ctx, shown } = paged({ ask: true }), revealed = [];
  ctx.showQuestion = () => shown.push("question");
  const question = { id: "q", prompt: "Which?", options: ["a", "b"], answer: "b" };
  ctx.ask(question, () => revealed.push("b"));
  assert.deepEqual([revealed, shown, ctx.gate.question], [[], ["question"], question]);
  ctx.answer(0);

  const record = { id: "q", prompt: "Which?", given: "a", right: "b", correct: false };
  assert.deepEqual([revealed, ctx.model.get("answers"), ctx.gate], [["b"], [record], null]);
  assert.deepEqual([shown.slice(1), ctx.status.textContent], [[record, "focus"], ""]);
  ctx.ask(question, () => revealed.push("again"));
  ctx.ask(null, () => revealed.push("nothing"));
  assert.deepEqual([revealed, ctx.gate], [["b", "again", "nothing"], null]);
  const skipped = paged({ ask: true });
  skipped.ctx.gate = { question, reveal: () => {} };
  skipped.ctx.answer(-1);
  assert.deepEqual([skipped.ctx.model.get("answers")[0].given, skipped.ctx.model.get("answers")[0].correct], [null, false]);
  const usual = paged({ ask: false });
  usual.ctx.ask(question, () => revealed.push("unasked"));
  assert.equal(revealed.at(-1), "unasked");
});

test("an answer before the outcome is marked once it is known", () => {
  const open = { id: "q", given: "a", right: null, correct: null }, { ctx, shown } = paged({ answers: [{ id: "p" }, open] });
  ctx.judge("none", "a", "");
  ctx.judge("q", "a", "So.");

  const judged = { ...open, right: "a", correct: true };
  assert.deepEqual(plain([ctx.model.get("answers"), shown, ctx.askBox.hidden]), [[{ id: "p" }, judged], [judged], false]);
  ctx.judge("q", "b", "");
  assert.deepEqual(plain(ctx.model.get("answers")[1]), judged);
  assert.deepEqual([{ given: null }, { given: "b", correct: true }, { given: "b", right: "a" }].map((one) => ctx.verdict(one)),
    [context().t("shown", { given: "" }), context().t("right", { given: "b" }), context().t("not_right", { given: "b", right: "a" })]);
});

test("a question that is answered elsewhere on the page is closed here", () => {
  const { ctx, shown } = paged();
  ctx.answeredElsewhere();
  ctx.gate = { question: { id: "q" } };
  ctx.answeredElsewhere();
  assert.deepEqual([shown, Boolean(ctx.gate)], [[], true]);
  ctx.model.set("answers", [{ id: "q" }]);
  ctx.answeredElsewhere();

  assert.deepEqual([shown, ctx.gate, ctx.askBox.hidden], [["update"], null, true]);
});

test("undo goes back 200 steps, and says when there is none", () => {
  const { ctx, shown } = paged();
  for (let step = 1; step <= 201; step++) ctx.set({ step });
  assert.equal(ctx.past.length, 200);
  for (let i = 0; i < 200; i++) ctx.undo();
  assert.deepEqual([ctx.state, ctx.status.textContent], [{ step: 1 }, TEXTS.undone]);
  ctx.undo();
  assert.deepEqual([ctx.state, ctx.status.textContent, shown], [{ step: 1 }, TEXTS.nothing_to_undo, []]);
  ctx.gate = { question: { id: "q" } };
  ctx.reset();
  assert.deepEqual(plain([ctx.state, ctx.model.get("stop"), ctx.status.textContent, shown, ctx.past.length]),
    [{ step: 0 }, -1, TEXTS.as_the_lesson_had_it, ["update"], 1]);
});

test("a tour ends at its ends, and each stop begins from home", () => {
  const tour = [{ text: "a", state: { step: 3 } }, { text: "b", state: {} }], { ctx } = paged({ tour, state: { step: 9 } });
  const at = () => [ctx.model.get("stop"), ctx.state, ctx.past.length];
  ctx.visit(0);
  assert.deepEqual(at(), [0, { step: 3 }, 1]);
  ctx.visit(-1);
  assert.deepEqual(at(), [0, { step: 3 }, 1]);
  ctx.visit(7);
  assert.deepEqual(at(), [1, { step: 0 }, 2]);
  const { ctx: none } = paged({ tour: [] });
  none.visit(0);
  assert.deepEqual([none.past, none.model.get("stop")], [[], -1]);
});

test("words of a right-to-left script are isolated, and no sign turns what follows", () => {
  const ctx = context();
  ctx.say("a שלום עולם b\u202ec");
  assert.equal(ctx.status.textContent, "a \u2068שלום עולם\u2069 b\ufffdc");
  ctx.say(5);
  assert.equal(ctx.status.textContent, 5);
});

test("a sentence of 110 characters fits on the foot", () => {
  assert.deepEqual([brief("x".repeat(110)), brief("x".repeat(111)), brief("abcd", 3)],
    ["x".repeat(110), `${"x".repeat(109)}…`, "ab…"]);
});
