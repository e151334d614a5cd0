import assert from "node:assert/strict";
import { test } from "node:test";
import { blockEnds, Facts, isBlock } from "../../funclab/view/explorer/facts.js";

const node = (layer, index, inputs, outputs) => ({ layer, index, inputs, outputs, write: `${layer}[${index}]` });

/** Two inputs, a shared layer called on both, and a call that reads both results. */
function facts(state = {}, more = {}) {
  return new Facts({
    state: { selected: "", open: false, face: "calls", ...state },
    model: { get: (name) => (name === "ask" ? Boolean(more.questions) : more.answers ?? []) },
    facts: {
      layers: { x: { nodes: ["x[0]"] }, y: { nodes: ["y[0]"] }, shared: { name: "dense", nodes: ["shared[0]", "shared[1]"] },
        add: { nodes: ["add[0]"] } },
      nodes: { "x[0]": node("x", 0, [], ["x:0"]), "y[0]": node("y", 0, [], ["y:0"]),
        "shared[0]": node("shared", 0, ["x:0"], ["a:0"]), "shared[1]": node("shared", 1, ["y:0"], ["b:0"]),
        "add[0]": node("add", 0, ["a:0", "b:0"], ["out:0"]) },
      tensors: Object.fromEntries(["x", "y", "a", "b", "out"].map((name) => [`${name}:0`, { shape: `(${name},)` }])),
      frames: { "m[0]": "m", "m[0]/n[0]": "m/n", "m[1]": "m" }, ...more,
    },
  });
}

test("what is selected is a node, a layer, a tensor or a block", () => {
  const known = facts();

  assert.deepEqual(["shared[1]", "shared", "a:0", "block a to b", "none"].map((key) => known.chosen(key)?.kind),
    ["node", "layer", "tensor", "block", undefined]);
  assert.deepEqual(["shared", "a:0", "block add[0] to b", "none"].map((key) => known.nodeOf(key)),
    ["shared[0]", "shared[0]", "add[0]", null]);
  assert.equal(known.layerOf("b:0"), "shared");
});

test("the graph can be walked along and against the data", () => {
  const known = facts();

  assert.deepEqual([known.parents("add[0]"), known.next("shared[1]"), known.readersOf("x:0")],
    [["shared[0]", "shared[1]"], ["add[0]"], ["shared[0]"]]);
  const { tensors, nodes } = known.behind("a:0");
  assert.deepEqual([[...tensors], [...nodes]], [["a:0", "x:0"], ["shared[0]", "x[0]"]]);
  assert.deepEqual(known.readers.get("b:0"), [{ node: "add[0]", i: 1, n: 2 }]);
});

test("the calls of a layer are rows in their order, those of other models among them", () => {
  const layer = { nodes: ["shared[0]", "shared[1]"], elsewhere: [{ index: 0.5 }] };

  assert.deepEqual(facts().rows(layer).map(({ index, inputs, shapes }) => [index, inputs, shapes]),
    [[0, ["(x,)"], ["(a,)"]], [0.5, undefined, undefined], [1, ["(y,)"], ["(b,)"]]]);
});

test("in ask mode a shape is a question mark until its question is answered", () => {
  const questions = { "shared[0]": { id: "q" } };

  assert.equal(facts({}, { questions }).shape("a:0"), "?");
  assert.equal(facts({}, { questions }).shape("b:0"), "(b,)");
  assert.equal(facts({}, { questions, answers: [{ id: "q" }] }).shape("a:0"), "(a,)");
});

test("frames are open by name, by path, all, or around the selection", () => {
  assert.deepEqual(facts().opened(), []);
  assert.deepEqual(facts({ open: true }).opened(), ["m[0]", "m[0]/n[0]", "m[1]"]);
  assert.deepEqual(facts({ open: ["m"] }).opened(), ["m[0]", "m[1]"]);
  assert.deepEqual(facts({ selected: "m[0]/n[0]/dense[0]" }).opened(), ["m[0]", "m[0]/n[0]"]);
  assert.deepEqual([facts().tidy([]), facts().tidy(["m[1]", "m[0]", "m[0]/n[0]"]), facts().tidy(["m[1]"])],
    [false, true, ["m[1]"]]);
  assert.deepEqual(facts({ open: ["m[1]"] }).revealing("m[0]/n[0]/d"), { open: true });
  assert.deepEqual(facts({ open: true }).revealing("m[0]/n[0]/d"), {});
});

