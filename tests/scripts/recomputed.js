// Reads what a view has stored and what its kernel would send, and makes numbers of all calls from it, as a page does:
// of each, the call, how far it is from the engine's (as a part of the largest of its terms), or null if it is not made.

import { readFileSync } from "node:fs";
import { Missing, Sums } from "../../funclab/view/inside/sums.js";
import { Values } from "../../funclab/view/inside/values.js";

const PLACES = 7;

const { facts, told } = JSON.parse(readFileSync(0, "utf8"));
const lazy = (kind, key) => told[`${kind} ${key}`];
const values = new Values({ facts, lazy, state: { sample: facts.kept[0] }, model: { alone: false }, t: (key) => key });
const sums = new Sums(values);

/** How far a number is off, as a part of the largest of its terms. */
function off(index, at, channel) {
  let made = null;
  try {
    made = sums.of(index, at, channel);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
  }
  if (!made || Number.isNaN(made.result)) return null;
  const engine = values.number(index, at, channel);
  const largest = Math.max(...[engine, made.total ?? 0, made.bias ?? 0].map(Math.abs));
  return Math.abs(made.result - engine) / (largest || 1);
}

const found = values.calls.flatMap(({ path, plane: [rows, columns, channels], recipe, between }, index) => {
  if (!recipe.kind || recipe.kind === "lookup" || between) return [];
  return Array.from({ length: PLACES }, (_, i) => {
    const at = [Math.floor((i * rows) / PLACES), (i * 3) % columns];
    return [path, off(index, at, (i * 5) % channels)];
  });
});
process.stdout.write(JSON.stringify(found));
