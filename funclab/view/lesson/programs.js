// Lines in an order, judged without Python: their verdicts were made with the page, each for a program.

/** @typedef {{flow: {reads: string[], makes: string[]}[], stops: string[], verdicts: Record<string, number>,
 *   told: Record<string, any>[]}} Programs */

/**
 * The key of the program that lines are in an order: by which line each of them reads its variables from,
 * up to the line that stops. Python makes the same (docs/arranged.py).
 * @param {number[]} order
 * @param {Programs} programs
 */
export function keyOf(order, { flow, stops }) {
  const made = new Map();
  let done = [];
  for (const number of order) {
    const { reads, makes } = flow[number];
    const missing = reads.some((name) => !made.has(name));
    const step = missing ? `${number}` : [number, ...reads.map((name) => made.get(name))].join(":");
    const stopped = [...done, `${step}!`].join(" ");
    if (missing || stops.includes(stopped)) return stopped;
    done = [...done, step].sort();
    for (const name of makes) made.set(name, number);
  }
  return done.join(" ");
}

/** What is said of lines in an order, with its pictures; undefined if it was not made. */
export function verdictOn(order, programs) { return programs?.told[programs.verdicts[keyOf(order, programs)]]; }
