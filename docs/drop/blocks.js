// A long graph as a row of boxes: what stands between two places where everything passes through one
// tensor is a region; alike regions that follow each other, alone or in groups, are one box. The
// picture in a notebook, made by `funclab/view/blocks`, finds more, and draws every line.

const MOST = 16;
const LONGEST = 12;
const NEAR = 5;
const SHARED = .8;
const APART = 100;
/** A region of more calls is split where it can be, and into at least so many parts. */
const LARGE = 40, PARTS = 3;
/** What follows alone belongs to what is before it, unless that is a whole block which repeats. */
const TAIL = /^(Activation|ReLU|LeakyReLU|Relu|BatchNormalization|LayerNormalization|Dropout)$/;
const QUIET = new Set(["Dropout", "ZeroPadding2D", "Cropping2D", "GaussianNoise", "Identity"]);

/** Where only one tensor is still to be read, a region ends. */
function regions(model) {
  const { calls } = model, open = openAfter(model), found = [];
  let begin = 0;
  const add = (end) => {
    found.push(region(calls, begin, end));
    begin = end;
  };
  for (let i = 0; i < calls.length; i++) {
    if (open[i] > 1 && i < calls.length - 1) continue;
    const before = found.at(-1);
    const again = before?.sign === found.at(-2)?.sign && before?.nodes.some((n) => calls[n].from.length > 1);
    const follows = before && i === begin && calls[i - 1].from.length && TAIL.test(calls[i].kind);
    if (follows && !again) begin = found.pop().nodes[0];
    for (const end of i + 1 - begin > LARGE ? ends(calls, open, begin, i + 1) : []) add(end);
    add(i + 1);
  }
  return mended(calls, found);
}

/** Parts that together are what the region before them is become one: nobody reads past the last of
 * many cells, which is split where the others are not. */
function mended(calls, items) {
  return items.reduce(({ done, skip }, item, at) => {
    if (skip) return { done, skip: skip - 1 };
    const before = done.at(-1), begin = item.nodes[0], end = begin + (before?.nodes.length ?? 0);
    const last = items.findIndex(({ nodes }) => nodes.at(-1) === end - 1);
    const whole = last > at && region(calls, begin, end);
    return whole && whole.sign === before.sign
      ? { done: [...done, whole], skip: last - at } : { done: [...done, item], skip };
  }, { done: [], skip: 0 }).done;
}

const region = (calls, begin, end) => ({
  times: 1, nodes: range(begin, end), sign: signature(calls, begin, end), space: spaceOf(calls[end - 1].shape),
});

/** After each call, how many tensors are still to be read. */
function openAfter({ calls, outputs }) {
  const last = new Array(calls.length).fill(-1), open = new Set();
  calls.forEach(({ from }, i) => from.forEach((j) => { last[j] = i; }));
  for (const i of outputs) last[i] = calls.length; // to the end
  return calls.map((_, i) => {
    for (const j of open) if (last[j] <= i) open.delete(j);
    if (last[i] > i) open.add(i);
    return open.size;
  });
}

/** Where a region that nothing cuts is split: after merges that only one tensor passes by, as in cells
 * that read the two before them, else by two, and so on; else where a way begins or ends. */
function ends(calls, open, begin, end) {
  const inside = range(begin, end - 1), readers = new Map();
  for (const i of range(begin, end)) for (const j of calls[i].from) readers.set(j, (readers.get(j) ?? 0) + 1);
  for (let most = 2; most <= PARTS; most++) {
    const merges = inside.filter((i) => calls[i].from.length > 1 && open[i] <= most);
    if (merges.length >= PARTS - 1) return merges.map((i) => i + 1);
  }
  const single = (i) => readers.get(i) === 1 && calls[i + 1].from.length === 1 && calls[i + 1].from[0] === i;
  return inside.filter((i) => !single(i)).map((i) => i + 1);
}

/** The lengths between the batch and the channels. */
const spaceOf = (shape) => shape.split(", ").slice(1, -1).join();

const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

/** Equal for regions of the same classes, connected in the same way. */
function signature(calls, begin, end) {
  const read = (i, from) => from.map((j) => j < begin ? "in" : i - (j - begin));
  const name = ({ kind, size, heads, from }, i) =>
    QUIET.has(kind) ? "" : `${kind}${size > 1 ? "+" : ""}${heads}(${read(i, from)})`;
  return calls.slice(begin, end).map(name).filter(Boolean).join(" ");
}

