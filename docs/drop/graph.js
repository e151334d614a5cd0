// The graph of a model as files describe it: calls in the order in which they can run.

/**
 * @typedef {{name: string, kind: string, from: number[], shape: string, size: number, heads: string[],
 *   inside?: Model}} Call `from` are the numbers of the calls that it reads, `size` the length of its
 *   kernel (0 without one), `shape` what it makes, "" if the file does not say.
 * @typedef {{name: string, calls: Call[], outputs: number[]}} Model
 */

/** A shape as Python writes it: [null, 28, 28] is "(None, 28, 28)". */
export function written(shape) {
  if (!Array.isArray(shape)) return "";
  if (shape.some(Array.isArray)) return shape.map(written).join(", ");
  const lengths = shape.map((n) => n ?? "None");
  return `(${lengths.join(", ")}${lengths.length === 1 ? "," : ""})`;
}

/** The calls from the outputs back, what is read first first, so that what belongs together follows
 * each other; of what a call reads, the longest way comes first. Calls that nobody reads are ends. */
export function ordered(model) {
  const { calls } = model, depth = new Array(calls.length).fill(0), at = new Map(), order = [];
  calls.forEach(({ from }, i) => { depth[i] = Math.max(-1, ...from.map((j) => depth[j])) + 1; });
  const read = new Set(calls.flatMap(({ from }) => from));
  const ends = [...new Set([...calls.keys()].filter((i) => !read.has(i)).concat(model.outputs))];
  const open = ends.reverse().map((i) => ({ i, next: null }));
  while (open.length) {
    const top = open[open.length - 1];
    top.next ??= [...new Set(calls[top.i].from)].reverse().sort((a, b) => depth[a] - depth[b]);
    const next = top.next.pop();
    if (next !== undefined && !at.has(next) && !at.has(top.i)) open.push({ i: next, next: null });
    if (next !== undefined) continue;
    open.pop();
    if (!at.has(top.i)) at.set(top.i, order.push(top.i) - 1);
  }
  return { ...model, outputs: model.outputs.map((i) => at.get(i)),
    calls: order.map((i) => ({ ...calls[i], from: calls[i].from.map((j) => at.get(j)) })) };
}