test("a block is named after its ends, in older pages as a repeat", () => {
  assert.deepEqual(["block a to b", "m[0]/block a to b", "repeat a to b", "block a", "a block b to c"].map(isBlock),
    [true, true, true, false, false]);
  assert.deepEqual(blockEnds("m[0]/block a to b"), ["m[0]/a", "m[0]/b"]);
  assert.deepEqual(blockEnds("repeat a to b"), ["a", "b"]);
});

/** A model with a layer that is called twice, and a model in it; both faces name its boxes. */
function faces(state = {}) {
  return new Facts(/** @type {any} */ ({
    state: { selected: "", open: false, face: "calls", ...state }, model: { get: () => [] },
    facts: {
      layers: { "m/d": { name: "d", box: "m/d box", nodes: ["m[0]/d[0]", "m[1]/d[0]"] }, lonely: { nodes: [] } },
      nodes: { "m[0]/d[0]": node("m/d", 0, [], ["one"]), "m[1]/d[0]": node("m/d", 1, ["one"], ["two", "three"]) },
      tensors: { one: { name: "m[0]/d[0:0]", box: "t", shape: "(1,)" }, two: { box: "t", node: "known" }, three: {}, none: {} },
      frames: { "m[0]": "m", "m[1]": "m" },
    },
  }));
}

test("a box of the layers face stands for both calls, and one of the calls face for its own", () => {
  assert.deepEqual([faces().framesOf("m[1]"), faces().framesOf("m"), faces({ face: "layers" }).framesOf("m")],
    [["m[1]"], [], ["m[0]", "m[1]"]]);
  const layers = faces({ face: "layers" });
  assert.deepEqual(["m/d", "m[1]/d[0]", "one", "none"].map((key) => layers.target(key)), ["m/d box", "m/d box", "m/d box", ""]);
  assert.deepEqual(["m/d", "lonely", "m[1]/d[0]", "one", "none", "else"].map((key) => faces().target(key)),
    ["m[0]/d[0]", "lonely", "m[1]/d[0]", "m[0]/d[0]", "none", "else"]);
  assert.equal(faces({ selected: "three" }).target(), "m[1]/d[0]");
});

test("a name, a box and a maker are those that Python gives, or the key itself", () => {
  const known = faces();

  assert.deepEqual(["m/d", "one", "two", "else"].map((key) => known.name(key)), ["d", "m[0]/d[0:0]", "two", "else"]);
  assert.deepEqual(["m/d", "one", "three", "else"].map((key) => known.box(key)), ["m/d box", "t", "three", "else"]);
  assert.deepEqual([known.nodeOf("two"), known.nodeOf("lonely"), known.nodeOf("none"), known.shape("none"), known.shape("one")],
    ["known", null, null, "", "(1,)"]);
  assert.deepEqual([known.readersOf("one"), known.readersOf("two"), known.next("m[0]/d[0]")], [["m[1]/d[0]"], [], ["m[1]/d[0]"]]);
  assert.deepEqual([known.chosen("m/d").node, known.chosen("else")], [null, null]);
});

test("a part of the picture belongs to the frame of what is selected", () => {
  const keys = (selected, path) => new Facts(/** @type {any} */ ({
    state: { selected, face: "layers", open: false }, model: { get: () => [] },
    facts: { layers: { "a/d": { box: "d", nodes: [] } }, nodes: {}, frames: {},
      tensors: { "b/c/t": { box: "d" }, "bb/t": { box: "d" } } },
  })).keyOf(path);

  assert.deepEqual([keys("", "d"), keys("b/c/x", "d"), keys("bb/x", "d"), keys("z/x", "d"), keys("", "a/d"), keys("", "none")],
    ["a/d", "b/c/t", "bb/t", "a/d", "a/d", undefined]);
});

test("of all frames none, all or some are open, also when there is one only", () => {
  assert.deepEqual([faces().tidy(["m[0]"]), faces().tidy(["m[0]", "m[1]"]), faces().tidy(["other"])], [["m[0]"], true, false]);
  const none = new Facts(/** @type {any} */ ({ state: {}, model: {}, facts: { layers: {}, nodes: {}, tensors: {}, frames: {} } }));
  assert.equal(none.tidy([]), false);
});
