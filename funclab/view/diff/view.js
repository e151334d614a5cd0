// Two models side by side: a list of differences, and the calls each is about marked in both graphs.

const diff = {
  name: "diff",

  draw(ctx) {
    this.sides = {};
    ctx.bar.append(
      ctx.button(ctx.t("back"), "ArrowUp", () => this.go(ctx, ctx.state.entry - 1)),
      ctx.button(ctx.t("next"), "ArrowDown", () => this.go(ctx, ctx.state.entry + 1)));
    ctx.stage.classList.add("fl-pair");
    for (const side of ["left", "right"]) {
      const picture = h("div", { class: "fl-side", onclick: (event) => this.click(ctx, side, event.target) });
      picture.append(pictureFrom(ctx.model.get("pictures")[side]));
      this.sides[side] = picture;
      ctx.stage.append(h("figure", { class: "fl-figure", tabindex: "0" },
        h("figcaption", {}, ctx.t(`diff_${side}`, { name: ctx.facts[side] })), picture));
    }
  },

  update(ctx) {
    const { entry } = ctx.state;
    ctx.stage.querySelectorAll("svg").forEach((svg) => fit(ctx, svg));
    ctx.stage.querySelectorAll(".fl-ring").forEach((ring) => ring.remove());
    ctx.facts.entries.forEach((one, i) => {
      for (const side of ["left", "right"])
        for (const key of one[side]) this.ring(side, key, i === entry ? "fl-ring" : "fl-ring fl-lit");
    });
    const items = ctx.facts.entries.map((one, i) => h("li", {
      class: i === entry ? "fl-here" : "", "aria-current": i === entry ? "true" : null,
    }, h("button", { type: "button", class: "fl-link", onclick: () => this.go(ctx, i) },
      `${one.kind}: ${one.sentence}`)));
    ctx.panel.replaceChildren(
      h("ol", { class: "fl-tape" }, items.length ? items : h("li", {}, ctx.t("diff_none"))),
      ...ctx.facts.notes.map((note) => h("p", {}, note)));
    this.reveal(ctx);
    if (this.seen !== entry) ctx.bringInSight(ctx.bar, ctx.panel);
    this.seen = entry;
  },

  ring(side, key, name) {
    const boxes = [...this.sides[side].querySelectorAll(".box[data-key]")];
    const rect = boxes.find((box) => box.dataset.key === key)?.querySelector("rect");
    if (!rect) return;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((a) => Number(rect.getAttribute(a)));
    rect.parentNode.append(s("rect", { class: name, x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10 }));
  },

  /** Bring the present difference into the part of each graph, and of the list, that is in sight. */
  reveal(ctx) {
    for (const side of Object.values(this.sides)) this.center(side.parentNode, side.querySelector(".fl-ring:not(.fl-lit)"));
    this.center(ctx.panel, ctx.panel.querySelector(".fl-here"));
  },

  /** Scroll a frame so that a part of it is in the middle, unless it is seen. */
  center(frame, part) {
    if (!part) return;
    const [at, seen] = [part, frame].map((one) => one.getBoundingClientRect());
    const head = frame.querySelector("figcaption")?.offsetHeight ?? 0;
    if (at.top < seen.top + head || at.bottom > seen.bottom) frame.scrollTop += (at.top + at.bottom - seen.top - head - seen.bottom) / 2;
    if (at.left < seen.left || at.right > seen.right) frame.scrollLeft += (at.left + at.right - seen.left - seen.right) / 2;
  },

  /** The next difference about a call; most calls have none. */
  click(ctx, side, target) {
    const key = target.closest("[data-key]")?.dataset.key, { entries } = ctx.facts;
    const about = [...entries.keys()].filter((i) => entries[i][side].includes(key));
    if (about.length) this.go(ctx, about.find((i) => i > ctx.state.entry) ?? about[0]);
    else if (key) {
      const shared = ctx.facts.shared.find((one) => one[side].includes(key));
      ctx.say(shared ? `= ${shared.mark}: ${shared.sentence}` : ctx.t("diff_alike", { key }));
    }
  },

  go(ctx, entry) {
    const count = ctx.facts.entries.length;
    if (!count) return;
    const at = (entry + count) % count, one = ctx.facts.entries[at];
    ctx.ask(this.question(ctx, one, at), () => ctx.set({ entry: at }));
  },

  question(ctx, one, at) {
    const kinds = [...new Set([one.kind, "added", "removed", "changed", "shared"])].slice(0, 4).sort();
    const where = [...one.left, ...one.right].join(", ");
    return where ? { id: `diff ${at}`, prompt: ctx.t("ask_diff", { where }), options: kinds,
      answer: one.kind, explain: one.sentence } : null;
  },

  keys(ctx) {
    const { entry } = ctx.state;
    return {
      ArrowDown: { label: ctx.t("next"), run: () => this.go(ctx, entry + 1) },
      ArrowUp: { label: ctx.t("back"), run: () => this.go(ctx, entry - 1) },
      Escape: { label: ctx.t("key_out"), run: () => ctx.set({ entry: -1 }) },
    };
  },

  count(ctx, n) { return n ? ctx.t(n === 1 ? "diff_caption_one" : "diff_caption", { n }) : ctx.t("diff_none"); },

  caption(ctx) {
    const one = ctx.facts.entries[ctx.state.entry];
    return one ? one.sentence : this.count(ctx, ctx.facts.entries.length);
  },
};

export default liveView(() => diff);
