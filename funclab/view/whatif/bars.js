// The answers as bars, and the panel: what a face asks, how far to trust it, and what it does not show.

import { h, row, table } from "../live/core.js";
import { numeral } from "../learned/learned.js";

const SHOWN = 10;

/** A number that a model answers with: a probability in percent. */
export function amount(ctx, value, { kind }) {
  if (value === null) return "NaN";
  if (kind === "numbers") return numeral(value);
  const percent = 100 * value, digits = percent >= 1 && percent <= 99 ? 0 : 1;
  return ctx.t("wi_percent", { n: percent.toFixed(digits) });
}

/** The answers now, and after the changes if there are any (undefined answers are waited for). */
export function answerBars(ctx, told, after, target, choose) {
  const { targets } = ctx.facts, largest = (i) => Math.max(Math.abs(told.answers[i]), Math.abs(after?.[i] ?? 0));
  const order = targets.map((_, i) => i).sort((a, b) => largest(b) - largest(a)).slice(0, SHOWN).sort((a, b) => a - b);
  const list = (head, answers) => {
    const rest = targets.length > SHOWN && targets.every(({ kind }) => kind === "classes") &&
      ctx.t("wi_others", { n: targets.length - SHOWN });
    return h("div", { class: "fl-wi-answers" }, h("p", { class: "fl-wi-head" }, head),
      h("ol", {}, order.map((i) => bar(ctx, targets[i], answers[i], i, target, told, choose))), rest ? h("p", { class: "fl-soft" }, rest) : null);
  };
  return [list(ctx.t("wi_now"), told.answers), ...(after ? [list(ctx.t("wi_after"), after)] : [])];
}

function bar(ctx, answer, value, i, target, told, choose) {
  const right = answer.kind === "classes" && told.truths[answer.output] === i, size = answer.kind === "numbers" ? 0 : Math.max(0, Math.min(1, value ?? 0));
  return h("li", { class: `${i === target ? "fl-wi-target" : ""} ${right ? "fl-wi-right" : ""}`, onclick: () => choose(answer.name) },
    h("span", { class: "fl-wi-class" }, answer.name, right ? h("span", { class: "fl-wi-tick" }, " ✓") : null),
    h("span", { class: "fl-wi-long", "aria-hidden": "true" }, size ? h("i", { style: `width:${100 * size}%` }) : null),
    h("code", {}, amount(ctx, value, answer)));
}

/** The panel of a face. */
export function panelOf(ctx, answer, view, maps) {
  const { face } = ctx.state, { terms, limits } = ctx.facts;
  return [
    h("h3", {}, ctx.t(face === "all" ? "wi_what_if" : `wi_${face}`)),
    h("p", {}, ctx.t(`wi_panel_${face}`, { ...terms, answer })),
    sumOf(ctx, maps),
    face === "change" ? h("p", {}, ctx.t(view.image(ctx) ? "wi_how_image" : "wi_how")) : null,
    h("p", { class: "fl-wi-limits" }, h("strong", {}, ctx.t("wi_limits")), " ", limits[face]),
    ...(face === "change" ? [] : trustOf(ctx, view)),
  ].filter(Boolean);
}

/** Whether the shares add up; whether a region is empty. */
function sumOf(ctx, maps) {
  const { face } = ctx.state, { terms } = ctx.facts;
  if (face === "share" && maps?.sum) {
    const [sum, difference] = maps.sum.map((value) => numeral(value));
    return h("p", { class: "fl-wi-sum" }, ctx.t("wi_shares_add", { sum, difference, base: terms.base }));
  }
  return face === "region" && maps?.region?.top === 0 ? h("p", { class: "fl-wi-sum" }, ctx.t("wi_region_zero", terms)) : null;
}

/** How far each map is to be trusted, in two numbers. */
function trustOf(ctx, view) {
  const { trust, maps_of: names, terms } = ctx.facts;
  if (!trust?.samples) return [h("p", { class: "fl-soft" }, ctx.t(ctx.model.alone ? "wi_trust_alone" : "wi_trust_none"))];
  const fresh = Object.keys(trust.randomized).length > 0, number = (value) => (value === undefined ? "–" : value.toFixed(2).replace("-", "−"));
  const line = (name, label) => row(label, [number(trust.erase[name]), number(trust.randomized[name])],
    name === ctx.state.face ? { class: "fl-here" } : {});
  const rows = [...names.map((name) => line(name, ctx.t(`wi_${name}`).toLowerCase())), ...("strongest" in trust.erase ? [line("strongest", ctx.t("wi_strongest", terms))] : []), line("random", ctx.t("wi_random"))];
  const waiting = trust.more && !view.stopped && !ctx.model.alone;
  const head = waiting ? ctx.t("wi_trust_waiting", { n: trust.samples, all: trust.all }) : ctx.t("wi_trust", { n: trust.samples });
  return [
    h("p", { class: "fl-wi-trust" }, head, waiting ? ctx.button(ctx.t("wi_trust_stop"), "", () => view.stop(ctx), null) : null),
    table(rows, ["", ctx.t("wi_trust_fall", { n: trust.erased }), ctx.t("wi_trust_fresh")], null, "fl-wi-measures"),
    h("p", { class: "fl-wi-read" }, ctx.t("wi_trust_read_fall", { n: trust.erased }), " ",
      ctx.t(fresh ? "wi_trust_read_fresh" : "wi_trust_no_copy")),
  ];
}
