// Models as Keras and funclab write them: the config of `.keras`, `.h5` and `to_json()`.

import { ordered, written } from "./graph.js";

/** Classes whose result has the shape of what they read. */
const SAME = /^(Activation|.*Dropout\d?D?|.*Normalization|(Leaky|P)?ReLU|ELU|Softmax|GaussianNoise|Masking|Rescaling)$/;
const MODELS = new Set(["Functional", "Model", "Sequential"]);

/** The tensors, as [layer, node, index, shape], in the arguments of a call, at any depth. */
function tensorsIn(value) {
  if (value?.class_name === "__keras_tensor__")
    return [[...value.config.keras_history, written(value.config.shape)]];
  if (Array.isArray(value) && typeof value[0] === "string" && Number.isInteger(value[1]) && Number.isInteger(value[2]))
    return [[value[0], value[1], value[2], ""], ...tensorsIn(value[3])]; // as Keras 2 wrote them
  return value && typeof value === "object" ? Object.values(value).flatMap(tensorsIn) : [];
}

/** What a layer that stands alone makes, from what it reads. */
function made({ class_name: kind, config, build_config: built }, read) {
  const shape = built?.input_shape ?? read;
  if (!Array.isArray(shape)) return null;
  if (kind === "Dense") return [...shape.slice(0, -1), config.units];
  return SAME.test(kind) ? shape : null;
}

function callOf(layer, from) {
  const { class_name: kind, config } = layer, { kernel_size: kernel = [], pool_size: pool = [] } = config;
  const activation = config.activation?.class_name ?? config.activation;
  return {
    name: layer.name ?? config.name, kind, from, size: Math.max(0, ...[kernel, pool].flat()),
    heads: typeof activation === "string" && activation !== "linear" ? [activation] : [],
    shape: written(config.batch_shape ?? config.batch_input_shape ?? made(layer)),
    ...MODELS.has(kind) && config.layers ? { inside: readKeras(layer) } : {},
  };
}

function sequential({ config }) {
  const calls = [], layers = config.layers ?? config;
  let shape = null;
  for (const layer of layers) {
    const first = layer.config.batch_shape ?? layer.config.batch_input_shape, read = layer.build_config?.input_shape;
    if (!calls.length && layer.class_name !== "InputLayer")
      calls.push({ name: "input", kind: "InputLayer", from: [], size: 0, heads: [], shape: written(first ?? read) });
    else if (calls.length && read) calls.at(-1).shape = written(read);
    shape = first && layer.class_name === "InputLayer" ? first : made(layer, shape);
    const call = callOf(layer, calls.length ? [calls.length - 1] : []);
    calls.push({ ...call, shape: call.shape || written(shape) });
  }
  return { name: config.name ?? "sequential", calls, outputs: [calls.length - 1] };
}

/** A Functional model; a layer that is called several times is several calls. */
function functional({ config }) {
  const calls = [], number = new Map(), read = [];
  for (const layer of config.layers) {
    const nodes = layer.inbound_nodes?.length ? layer.inbound_nodes : [[]];
    for (const [i, node] of nodes.entries()) {
      const call = callOf(layer, []);
      number.set(`${call.name} ${i}`, calls.length);
      calls.push(nodes.length > 1 ? { ...call, name: `${call.name}[${i}]` } : call);
      read.push(tensorsIn(node));
    }
  }
  // A nested model's nodes are counted from the first one inside it, which no file lists.
  const find = ([layer, node]) => {
    for (let i = node; i >= 0; i--) if (number.has(`${layer} ${i}`)) return number.get(`${layer} ${i}`);
    throw new Error("damaged");
  };
  for (const [i, tensors] of read.entries()) {
    calls[i].from = tensors.map(find);
    for (const tensor of tensors) if (tensor[3]) calls[find(tensor)].shape = tensor[3];
  }
  const outputs = tensorsIn(config.output_layers ?? []).map(find);
  return ordered({ name: config.name, calls, outputs });
}

/** The model of a config; throws if it is of no kind whose calls are written down. */
export function readKeras(whole) {
  const { class_name: kind, config } = whole ?? {};
  if (kind === "Sequential" && (config?.layers ?? config)?.length) return sequential(whole);
  if (Array.isArray(config?.layers) && config.output_layers) return functional(whole);
  throw new Error("no_calls");
}
