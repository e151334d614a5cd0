// The faces of attention: the weights of each head as a matrix, the chosen row as arcs, and how one
// weight is made of a query and a key.

import { h, s } from "../live/core.js";
import { within } from "../live/within.js";
import { brief, numeral, rounding, rowOf, unpacked } from "../learned/learned.js";
import { frameAround, sheet } from "./boxes.js";

/** The most positions and heads that are drawn at once, and the least side of a square with a number. */
const WIDE = 24, HEADS = 4, LOW = 330, WRITTEN = 19, SQUARE = 34, LETTER = 6.7, NUMBERED = 68;
/** How much is above and below a matrix and the words over it, with arcs; and from which side of a square on
 * each of these words has room; and how high a matrix is at least. */
const ARCS = 192, EACH = 15, LEAST = 171;
/** Below which width one head is drawn alone if the squares of all would be too small for the words of their rows;
 * the least side of a square with such a word; and below which width bars are short. */
const NARROW = 420, NAMED = 11, SMALL = 512;
/** The colour and the dashes of each head's arcs. */
const STROKES = [["group0", ""], ["group1", "7 4"], ["group2", "2 3"], ["group3", "10 3 2 3"]];

/** A window of at most `most` positions around one of `count`. */
export function windowAround(at, count, most = WIDE) {
  const start = Math.max(0, Math.min(at - Math.floor(most / 2), count - most));
  return { start, end: Math.min(count, start + most) };
}

export class AttentionFace {
  /**
   * @param {Context} ctx
   * @param {import("./values.js").Values} values
   * @param {(at: number[]) => void} move
   */
  constructor(ctx, values, move) {
    this.ctx = ctx;
    this.values = values;
    this.move = move;
    this.el = h("div", { class: "fl-in-attention" });
  }

  /** The attention of a call for the sample, and of which query a row is chosen. */
  of(index, at) {
    const fact = this.ctx.facts.attention[index], known = this.values.attention(index);
    const query = within(at?.[0] ?? this.firstQuery(known), fact.queries);
    const most = known ? this.most(this.row(known, this.heads(fact)[0], query)) : 0;
    const key = within(at?.[1] ?? most, fact.keys);
    return { fact, known, query, key };
  }

  /** The row in the middle of the words. */
  firstQuery(known) { return known ? Math.max(0, Math.min(known.end, known.words.length) - 2) : 0; }

  /** The heads that are shown: the chosen one, or the first four. */
  heads({ heads }) {
    const { head } = this.ctx.state;
    return head == null ? Array.from({ length: Math.min(HEADS, heads) }, (_, i) => i) : [Math.min(head, heads - 1)];
  }

  /** The weights with which a position looks at all others, for a head. */
  row(known, head, query) { return rowOf(known.weights.values, known.weights.shape, head, query); }

