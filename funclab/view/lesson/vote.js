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
    this.phases = h("ol", { class: "fl-phases" });
    this.now = h("p", { class: "fl-now-asked", role: "status" });
    this.options = h("div");
    this.reveal = h("div", { class: "fl-reveal", role: "status" });
    this.said = h("div", { class: "fl-spoken" }, this.phases, this.now, this.reveal);
    ctx.bar.append(...ctx.makeButtons());
    ctx.stage.append(h("div", { class: "fl-voting" },
      h("p", { class: "fl-prompt" }, h("b", {}, `${facts.id} `), coded(facts.prompt)), this.options),
    h("div", { class: "fl-side" }, this.said));
    if (this.low(ctx.model)) ctx.watchSizes(() => this.keepRoom(ctx), ctx.foot);
    const [kept] = ctx.model.alone && same(ctx.state, ctx.model.get("blank")) ? ANSWERED.read(memory) : [];
    if (kept) ctx.model.set("state", kept);
    this.first = ctx.state;
    ctx.listen(KERNEL.news, `show ${facts.id}`, () => ctx.set({ ended: VOTES.length }));
  },

  /** Keep the room of the counts, and of the most that is said of them. */
  keepRoom(ctx) {
    const each = ctx.facts.options.map((_, i) => ctx.facts.options.map((_, j) => 100 + 100 * Number(i === j)));
    const votes = each.map((counts) => [counts, counts]);
    ctx.reserve(this.options, [[this.asked(ctx)], [this.result(ctx, votes[0])]]);
    const talking = [this.phasesOf(ctx, 1), h("p", { class: "fl-now-asked" }, ctx.t("lesson_vote_hidden", { n: 100 }))];
    const ends = votes.map((two) => [h("div", { class: "fl-reveal" }, this.paragraphs(ctx, two))]);
    ctx.reserve(this.said, [talking, ...ends]);
  },

  /** What happens one after the other, with the place where the class is. */
  phasesOf(ctx, ended) {
    const texts = ["lesson_vote_now_0", "lesson_vote_now_1", "lesson_vote_then"];
    return h("ol", { class: "fl-phases" },
      texts.map((key, i) => h("li", { "aria-current": i === ended ? "step" : null }, ctx.t(key))));
  },

  /** The counts of a vote, by option. */
  countsOf(ctx, number) {
    const counts = ctx.state[VOTES[number]] ?? [];
    return counts.length ? [...counts] : ctx.facts.options.map(() => 0);
  },

  /** The counts of the votes that were held. */
  held(ctx) { return VOTES.map((_, number) => this.countsOf(ctx, number)).filter((counts) => sumOf(counts)); },

  update(ctx) {
    const { facts, state: { ended } } = ctx, done = ended === VOTES.length;
    this.options.replaceChildren(done ? this.result(ctx) : this.asked(ctx));
    this.phases.hidden = done;
    this.phases.replaceChildren(...this.phasesOf(ctx, ended).children);
    this.now.replaceChildren(...(done ? [] : [
      h("span", { class: "fl-unseen" }, ctx.t(`lesson_vote_now_${ended}`), " "), this.counted(ctx)]));
    this.reveal.replaceChildren(...(done ? this.paragraphs(ctx, this.held(ctx)) : []));
    if (!ctx.model.alone) return;
    this.changed ||= !same(ctx.state, this.first); // a notebook that is only opened leaves nothing behind
    if (this.changed) ANSWERED.store(this.memory, [ctx.state]);
    if (done && this.changed && !ANSWERED.read(facts.id).length) ANSWERED.keep(facts.id, [null]);
    else if (done) ANSWERED.open(facts.id);
  },

  /** How many cards were counted, never for which options; between the votes, why. */
  counted(ctx) {
    const { ended } = ctx.state, n = sumOf(this.countsOf(ctx, ended));
    if (n || !ended) return ctx.t("lesson_vote_counted", { n });
    return ctx.t("lesson_vote_hidden", { n: sumOf(this.countsOf(ctx, 0)) });
  },

  asked(ctx) {
    return h("ol", { class: "fl-options" }, ctx.facts.options.map((option, i) => h("li", {},
      ctx.button([cardOf(i), h("span", {}, coded(option.text))], letterOf(i).toLowerCase(),
        () => this.count(ctx, i, 1), i === this.at))));
  },

  /** Both votes side by side: a bar for each option, with its number and share. */
  result(ctx, votes = this.held(ctx)) {
    const heads = [ctx.t("lesson_vote_options"), ...votes.map((_, i) => ctx.t(`lesson_vote_${VOTES[i]}`))];
    const bar = (counts, i, number) => {
      const share = Math.round((100 * counts[i]) / sumOf(counts));
      return h("div", { class: `fl-votes fl-votes-${VOTES[number]}` }, h("div", { style: `width:${share}%` }),
        `${counts[i]} · ${share} %`);
    };
    const rows = ctx.facts.options.map((option, i) => row(
      [cardOf(i), h("span", {}, option.right ? "✓ " : "✗ ", coded(option.text))],
      votes.map((counts, number) => bar(counts, i, number)), { class: option.right ? "fl-right-row" : "" }));
    return table(rows, votes.length ? heads : []);
  },

  paragraphs(ctx, votes) { return this.sentences(ctx, votes).map((text) => h("p", {}, coded(text))); },

  sentences(ctx, votes) {
    const { options, reveal } = ctx.facts, right = options.findIndex((option) => option.right);
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
    const { ended } = ctx.state, counts = this.countsOf(ctx, ended);
    counts[i] = Math.max(0, Math.min(MOST_CARDS, count));
    ctx.set({ [VOTES[ended]]: counts });
  },

  /** One card more or less. */
  count(ctx, i, step) {
    Object.assign(this, { at: i, typing: false });
    this.put(ctx, i, this.countsOf(ctx, ctx.state.ended)[i] + step);
    ctx.say(ctx.t(step > 0 ? "lesson_vote_more" : "lesson_vote_less", { letter: letterOf(i) }));
    ctx.update();
  },

  /** A number after a letter replaces the count of that letter. */
  type(ctx, digit) {
    if (this.at < 0) return ctx.say(ctx.t("lesson_vote_letter_first"));
    const before = this.typing ? 10 * this.countsOf(ctx, ctx.state.ended)[this.at] : 0;
    this.typing = true;
    this.put(ctx, this.at, before + digit);
    return ctx.say(ctx.t("lesson_vote_typed", { letter: letterOf(this.at) }));
  },

  end(ctx) {
    const { ended } = ctx.state;
    if (!sumOf(this.countsOf(ctx, ended))) return ctx.say(ctx.t("lesson_vote_none"));
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
        button: ctx.t(ended ? "lesson_vote_end_second" : "lesson_vote_end_first"), icon: "play", main: true,
        run: () => this.end(ctx), when },
      s: { label: ctx.t("lesson_key_show"), button: ctx.t("lesson_vote_show"),
        run: () => ctx.set({ ended: VOTES.length }), when: () => ctx.state.ended === 1 },
    };
  },
};
