// What the page for model files reads, and what it draws as one box.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { boxes, contents, title } from "../../docs/drop/blocks.js";
import { ordered, written } from "../../docs/drop/graph.js";
import { lanes, links } from "../../docs/drop/links.js";
import { readKeras } from "../../docs/drop/keras.js";

const tensor = (layer, node, shape) =>
  ({ class_name: "__keras_tensor__", config: { shape, dtype: "float32", keras_history: [layer, node, 0] } });
const layer = (kind, name, config, ...calls) =>
  ({ class_name: kind, name, config: { name, ...config }, inbound_nodes: calls.map((args) => ({ args, kwargs: {} })) });
const functional = (layers, output) =>
  ({ class_name: "Functional", config: { name: "m", layers, output_layers: output } });

test("each call of a shared layer is one, with what it reads", () => {
  const model = readKeras(functional([
    layer("InputLayer", "a", { batch_shape: [null, 4] }), layer("InputLayer", "b", { batch_shape: [null, 4] }),
    layer("Dense", "both", { units: 3 }, [tensor("a", 0, [null, 4])], [tensor("b", 0, [null, 4])]),
    layer("Add", "sum", {}, [[tensor("both", 0, [null, 3]), tensor("both", 1, [null, 3])]]),
  ], [["sum", 0, 0]]));
  const names = (from) => from.map((i) => model.calls[i].name);
  const said = model.calls.map(({ name, kind, from, shape }) => [name, kind, names(from), shape]);
  assert.deepEqual(said, [
    ["a", "InputLayer", [], "(None, 4)"], ["both[0]", "Dense", ["a"], "(None, 3)"],
    ["b", "InputLayer", [], "(None, 4)"], ["both[1]", "Dense", ["b"], "(None, 3)"],
    ["sum", "Add", ["both[0]", "both[1]"], ""],
  ]);
  assert.deepEqual(model.outputs, [4]);
});

test("a file of Keras 2 lists what a call reads by names alone", () => {
  const old = (kind, name, config, ...nodes) =>
    ({ class_name: kind, name, config: { name, ...config }, inbound_nodes: nodes });
  const { calls } = readKeras(functional([
    old("InputLayer", "x", { batch_input_shape: [null, 2] }), old("Dense", "d", { units: 1 }, [["x", 0, 0, {}]]),
  ], [["d", 0, 0]]));
  assert.deepEqual(calls.map(({ from }) => from), [[], [0]]);
});

test("a Sequential without an input has one, and shapes as far as they are known", () => {
  const { calls } = readKeras({ class_name: "Sequential", config: { name: "s", layers: [
    { class_name: "Dense", config: { name: "one", units: 5 }, build_config: { input_shape: [null, 7] } },
    { class_name: "Dropout", config: { name: "two" }, build_config: { input_shape: [null, 5] } },
    { class_name: "Dense", config: { name: "three", units: 2 }, build_config: { input_shape: [null, 5] } },
  ] } });
  assert.deepEqual(calls.map(({ shape }) => shape), ["(None, 7)", "(None, 5)", "(None, 5)", "(None, 2)"]);
});

test("what is no model, or lacks a layer, says which of the two", () => {
  assert.throws(() => readKeras({ class_name: "Own", config: {} }), { message: "no_calls" });
  assert.throws(() => readKeras(null), { message: "no_calls" });
  const lacking = functional([layer("Dense", "d", { units: 1 }, [tensor("gone", 0, [null, 1])])], [["d", 0, 0]]);
  assert.throws(() => readKeras(lacking), { message: "damaged" });
});

/** A model with so many residual blocks, each of an even and an odd layer, between input and output. */
function residual(times) {
  const call = (name, kind, ...from) => ({ name, kind, from, shape: "(None, 8, 8, 4)", size: 0, heads: [] });
  const calls = [call("input", "InputLayer")];
  for (let i = 0; i < times; i++) {
    const last = calls.length - 1;
    for (const [j, part] of ["a", "b", "c"].entries()) calls.push(call(`b${i}_${part}`, "Conv2D", last + j));
    calls.push(call(`b${i}_add`, "Add", last, last + 3), call(`b${i}_relu`, "ReLU", last + 4));
  }
  calls.push(call("last", "Dense", calls.length - 1));
  return { name: "residual", calls, outputs: [calls.length - 1] };
}