  /** At which word a row looks most. */
  most(row) { return row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity)); }

  update(index, at) {
    const { fact, known, query, key } = this.of(index, at);
    if (!known) return this.long(index, fact, query);
    const heads = this.heads(fact);
    return this.el.replaceChildren(this.sentence(fact, known, query, heads),
      this.matrices(fact, known, query, key, heads),
      ...((this.el.parentElement?.clientHeight ?? LOW) < LOW ? [] : this.arcs(known, query, heads)));
  }

  /** A sentence about the chosen row: at what each head looks most, and how strongly. */
  sentence(fact, known, query, heads) {
    const told = heads.map((head) => {
      const row = this.row(known, head, query), most = this.most(row);
      return this.ctx.t("inside_looks_most", { head, word: known.others[most], weight: brief(row[most]) });
    });
    return h("p", { class: "fl-in-sentence" }, h("strong", {}, known.words[query]), `: ${told.join("; ")}`);
  }

  matrices(fact, known, query, key, heads) {
    const rows = windowAround(query, fact.queries), columns = windowAround(key, fact.keys);
    const label = Math.min(96, 12 + LETTER * Math.max(...known.words.slice(rows.start,
      rows.end).map((word) => [...word].length)));
    const wide = Math.max(280, this.el.clientWidth || 700);
    const high = this.el.parentElement?.clientHeight ?? LOW,
      tall = high < LOW ? high - 136 : Math.max(LEAST, high - ARCS - this.headOf(known, columns));
    const sideOf = (count) => Math.max(7, Math.floor(Math.min(SQUARE, tall / (rows.end - rows.start),
      ((wide - 24) / count - label - 20) / (columns.end - columns.start))));
    const alone = wide < NARROW && sideOf(heads.length) < NAMED, shown = alone ? heads.slice(0, 1) : heads;
    const side = sideOf(shown.length);
    return h("div", { class: "fl-in-heads" }, shown.map((head) => h("figure", {},
      h("figcaption", {}, h("strong", {}, this.ctx.t("inside_head", { head }))),
      this.matrix(known, head, query, key, { rows, columns, side, label }))));
  }

  /** How high the words over a matrix are. */
  headOf(known, { start, end }) {
    const letters = known.others.slice(start, end).map((word) => [...word].length);
    return 14 + Math.min(64, LETTER * 0.75 * Math.max(...letters));
  }

  matrix(known, head, query, key, { rows, columns, side, label }) {
    const high = this.headOf(known, columns);
    const parts = [], wide = (columns.end - columns.start) * side, tall = (rows.end - rows.start) * side;
    const written = (text, x, y, bold, more = {}) => {
      const el = s("text", { x, y, "font-size": 11, class: bold ? "f-ink" : "f-soft",
        "font-weight": bold ? 600 : 400, ...more });
      el.textContent = [...text].slice(0, 12).join("");
      parts.push(el);
    };
    for (let j = columns.start; j < columns.end; j++) {
      const x = label + (j - columns.start + 0.5) * side + 3, every = side >= EACH || (j - key) % 2 === 0;
      if (every) written(known.others[j], x, high - 5, j === key, { transform: `rotate(-45 ${x} ${high - 5})` });
    }
    for (let i = rows.start; i < rows.end; i++) {
      const row = this.row(known, head, i), y = high + (i - rows.start) * side;
      if (side >= NAMED || i === query) written(known.words[i], label - 8, y + side / 2 + 4, i === query,
        { "text-anchor": "end" });
      for (let j = columns.start; j < columns.end; j++) {
        const weight = row[j], x = label + (j - columns.start) * side;
        if (weight < 0.005) continue;
        const strong = weight > 0.56;
        parts.push(s("rect", { x: x + 0.5, y: y + 0.5, width: side - 1, height: side - 1, rx: 2, class: "f-pos",
          opacity: strong ? 0.75 + 0.25 * weight : Math.max(0.1, weight * 0.75) }));
        if (side >= WRITTEN && weight >= 0.095) {
          const text = s("text", { x: x + side / 2, y: y + side / 2 + 4, "font-size": 11, "text-anchor": "middle",
            class: strong ? "f-on-colour" : "f-ink" });
          text.textContent = brief(weight);
          parts.push(text);
        }
      }
    }
    const dashes = { class: "s-line", fill: "none", "stroke-width": 1, "stroke-dasharray": "2 3" };
    const end = label + (known.end - columns.start) * side, low = high + (known.end - rows.start) * side;
    if (known.end > columns.start && known.end < columns.end) parts.push(s("path",
      { d: `M${end},${high}v${tall}`, ...dashes }));
    if (known.end > rows.start && known.end < rows.end) parts.push(s("path",
      { d: `M${label},${low}h${wide}`, ...dashes }));
    parts.push(frameAround(label, high, wide, tall), s("rect",
      { x: label - 1, y: high + (query - rows.start) * side - 1,
      width: wide + 2, height: side + 2, rx: 3, class: "s-focus", fill: "none", "stroke-width": 2 }),
    s("rect", { x: label + (key - columns.start) * side, y: high + (query - rows.start) * side, width: side,
      height: side,
      class: "s-ink", fill: "none", "stroke-width": 1.5 }));
    const picture = sheet(label + wide + 20, high + tall + 3, ...parts);
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect(), zoom = (label + wide + 20) / box.width;
      const i = rows.start + Math.floor(((event.clientY - box.top) * zoom - high) / side);
      const j = columns.start + Math.floor(((event.clientX - box.left) * zoom - label) / side);
      if (i >= rows.start && i < rows.end) this.move([i, Math.max(columns.start, Math.min(columns.end - 1, j))]);
    });
    return picture;
  }

  /** The chosen row as arcs from its word to those that it looks at: as wide as the weight is large. */
  arcs(known, query, heads) {
    const { start, end } = windowAround(query, known.others.length, 14), count = end - start;
    const width = Math.max(280, Math.min(740, this.el.clientWidth || 700) - 16), step = width / count, high = 104;
    const top = Math.min(Math.max(step / 2, (query - start + 0.5) * step), width - step / 2), parts = [];
    for (const [n, head] of heads.entries()) {
      const row = this.row(known, head, query), [colour, dash] = STROKES[head % STROKES.length];
      for (let j = start; j < end; j++) {
        if (row[j] < 0.05) continue;
        const x = (j - start + 0.5) * step + (n - (heads.length - 1) / 2) * 7,
          from = top + (n - (heads.length - 1) / 2) * 7;
        parts.push(s("path", { d: `M${from},20C${from},52 ${x},46 ${x},${high - 22}`, class: `s-${colour}`,
          fill: "none",
          "stroke-width": 1 + 7 * row[j], ...(dash ? { "stroke-dasharray": dash } : {}) }));
        if (step < NUMBERED && j !== this.most(row)) continue;
        const text = s("text", { x: x + (n ? 8 : -8), y: high - 26, "font-size": 11, "font-weight": 600,
          class: `f-${colour}`,
          "text-anchor": n ? "start" : "end" });
        text.textContent = brief(row[j]);
        parts.push(text);
      }
    }
    const word = (text, x, y, bold) => {
      const el = s("text", { x, y, "font-size": 11, "text-anchor": "middle", class: bold ? "f-ink" : "f-soft",
        "font-weight": bold ? 600 : 400 });
      el.textContent = [...text].slice(0, Math.max(2, Math.floor(step / LETTER))).join("");
      return el;
    };
    const words = known.others.slice(start, end).map((text, i) => word(text, (i + 0.5) * step, high - 6,
      heads.some((head) => this.most(this.row(known, head, query)) === start + i)));
    const legend = heads.length > 1 ? h("span", { class: "fl-in-legend" }, heads.map((head) => {
      const [colour, dash] = STROKES[head % STROKES.length];
      return h("span", {}, sheet(28, 8, s("path", { d: "M0,4h28", class: `s-${colour}`, fill: "none", "stroke-width": 4,
        ...(dash ? { "stroke-dasharray": dash } : {}) })), this.ctx.t("inside_head", { head }));
    })) : null;
    return [h("p", { class: "fl-in-heading fl-in-row" },
      h("strong", {}, this.ctx.t("inside_looks_at", { word: known.words[query] })), legend),
      sheet(width, high, word(known.words[query], top, 14, true), ...parts, ...words)];
  }

  /** Of a long sequence, only the chosen row: the positions with the largest weights. */
  long(index, fact, query) {
    const { ctx } = this, row = ctx.lazy("row", `${index} ${this.values.sample} ${query}`);
    const note = h("p", { class: "fl-in-sentence" }, ctx.t("inside_long", { n: fact.keys }));
    if (!row) return this.el.replaceChildren(note, h("p", { class: "fl-in-note" },
      ctx.t(ctx.alone ? "inside_not_stored" : "asking_kernel")));
    const values = unpacked(row.weights), [, count] = row.weights.shape;
    const tables = this.heads(fact).map((head) => {
      const own = rowOf(values, row.weights.shape, head),
        order = [...own.keys()].sort((a, b) => own[b] - own[a]).slice(0, 10);
      return h("table", { class: "fl-table" }, h("caption", {}, ctx.t("inside_head", { head })),
        h("tbody", {}, order.map((j) =>
        h("tr", {}, h("th", { scope: "row" }, `${j}`), h("td", {}, row.others[j]), h("td", {}, numeral(own[j]))))));
    });
    return this.el.replaceChildren(note, h("p", { class: "fl-in-heading" },
      h("strong", {}, ctx.t("inside_looks_at", { word: row.words[query] })),
        h("span", {}, ctx.t("inside_largest_of_row", { n: count }))),
    h("div", { class: "fl-in-heads" }, tables));
  }

  /** What a position of a head looks at, in words. */
  words(index, at) {
    const { known, query, key, fact } = this.of(index, at);
    if (!known) return this.ctx.t("inside_long", { n: fact.keys });
    return this.heads(fact).map((head) => this.ctx.t("inside_looks",
      { head, from: known.words[query], to: known.others[key],
      weight: numeral(this.row(known, head, query)[key]) })).join("; ");
  }

  /** How one weight is made: products of query and key, their sum, and the softmax of the row. */
  pair(index, at) {
    const { ctx } = this, { fact, known, query, key } = this.of(index, at), head = this.heads(fact)[0];
    if (!known) return this.long(index, fact, query);
    const long = (this.el.parentElement?.clientWidth ?? 0) < SMALL ? 48 : 120;
    const row = this.row(known, head, query), scores = rowOf(known.scores.values, known.scores.shape, head, query);
    const title = h("p", { class: "fl-in-heading" },
      h("strong", {}, ctx.t("inside_pair", { from: known.words[query], to: known.others[key], head })),
        h("span", {}, ctx.t("inside_pair_made")));
    const sum = row.reduce((a, b) => a + b, 0), off = rounding([...row], sum);
    const bars = h("div", { class: "fl-in-rows", role: "list" }, [...row].map((weight, j) => ({ weight, j }))
      .sort((a, b) => (a.j === key ? -1 : b.j === key ? 1 : b.weight - a.weight)).slice(0, 9).sort((a, b) => a.j - b.j)
      .map(({ weight, j }) => h("div", { class: `fl-in-line ${j === key ? "fl-in-chosen" : ""}`, role: "listitem" },
        h("span", { class: "fl-in-word" }, known.others[j]), h("span", { class: "fl-in-value" }, numeral(scores[j])),
        h("span", { class: "fl-in-sign" }, "→"), sheet(long, 14,
          s("rect", { x: 0, y: 1, width: Math.max(0.5, weight * (long - 2)), height: 12, class: "f-pos" })),
        h("span", { class: "fl-in-value" }, numeral(weight)))));
    return this.el.replaceChildren(title, ...this.products(known, head, query, key, scores[key]),
      h("p", { class: "fl-in-heading" }, h("strong", {}, ctx.t("inside_row_of", { word: known.words[query] })),
        h("span", {}, ctx.t(off ? "inside_row_rounded" : "inside_row_sums", { sum: numeral(sum), off: numeral(off) }))),
    bars);
  }

  products(known, head, query, key, score) {
    const { ctx } = this;
    if (!known.query) return [h("p", { class: "fl-in-note" }, ctx.t("inside_no_products"))];
    const q = rowOf(known.query.values, known.query.shape, head, query),
      k = rowOf(known.key.values, known.key.shape, head, key);
    const products = [...q].map((value, i) => value * k[i]), total = products.reduce((a, b) => a + b, 0);
    const first = products.map((value, i) => `${numeral(q[i], 2)} × ${numeral(k[i], 2)}`).slice(0, 4).join(" + ");
    const scaled = Math.abs(total - score) > 1e-3 * Math.max(1, Math.abs(score));
    const terms = [h("span", { class: "fl-in-term" }, h("strong", {}, numeral(total)),
      h("small", {}, ctx.t("inside_q_k", { n: products.length })))];
    if (scaled) terms.push(h("span", { class: "fl-in-sign" }, "→"),
      h("span", { class: "fl-in-term" }, h("strong", {}, numeral(score)),
      h("small", {}, ctx.t(score < total - 1e6 ? "inside_hidden" : "inside_scaled"))));
    return [h("p", { class: "fl-in-products" },
      `${first}${products.length > 4 ? ` + … (${ctx.t("inside_more", { n: products.length - 4 })})` : ""} =`),
      h("p", { class: "fl-in-result" }, terms)];
  }
}
