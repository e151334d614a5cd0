// The panel: what is counted over many samples, the samples with the largest number, the line to write,
// and what this does not show.

import { breakable, h, row, s, table } from "../live/core.js";
import { numeral } from "../learned/learned.js";
import { sheet } from "./boxes.js";

export class Panel {
  /**
   * @param {Context} ctx
   * @param {import("./values.js").Values} values
   */
  constructor(ctx, values) {
    this.ctx = ctx;
    this.values = values;
  }

  /** The parts of the panel for a call, or for its attention. */
  parts(index, channel, looks) {
    const call = this.values.calls[index], { ctx } = this;
    const title = h("h2", {}, call.name, looks || !call.plane[2] || call.kind === "image" || call.kind === "ids" ?
      "" : ` · ${this.unit(call, channel)}`);
    const about = h("p", { class: "fl-in-about" }, [call.words, call.shape].filter(Boolean).join(", "));
    const body = looks ? this.looked(index) : [...this.counts(call, channel), ...this.largest(index, call, channel)];
    const caption = looks ? this.captionOfAttention(index) : this.caption(index, call, channel);
    return [title, about, h("div", { class: "fl-in-body" }, body, this.line(call)),
      h("p", { class: "fl-in-honest" }, h("strong", {}, ctx.t("inside_not_shown")), " ", caption)];
  }

  unit({ plane: [rows] }, channel) {
    return this.ctx.t(rows > 1 ? "inside_filter" : "inside_unit", { k: channel });
  }

  counts(call, channel) {
    const { ctx } = this, n = ctx.facts.counted;
    if (!call.order.length) return [];
    const dead = call.dead.includes(channel) ? ctx.t("inside_this_dead") :
      call.zeros ? ctx.t(call.plane[0] > 1 ? "inside_dead" : "inside_dead_numbers", { n: call.dead.length }) : "";
    const told = [[ctx.t("inside_zeros"), ctx.t("inside_percent",
      { percent: (100 * call.zeros).toFixed(call.zeros && call.zeros < 0.095 ? 1 : 0) })],
      [ctx.t("inside_largest_number"), numeral(call.largest)], [ctx.t("inside_never"), dead]];
    return [h("h3", {}, ctx.t("inside_over", { n })),
      h("dl", { class: "fl-list fl-in-counts" }, told.filter(([, text]) => text).map(([name, text]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, text))))];
  }

  largest(index, call, channel) {
    const { ctx } = this, tops = this.values.tops(index, channel);
    if (!tops.length || call.input || call.dead.includes(channel)) return [];
    return [h("h3", {}, ctx.t("inside_tops", { n: tops.length })), h("ul", { class: "fl-in-tops" }, tops.map((sample) =>
      h("li", { title: ctx.t("strip_sample", { i: sample }) }, this.thumb(sample),
        h("span", {}, ctx.facts.labels[sample]))))];
  }

  /** A small picture of a sample, if samples are images. */
  thumb(sample) {
    const { thumbs } = this.ctx.facts, at = thumbs?.of[sample];
    if (at == null) return null;
    const [, rows, columns, channels] = thumbs.shape, size = rows * columns * channels;
    const text = this.values.once("thumbs", () => atob(thumbs.data)), side = 28 / Math.max(rows, columns);
    const share = (i) => Math.round(255 * Math.max(0,
      ((text.charCodeAt(at * size + i) << 24 >> 24) / 127) * thumbs.top));
    const squares = Array.from({ length: rows * columns }, (_, i) => {
      const colour = channels === 1 ? Array(3).fill(255 - share(i)) : [0, 1, 2].map((c) => share(i * channels + c));
      return colour.every((part) => part > 250) ? null :
        s("rect", { x: (i % columns) * side, y: Math.floor(i / columns) * side,
        width: side + 0.2, height: side + 0.2, fill: `rgb(${colour})` });
    });
    return sheet(columns * side, rows * side, s("rect",
      { x: 0, y: 0, width: columns * side, height: rows * side, fill: "#ffffff" }),
      ...squares.filter(Boolean));
  }

  line(call) {
    if (!call.write) return null;
    const { ctx } = this;
    return h("div", { class: "fl-in-write" }, h("code", {}, breakable(call.write)),
      ctx.button(ctx.t("copy"), "", () => ctx.copy(call.write), null, { icon: "copy", brief: true }));
  }

  /** What the counts above do not say, with numbers of this model. */
  caption(index, call, channel) {
    const { ctx } = this, tops = this.values.tops(index, channel),
      labels = tops.map((sample) => ctx.facts.labels[sample]);
    const first = ctx.facts.trained ? "" : `${ctx.t("inside_untrained")} `;
    if (call.input || call.output || !tops.length || call.dead.includes(channel)) return first +
      ctx.t("inside_caption_other");
    const counts = Object.entries(group(labels));
    const [label, same] = counts.sort((a, b) => b[1].length - a[1].length)[0];
    if (ctx.facts.classes && same.length > 1) return first +
      ctx.t("inside_caption_tops", { n: same.length, all: tops.length, label });
    return first + ctx.t("inside_caption_largest", { all: tops.length });
  }

  /** What becomes of the answer without each word. */
  looked(index) {
    const { ctx } = this, known = this.values.attention(index), found = known?.table;
    if (!found) return [h("p", {}, ctx.t("inside_rows_sum"))];
    const heads = found.received.length, shown = Math.min(2, heads);
    const names = [ctx.t("inside_word"), ...Array.from({ length: shown }, (_, head) => ctx.t("inside_head", { head })),
      ctx.t("inside_push", { answer: found.answer }), ctx.t("inside_without")];
    const rows = found.words.map((word, j) => row(word,
      [...found.received.slice(0, shown).map((head) => numeral(head[j], 2)),
      numeral(found.push[j], 1), found.answers[j]], found.changed[j] ? { class: "fl-in-changed" } : {}));
    return [h("h3", {}, ctx.t("inside_needs")), h("div", { class: "fl-in-table" }, table(rows, names)),
      h("p", { class: "fl-in-about" }, ctx.t("inside_columns"))];
  }

  captionOfAttention(index) {
    const { ctx } = this, found = this.values.attention(index)?.table,
      first = ctx.facts.trained ? "" : `${ctx.t("inside_untrained")} `;
    if (!found) return first + ctx.t("inside_caption_weights");
    let strongest = { weight: -1, head: 0, j: 0 };
    found.received.forEach((row, head) => row.forEach((weight, j) => {
      if (weight > strongest.weight) strongest = { weight, head, j };
    }));
    // A word that receives much, and without which the answer stays, tells more than one that does not.
    found.received.forEach((row, head) => row.forEach((weight, j) => {
      if (!found.changed[j] && weight > 0.3 && found.changed[strongest.j]) strongest = { weight, head, j };
    }));
    const { weight, head, j } = strongest, values = { head, word: found.words[j], weight: numeral(weight, 2),
      push: numeral(found.push[j], 1),
      answer: found.answer, other: found.answers[j] };
    return first + ctx.t(found.changed[j] ? "inside_caption_changed" : "inside_caption_stays", values);
  }
}

function group(labels) {
  const found = {};
  for (const label of labels) (found[label] ??= []).push(label);
  return found;
}