test("alike blocks are one box that says how often, and every call is in one box", () => {
  for (const times of [4, 7, 50]) {
    const model = residual(times), all = boxes(model);
    assert.deepEqual(all.map((one) => [one.times, one.nodes.length]), [[1, 1], [times, 5 * times], [1, 1]]);
    assert.deepEqual(all.flatMap(({ nodes }) => nodes), [...model.calls.keys()]);
    assert.deepEqual(contents(model, all[1]), ["Conv2D ×3", "Add", "ReLU"]);
    assert.equal(title(model, all[1]), `b0 … b${times - 1}`);
  }
});

/** A model of Keras as its graph is kept, without weights. */
function kept(name) {
  const url = new URL(`../view/blocks/graphs/${name}.json`, import.meta.url);
  const { calls, outputs } = JSON.parse(readFileSync(url, "utf8"));
  const one = ([name, kind, config, shape, from]) => ({ name, kind, from, size: Math.max(0, ...config.kernel_size ?? []),
    heads: config.activation ? [config.activation] : [], shape: written([null, ...shape]) });
  return ordered({ name, calls: calls.map(one), outputs });
}

test("cells that read the two before them are boxes with lines that pass by", () => {
  const model = kept("NASNetMobile"), all = boxes(model);
  assert.ok(all.length >= 9 && Math.max(...all.map(({ nodes, times }) => nodes.length / times)) < 250, all.length);
  assert.deepEqual(all.filter(({ times }) => times > 1).map(({ times }) => times), [2, 4]);
  const [last] = all.filter(({ times }) => times === 4), names = last.nodes.map((i) => model.calls[i].name);
  assert.equal(names.at(-1), "normal_concat_12"); // the last cell, though nobody reads past it, is one of four
  assert.ok(links(model, all).some(({ from, to }) => to > from + 1));
});

test("the last block of a stage is one of its blocks, whatever follows it", () => {
  const counts = (name) => boxes(kept(name)).map(({ times }) => times).filter((times) => times > 1);
  assert.deepEqual(counts("DenseNet121"), [6, 12, 24, 16]);
  assert.deepEqual(counts("ResNet50"), [3, 4, 6, 3]);
});

test("the line of a skip leads to the box that reads it, and every box but inputs is reached", () => {
  for (const name of ["unet", "ResNet50", "InceptionV3", "experts", "siamese"]) {
    const model = kept(name), all = boxes(model), lines = links(model, all);
    const box = (i) => all.findIndex(({ nodes }) => nodes.includes(i));
    const wanted = new Set(model.calls.flatMap(({ from }, i) => from.map((j) => `${box(j)} ${box(i)}`)));
    for (let at = 0; at < all.length; at++) wanted.delete(`${at} ${at}`);
    assert.deepEqual(new Set(lines.map(({ from, to }) => `${from} ${to}`)), wanted);
    assert.equal(lines.length, wanted.size);
    assert.ok(lines.every(({ from, to }) => from < to));
  }
  assert.ok(boxes(kept("unet")).length > 5);
});

test("no two lines lie on each other", () => {
  const all = [[0, 1], [0, 5], [1, 3], [3, 5], [2, 4], [0, 6], [6, 7]].map(([from, to]) => ({ from, to }));
  assert.deepEqual([...lanes(all)].sort(), [[0, 2], [1, 0], [2, 1], [3, 0]]);
});

test("random graphs are wholly drawn, in an order in which they can run, in at most sixteen boxes", () => {
  let seed = 1;
  const random = (n) => { seed = (seed * 48_271) % 2_147_483_647; return seed % n; };
  for (let trial = 0; trial < 200; trial++) {
    const kinds = ["Dense", "Conv2D", "Add", "ReLU"], count = 1 + random(80);
    const calls = Array.from({ length: count }, (_, i) => ({
      name: `n${i}`, kind: i ? kinds[random(4)] : "InputLayer", shape: written([null, random(3)]), size: 0, heads: [],
      from: i ? Array.from({ length: 1 + random(2) }, () => random(i)) : [],
    }));
    const model = ordered({ name: "r", calls, outputs: [count - 1] }), all = boxes(model);
    assert.deepEqual(model.calls.map(({ name }) => name).sort(), calls.map(({ name }) => name).sort());
    assert.ok(model.calls.every(({ from }, i) => from.every((j) => j < i)));
    for (const { name, from } of model.calls)
      assert.deepEqual(from.map((j) => model.calls[j].name), calls[Number(name.slice(1))].from.map((j) => `n${j}`));
    assert.ok(all.length <= 16);
    assert.deepEqual(all.flatMap(({ nodes }) => nodes), [...model.calls.keys()]);
  }
});
