// The answers as bars, and the panel: what a face asks, what it does not show, and how far to trust it.

import { h, row, table } from "../live/core.js";
import { numeral, rounding } from "../learned/learned.js";

const SHOWN = 10;
/** From how many percent on it is said what rounded probabilities miss of 100. */
const MISSED = 0.25;

/** A number that a model answers with: a probability in percent. */
export function amount(ctx, value, { kind }) {
  if (value === null) return "NaN";
  if (kind === "numbers") return numeral(value);
  const percent = 100 * value, digits = percent >= 1 && percent <= 99 ? 0 : 1;
  return ctx.t("whatif_percent", { n: percent.toFixed(digits) });
}

/** The ten largest answers now, and the same after the changes, if these are known. */
export function answerBars(ctx, told, after, target, choose) {
  const { targets } = ctx.facts, size = (i) => Math.max(Math.abs(told.answers[i]), Math.abs(after?.[i] ?? 0));
  const order = targets.map((_, i) => i).sort((a, b) => size(b) - size(a)).slice(0, SHOWN).sort((a, b) => a - b);
  const others = targets.length - order.length;
  const list = (head, answers) => h("div", { class: "fl-wi-answers" }, h("p", { class: "fl-wi-head" }, ctx.t(head)),
    h("ol", {}, order.map((i) => bar(ctx, i, answers[i], i === target, told, choose))),
    others ? h("p", { class: "fl-soft" }, ctx.t("whatif_others", { n: others })) : rounded(ctx, answers));
  const now = ctx.state.blank ? [] : [list("whatif_now", told.answers)]; // a drawing is not a change of a sample
  return [...now, ...(after ? [list(ctx.state.blank ? "whatif_answers" : "whatif_after", after)] : [])];
}

/** What the probabilities of all classes, as they are written, miss of 100 %: some are whole percents. */
function rounded(ctx, answers) {
  const { targets } = ctx.facts;
  if (ctx.state.face !== "change" || targets.some(({ kind, output }) => kind !== "classes" || output)) return null;
  const off = rounding(answers, 1, 1, (value) => amount(ctx, value, targets[0]).replace(/[^\d.]/g, ""));
  const told = () => h("p", { class: "fl-soft" }, ctx.t("whatif_rounding", { n: numeral(off, 1) }));
  return Math.abs(off) >= MISSED ? told() : null;
}

function bar(ctx, i, value, here, told, choose) {
  const answer = ctx.facts.targets[i], known = answer.kind === "classes" && !ctx.state.blank;
  const right = known && told.truths[answer.output] === i;
  const long = answer.kind === "numbers" ? 0 : Math.max(0, Math.min(1, value ?? 0));
  return h("li", { class: here ? "fl-wi-target" : "", onclick: () => choose(answer.name) },
    h("span", { class: "fl-wi-class" }, answer.name, right ? h("span", { class: "fl-wi-tick" }, " ✓") : null),
    h("span", { class: "fl-wi-long", "aria-hidden": "true" }, long ? h("i", { style: `width:${100 * long}%` }) : null),
    h("code", {}, amount(ctx, value, answer)));
}

/** The panel of a face. */
export function panelOf(ctx, answer, view, maps) {
  const { face } = ctx.state, { terms, limits } = ctx.facts, changes = face === "change";
  return [
    h("h3", {}, ctx.t(face === "all" ? "whatif_what_if" : `whatif_${face}`)),
    h("p", {}, ctx.t(`whatif_panel_${face}`, { ...terms, answer })),
    sumOf(ctx, maps),
    changes ? h("p", {}, ctx.t(view.image(ctx) ? "whatif_how_image"
      : view.featured() ? "whatif_how_row" : "whatif_how")) : null,
    changes && ctx.facts.strip.length ? h("p", {}, ctx.t("whatif_store")) : null,
    h("p", { class: "fl-wi-limits" }, h("strong", {}, ctx.t("whatif_limits")), " ", limits[face]),
    ...(changes ? [] : trustOf(ctx, view)),
  ].filter(Boolean);
}

/** Whether the shares add up; whether a region is empty. */
function sumOf(ctx, maps) {
  const { face } = ctx.state, { terms } = ctx.facts;
  if (face === "share" && maps?.sum) {
    const [sum, difference] = maps.sum.map((value) => numeral(value));
    return h("p", {}, ctx.t("whatif_shares_add", { sum, difference, base: terms.base }));
  }
  const empty = face === "region" && maps?.region?.top === 0;
  return empty ? h("p", {}, ctx.t("whatif_region_zero", terms)) : null;
}

/** A number of trust, with two decimals. */
const decimals = (value) =>
  (value === undefined ? "–" : value.toFixed(2).replace(/^-(?=0\.00)/, "").replace("-", "−"));

/** How far each map is to be trusted, in two numbers. */
function trustOf(ctx, view) {
  const { trust, maps_of: names, terms } = ctx.facts, { alone } = ctx;
  const soft = (key, values) => h("p", { class: "fl-soft" }, ctx.t(key, values));
  if (!trust?.samples) return [soft(alone ? "whatif_trust_alone" : "whatif_trust_none")];
  const { erase, randomized, samples: n, all, erased } = trust;
  const line = (name, label) => row(label, [decimals(erase[name]), decimals(randomized[name])],
    name === ctx.state.face ? { class: "fl-here" } : {});
  const others = [["strongest", ctx.t("whatif_strongest", terms)], ["random", ctx.t("whatif_random")]];
  const rows = [...names.map((name) => [name, ctx.t(`whatif_${name}`).toLowerCase()]), ...others]
    .filter(([name]) => name in erase).map(([name, label]) => line(name, label));
  const waiting = trust.more && !view.stopped && !alone;
  const head = waiting ? ctx.t("whatif_trust_waiting", { n, all }) : ctx.t("whatif_trust", { n });
  const heads = [ctx.t("whatif_map"), ctx.t("whatif_trust_fall", { n: erased }), ctx.t("whatif_trust_fresh")];
  const fresh = Object.keys(randomized).length > 0 ? "whatif_trust_read_fresh" : "whatif_trust_no_copy";
  return [
    h("p", { class: "fl-wi-trust" }, head,
      waiting ? ctx.button(ctx.t("whatif_trust_stop"), "", () => view.stop(ctx), null) : null),
    table(rows, heads, null, "fl-wi-measures"),
    h("p", {}, ctx.t("whatif_trust_read_fall", { n: erased }), " ", ctx.t(fresh)),
  ];
}