/** Alike items that follow each other become one: single ones of one size first, then groups; of
 * these, what saves most. */
function folded(items) {
  let best = null;
  for (let size = 1; size <= LONGEST && !(best && size === 2); size++)
    for (let at = 0; at + 2 * size <= items.length; at++) {
      let times = 1;
      const alike = (one, other) => one.sign === other?.sign && (size > 1 || one.space === other.space);
      while (range(0, size).every((i) => alike(items[at + i], items[at + times * size + i]))) times++;
      const nodes = items.slice(at, at + times * size).reduce((sum, one) => sum + one.nodes.length, 0);
      const saved = (times - 1) * size;
      if (times > 1 && nodes > times && (!best || saved > best.saved)) best = { at, size, times, saved };
    }
  if (!best) return items;
  const { at, size, times } = best, whole = items.slice(at, at + times * size);
  const sign = `${times} of ${whole.slice(0, size).map((one) => one.sign)}`;
  const run = { times, nodes: whole.flatMap(({ nodes }) => nodes), sign, space: whole.at(-1).space };
  return folded([...items.slice(0, at), run, ...items.slice(at + whole.length)]);
}

/** The first of a stage differs a little from the others, as it makes the image smaller: it joins them. */
function joined(model, items) {
  const kinds = ({ nodes, times }) => nodes.slice(0, nodes.length / times).map((i) => model.calls[i].kind);
  return items.reduce((done, item) => {
    const first = done.at(-1), alike = first && item.nodes.length / item.times > NEAR && first.times === 1 &&
      first.space === item.space && shared(kinds(first), kinds(item)) >= SHARED;
    if (!alike) return [...done, item];
    return [...done.slice(0, -1), { ...item, times: item.times + 1, nodes: [...first.nodes, ...item.nodes] }];
  }, []);
}

/** How much two lists have in common, from 0 to 1. */
function shared(one, other) {
  const rest = [...other];
  const both = one.filter((kind) => rest.includes(kind) && rest.splice(rest.indexOf(kind), 1));
  return 2 * both.length / (one.length + other.length);
}

/** Too many boxes: neighbours with few calls become one, first those of one size that repeat nothing. */
function gathered(items) {
  while (items.length > MOST) {
    const sizes = items.slice(1).map((one, i) => {
      const last = items[i], apart = one.space !== last.space || last.times + one.times > 2;
      return one.nodes.length + last.nodes.length + apart * APART;
    });
    const at = sizes.indexOf(Math.min(...sizes)), nodes = items.slice(at, at + 2).flatMap((one) => one.nodes);
    items = [...items.slice(0, at), { times: 1, nodes, sign: "", space: items[at + 1].space }, ...items.slice(at + 2)];
  }
  return items;
}

/** The boxes of a model, in order: each has its calls, and how often it repeats what is in it. */
export function boxes(model) {
  if (model.calls.length <= MOST) return model.calls.map((_, i) => ({ times: 1, nodes: [i] }));
  return gathered(joined(model, folded(regions(model)))).map(({ times, nodes }) => ({ times, nodes }));
}

/** What a box holds, in words: its classes, most frequent first. */
export function contents(model, { times, nodes }) {
  const counts = new Map();
  for (const i of nodes) counts.set(model.calls[i].kind, (counts.get(model.calls[i].kind) ?? 0) + 1);
  const said = [...counts].sort(([, a], [, b]) => b - a).map(([kind, n]) => {
    const each = n % times ? n : n / times;
    return each > 1 ? `${kind} ×${each}` : kind;
  });
  return said;
}

/** The title of a box: its only call, or what the names of its calls begin with. */
export function title(model, { nodes }) {
  const names = nodes.map((i) => model.calls[i].name);
  if (names.length === 1) return names[0];
  const stems = new Map(), snake = (kind) => kind.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  const auto = ({ name, kind }) => name.startsWith(snake(kind));
  for (const i of nodes) if (!auto(model.calls[i])) {
    const stem = model.calls[i].name.match(/^[^_/]*(_\d+)?/)[0];
    stems.set(stem, (stems.get(stem) ?? 0) + 1);
  }
  const known = [...stems].filter(([, n]) => n > 1).map(([stem]) => stem);
  if (!known.length) return `${names[0]} … ${names.at(-1)}`;
  return known.length > 1 ? `${known[0]} … ${known.at(-1)}` : known[0];
}
