// A question for a class that raises cards. The teacher counts them by key; the class sees how many
// cards were counted, and the counts of the options only after both votes: a class that sees a
// first result follows its majority instead of thinking further.

import { h, row, same, table } from "../live/core.js";
import { ANSWERED } from "../live/cover.js";
import { KERNEL } from "../live/kernel.js";
import { coded } from "./coded.js";

const CARD_SIGNS = ["◆", "●", "■", "▲"], VOTES = ["first", "second"], MOST_CARDS = 999;

const sumOf = (counts) => counts.reduce((sum, count) => sum + count, 0);
const letterOf = (i) => String.fromCharCode(65 + i);

/** A letter with its sign, as on the card. */
const cardOf = (i) => h("span", { class: `fl-card fl-card-${i}` }, `${letterOf(i)} ${CARD_SIGNS[i]}`);

/** @type {WrittenView} */
export const vote = {
  draw(ctx) {
    const { facts } = ctx, memory = `vote ${facts.id}`;
    Object.assign(this, { memory, at: -1, typing: false });
    this.now = h("p", { class: "fl-now-asked", role: "status" });
    this.options = h("div");
    this.reveal = h("div", { class: "fl-reveal", role: "status" });
    ctx.bar.append(...ctx.makeButtons());
    ctx.stage.append(h("p", { class: "fl-prompt" }, h("b", {}, `${facts.id} `), coded(facts.prompt)), this.options,
      this.now, this.reveal);
    const [kept] = ctx.model.alone && same(ctx.state, ctx.model.get("blank")) ? ANSWERED.read(memory) : [];
    if (kept) ctx.model.set("state", kept);
    this.first = ctx.state;
    ctx.listen(KERNEL.news, `show ${facts.id}`, () => ctx.set({ ended: VOTES.length }));
  },

  /** The counts of a vote, by option. */
  counts(ctx, number) {
    const counts = ctx.state[VOTES[number]] ?? [];
    return counts.length ? [...counts] : ctx.facts.options.map(() => 0);
  },

  /** The counts of the votes that were held. */
  held(ctx) { return VOTES.map((_, number) => this.counts(ctx, number)).filter((counts) => sumOf(counts)); },

  update(ctx) {
    const { facts, state: { ended } } = ctx, done = ended === VOTES.length;
    this.options.replaceChildren(done ? this.result(ctx) : this.asked(ctx));
    this.now.textContent = done ? "" : [ctx.t(`lesson_vote_now_${ended}`), this.counted(ctx)].join(" ");
    this.reveal.replaceChildren(...(done ? this.said(ctx).map((text) => h("p", {}, coded(text))) : []));
    if (!ctx.model.alone) return;
    this.changed ||= !same(ctx.state, this.first); // a notebook that is only opened leaves nothing behind
    if (this.changed) ANSWERED.store(this.memory, [ctx.state]);
    if (done && this.changed && !ANSWERED.read(facts.id).length) ANSWERED.keep(facts.id, [null]);
    else if (done) ANSWERED.open(facts.id);
  },

  /** How many cards were counted, never for which options; between the votes, why. */
  counted(ctx) {
    const { ended } = ctx.state, n = sumOf(this.counts(ctx, ended));
    if (n || !ended) return ctx.t("lesson_vote_counted", { n });
    return ctx.t("lesson_vote_hidden", { n: sumOf(this.counts(ctx, 0)) });
  },

  asked(ctx) {
    return h("ol", { class: "fl-options" }, ctx.facts.options.map((option, i) => h("li", {},
      ctx.button([cardOf(i), h("span", {}, coded(option.text))], letterOf(i).toLowerCase(),
        () => this.count(ctx, i, 1), i === this.at))));
  },

  /** Both votes side by side: a bar for each option, with its number and share. */
  result(ctx) {
    const votes = this.held(ctx);
    const heads = [ctx.t("lesson_vote_options"), ...votes.map((_, i) => ctx.t(`lesson_vote_${VOTES[i]}`))];
    const bar = (counts, i, number) => {
      const share = Math.round((100 * counts[i]) / sumOf(counts));
      return h("div", { class: `fl-votes fl-votes-${VOTES[number]}` }, h("div", { style: `width:${share}%` }),
        `${counts[i]} · ${share} %`);
    };
    const rows = ctx.facts.options.map((option, i) => row(
      [cardOf(i), h("span", {}, option.right ? "✓ " : "✗ ", coded(option.text))],
      votes.map((counts, number) => bar(counts, i, number))));
    return table(rows, votes.length ? heads : []);
  },

  said(ctx) {
    const { options, reveal } = ctx.facts, right = options.findIndex((option) => option.right), votes = this.held(ctx);
    const parts = votes.map((counts, i) =>
      ctx.t(`lesson_vote_of_${VOTES[i]}`, { n: counts[right], of: sumOf(counts) }));
    const wrong = this.misled(ctx, votes), text = `${letterOf(right)}, ${options[right].text}`;
    const answer = options[wrong]?.answer || ctx.t("lesson_is_not");
    const told = wrong >= 0 && ctx.t("lesson_vote_misled", { letter: letterOf(wrong), answer });
    const shown = [ctx.t("lesson_shown", { right: text }),
      parts.length ? `${letterOf(right)}: ${parts.join(", ")}.` : ""];
    return [shown.join(" "), ...(told ? [told] : []), reveal];
  },

  /** The most frequent wrong option in the last vote in which anybody chose one; -1 for none. */
  misled(ctx, votes) {
    for (const counts of [...votes].reverse()) {
      const wrong = counts.map((count, i) => (ctx.facts.options[i].right ? 0 : count)), most = Math.max(...wrong);
      if (most) return wrong.indexOf(most);
    }
    return -1;
  },

  put(ctx, i, count) {
    const { ended } = ctx.state, counts = this.counts(ctx, ended);
    counts[i] = Math.max(0, Math.min(MOST_CARDS, count));
    ctx.set({ [VOTES[ended]]: counts });
  },

  /** One card more or less. */
  count(ctx, i, step) {
    Object.assign(this, { at: i, typing: false });
    this.put(ctx, i, this.counts(ctx, ctx.state.ended)[i] + step);
    ctx.say(ctx.t(step > 0 ? "lesson_vote_more" : "lesson_vote_less", { letter: letterOf(i) }));
    ctx.update();
  },

  /** A number after a letter replaces the count of that letter. */
  type(ctx, digit) {
    if (this.at < 0) return ctx.say(ctx.t("lesson_vote_letter_first"));
    const before = this.typing ? 10 * this.counts(ctx, ctx.state.ended)[this.at] : 0;
    this.typing = true;
    this.put(ctx, this.at, before + digit);
    return ctx.say(ctx.t("lesson_vote_typed", { letter: letterOf(this.at) }));
  },

  end(ctx) {
    const { ended } = ctx.state;
    if (!sumOf(this.counts(ctx, ended))) return ctx.say(ctx.t("lesson_vote_none"));
    Object.assign(this, { at: -1, typing: false });
    return ctx.set({ ended: ended + 1 });
  },

  keys(ctx) {
    const { options } = ctx.facts, { ended } = ctx.state, when = () => ctx.state.ended < VOTES.length;
    const letters = options.flatMap((option, i) => [
      [letterOf(i).toLowerCase(),
        { label: i ? "" : ctx.t("lesson_key_card"), run: () => this.count(ctx, i, 1), when }],
      [letterOf(i), { run: () => this.count(ctx, i, -1), when }],
    ]);
    const digits = [..."0123456789"].map((digit) =>
      [digit, { label: digit === "0" ? ctx.t("lesson_key_number") : "", run: () => this.type(ctx, Number(digit)),
        when }]);
    return {
      ...Object.fromEntries([...letters, ...digits]),
      Enter: { label: ctx.t("lesson_key_end"),
        button: ctx.t(ended ? "lesson_vote_end_second" : "lesson_vote_end_first"), run: () => this.end(ctx), when },
      s: { label: ctx.t("lesson_key_show"), button: ctx.t("lesson_vote_show"),
        run: () => ctx.set({ ended: VOTES.length }), when: () => ctx.state.ended === 1 },
    };
  },
};
