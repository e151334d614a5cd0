// Models of ONNX: the fields of its protocol buffers that say what is connected to what.

import { PbfReader } from "pbf";
import { ordered, written } from "./graph.js";

/** Read a message inside another: `fields` has, by number, what to do with each. */
const message = (pbf, fields, result) => pbf.readMessage((tag, one, reader) => fields[tag]?.(one, reader), result);
const text = (key) => (one, pbf) => { one[key] = pbf.readString(); };
const texts = (key) => (one, pbf) => { one[key].push(pbf.readString()); };

const ATTRIBUTE = { 1: text("name"), 8: (one, pbf) => {
  if (pbf.type === 2) pbf.readPackedVarint(one.ints); else one.ints.push(pbf.readVarint());
} };
const NODE = {
  1: texts("input"), 2: texts("output"), 3: text("name"), 4: text("kind"),
  5: (one, pbf) => one.attributes.push(message(pbf, ATTRIBUTE, { name: "", ints: [] })),
};
const DIMENSION = { 1: (one, pbf) => { one.length = pbf.readVarint(); }, 2: (one) => { one.length = null; } };
const SHAPE = { 1: (one, pbf) => one.shape.push(message(pbf, DIMENSION, { length: null }).length) };
const TENSOR_TYPE = { 2: (one, pbf) => message(pbf, SHAPE, one) };
const TYPE = { 1: (one, pbf) => message(pbf, TENSOR_TYPE, one) };
const VALUE = { 1: text("name"), 2: (one, pbf) => message(pbf, TYPE, one) };
const value = (key) => (one, pbf) => one[key].push(message(pbf, VALUE, { name: "", shape: [] }));
const WEIGHT = { 8: text("name") };
const GRAPH = {
  1: (one, pbf) => one.nodes.push(message(pbf, NODE, { input: [], output: [], name: "", kind: "", attributes: [] })),
  2: text("name"),
  5: (one, pbf) => one.weights.add(message(pbf, WEIGHT, { name: "" }).name),
  11: value("inputs"), 12: value("outputs"), 13: value("values"),
};

export function readOnnx(bytes) {
  const graph = { nodes: [], name: "", weights: new Set(), inputs: [], outputs: [], values: [] };
  new PbfReader(bytes).readFields((tag, one, pbf) => { if (tag === 7) message(pbf, GRAPH, one); }, graph);
  if (!graph.nodes.length) throw new Error("no_model");
  const known = [...graph.inputs, ...graph.outputs, ...graph.values];
  const shapes = new Map(known.map(({ name, shape }) => [name, written(shape)]));
  const maker = new Map(), calls = [];
  for (const { name } of graph.inputs) {
    if (graph.weights.has(name)) continue;
    maker.set(name, calls.length);
    calls.push({ name, kind: "Input", from: [], shape: shapes.get(name), size: 0, heads: [] });
  }
  for (const { input, output, name, kind, attributes } of graph.nodes) {
    const from = input.filter((one) => maker.has(one)).map((one) => maker.get(one));
    const size = Math.max(0, ...attributes.filter((one) => one.name === "kernel_shape").flatMap(({ ints }) => ints));
    for (const one of output) maker.set(one, calls.length);
    calls.push({ name: name || output[0], kind, from, shape: shapes.get(output[0]) ?? "", size, heads: [] });
  }
  const outputs = graph.outputs.flatMap(({ name }) => maker.has(name) ? [maker.get(name)] : []);
  return ordered({ name: graph.name, calls, outputs });
}
