// What the explorer knows about a model: the facts that Python sends, and what follows from them.

export class Facts {
  /** @param {Context} ctx */
  constructor(ctx) {
    this.ctx = ctx;
    const { layers, nodes, frames } = ctx.facts;
    const tensors = Object.create(null);
    for (const [key, fact] of Object.entries(ctx.facts.tensors)) tensors[key] = { ...fact };
    this.layers = layers;
    this.nodes = nodes;
    this.tensors = tensors;
    this.frames = frames;
    this.order = Object.keys(nodes);
    this.paths = null;
    this.readers = new Map();
    for (const [key, node] of Object.entries(nodes)) {
      for (const made of node.outputs) tensors[made].node ??= key;
      node.inputs.forEach((read, i) =>
        this.readers.set(read, [...(this.readers.get(read) ?? []), { node: key, i, n: node.inputs.length }]));
    }
  }

  /** The facts of what is selected: a node, a layer, a tensor or a block. */
  chosen(key = this.ctx.state.selected) {
    const { layers, nodes, tensors } = this;
    if (key in nodes) return { kind: "node", node: nodes[key], layer: layers[nodes[key].layer] };
    if (key in layers) return { kind: "layer", layer: layers[key], node: null };
    if (key in tensors) return { kind: "tensor", tensor: tensors[key], node: nodes[tensors[key].node] };
    return isBlock(key) ? { kind: "block" } : null;
  }

  /** The node that a key stands for: a node itself, a tensor's maker, a layer's first call. */
  nodeOf(key = this.ctx.state.selected) {
    if (key in this.nodes) return key;
    if (isBlock(key)) return blockEnds(key)[0];
    return this.tensors[key]?.node ?? this.layers[key]?.nodes[0] ?? null;
  }

  /** The layer that is selected, or the layer of the selected node or tensor. */
  layerOf(key = this.ctx.state.selected) { return key in this.layers ? key : this.nodes[this.nodeOf(key)]?.layer; }

  name(key) { return (this.layers[key] ?? this.tensors[key])?.name ?? key; }

  /** The key of the box of a layer or tensor in the layers face. */
  box(key) { return (this.layers[key] ?? this.tensors[key])?.box ?? key; }

  parents(node) {
    return [...new Set(this.nodes[node].inputs.map((read) => this.tensors[read]?.node).filter(Boolean))];
  }

  readersOf(tensor) { return [...new Set((this.readers.get(tensor) ?? []).map(({ node }) => node))]; }

  next(node) { return this.nodes[node].outputs.flatMap((made) => this.readersOf(made)); }

  /** The shape of a tensor; in ask mode only once its question has been answered. */
  shape(tensor) { return this.told(this.tensors[tensor]?.node) ? this.tensors[tensor]?.shape ?? "" : "?"; }

  /** Whether the shape that a call makes may be shown. */
  told(node) {
    const question = this.question(node);
    return !question || this.ctx.model.get("answers").some((answer) => answer.id === question.id);
  }

  question(node) { return this.ctx.model.get("ask") ? this.ctx.facts.questions?.[node] : null; }

  /** The calls of a layer, in and outside this model, as rows of a table. */
  rows(layer) {
    const own = layer.nodes.map((key) => {
      const { index, inputs, outputs, write } = this.nodes[key];
      return { key, index, write, inbound: inputs.map((read) => this.name(read)),
        inputs: inputs.map((read) => this.shape(read)),
        outputs: outputs.map((made) => this.name(made)), shapes: outputs.map((made) => this.shape(made)) };
    });
    return [...own, ...layer.elsewhere ?? []].sort((a, b) => a.index - b.index);
  }

  /** The nodes and tensors between the inputs and a tensor. */
  behind(key) {
    const tensors = new Set(), nodes = new Set(), waiting = [key];
    while (waiting.length) {
      const tensor = waiting.pop(), node = this.tensors[tensor]?.node;
      if (tensors.has(tensor) || !node) continue;
      tensors.add(tensor);
      nodes.add(node);
      waiting.push(...this.nodes[node].inputs);
    }
    return { tensors, nodes };
  }

  /** The open frames, by their keys in the calls face: those named, and around the selection. */
  opened({ open, selected } = this.ctx.state) {
    const named = (key) => (typeof open === "boolean" ? open :
      [key, key.replace(/\[\d+\]$/, ""), this.frames[key]].some((name) => open.includes(name)));
    return Object.keys(this.frames).filter((key) => named(key) || selected.startsWith(`${key}/`));
  }

  /** Open frames in the form that the state has: none, all, or a list. */
  tidy(keys) {
    const every = Object.keys(this.frames), open = every.filter((key) => keys.includes(key));
    return open.length === every.length ? open.length > 0 : open.length > 0 && open;
  }

  /** What must be open so that a key is visible. */
  revealing(key) {
    const opened = this.opened(), around = Object.keys(this.frames).filter((frame) => key.startsWith(`${frame}/`));
    const missing = around.filter((frame) => !opened.includes(frame));
    return missing.length ? { open: this.tidy([...opened, ...missing]) } : {};
  }

  /** The frames that a box stands for: one in the calls face; in the layers face, one per call. */
  framesOf(path) {
    if (this.ctx.state.face === "calls") return path in this.frames ? [path] : [];
    return Object.keys(this.frames).filter((key) => this.frames[key] === path);
  }

  /** The key in the facts of what a part of the picture shows; of the same frame in both faces. */
  keyOf(path) {
    if (this.chosen(path)) return path;
    this.paths ??= Object.entries({ ...this.layers, ...this.tensors });
    const keys = this.paths.filter(([, fact]) => fact.box === path).map(([key]) => key);
    const frame = this.ctx.state.selected.split("/").slice(0, -1).join("/");
    return keys.find((key) => frame && key.startsWith(`${frame}/`)) ?? keys[0];
  }

  /** The key of the box that stands for what is selected. */
  target(key = this.ctx.state.selected) {
    if (this.ctx.state.face === "layers") return this.layerOf(key) ? this.box(this.layerOf(key)) : "";
    if (key in this.layers) return this.layers[key].nodes[0] ?? key;
    return this.tensors[key]?.node ?? key;
  }
}

/** A block is named after its first and last call; in older pages, a repeat. */
export function isBlock(key) {
  const at = key.search(/(^|\/)(block|repeat) /);
  return at >= 0 && key.indexOf(" to ", at + 6) > 0;
}

export function blockEnds(key) {
  const [, prefix, , first, last] = key.match(/^(.*\/)?(block|repeat) (.*) to (.*)$/);
  return [`${prefix ?? ""}${first}`, `${prefix ?? ""}${last}`];
}
