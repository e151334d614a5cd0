// What is said of the answers to a sample, and of the numbers of maps.

import { amount } from "./bars.js";

/** A number of a map, with its sign. */
export function signedText(value) {
  const text = Math.abs(value).toFixed(Math.abs(value) >= 10 ? 1 : 2);
  return Number(text) === 0 ? "0" : value < 0 ? `−${text}` : text;
}

/** The likeliest class of the first output. */
export function bestOf({ targets }, answers) {
  let best = 0;
  targets.forEach(({ output }, i) => { if (output === 0 && answers[i] > answers[best]) best = i; });
  return best;
}

/** The sentence over the picture: what is answered, and what was before the changes. */
export function headline(ctx, told, after) {
  const { state, facts } = ctx, n = state.changes.length / 2, several = facts.targets[0].kind === "classes";
  if (state.blank && !n) return ctx.t("whatif_drawing_empty");
  if (!after) return ctx.t(facts.stale ? "learned_stale" : ctx.alone ? "whatif_alone" : "whatif_waiting");
  const own = several ? bestOf(facts, after) : told.own, answer = facts.targets[own], was = facts.targets[told.own];
  const values = { i: state.sample, answer: answer.label, p: amount(ctx, after[own], answer), n };
  if (state.blank) return ctx.t("whatif_drawing", values);
  if (n && was !== answer) return ctx.t("whatif_turned", { ...values, before: was.label });
  const before = amount(ctx, told.answers[own], answer);
  if (n) return ctx.t(several ? "whatif_stayed" : "whatif_shifted", { ...values, before });
  if (!several) return ctx.t("whatif_answered", values);
  const truth = told.truths[0], right = truth === null || truth === own;
  return right ? ctx.t("whatif_read_as", values) :
    ctx.t("whatif_read_wrong", { ...values, truth: facts.targets[truth].label });
}
