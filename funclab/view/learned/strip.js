// The strip of samples, one of them chosen, and its keys: `,` and `.` go to the next, `/` finds one.

import { h } from "../live/core.js";
import { pictureFrom } from "../live/stored.js";
import { focusOn } from "../live/focus.js";

/** The strip of samples: `facts.strip` has those that are stored, `facts.samples` says how many x has. */
export class Strip {
  /**
   * @param {Context} ctx
   * @param {Object<string, any>} [fresh] the state that another sample begins with
   */
  constructor(ctx, fresh = {}) {
    this.ctx = ctx;
    this.fresh = fresh;
    this.items = h("div", { class: "fl-strip-items", role: "radiogroup", "aria-label": ctx.t("strip_samples") });
    this.input = h("input", { type: "text", inputmode: "numeric", "aria-label": ctx.t("strip_find") });
    this.find = h("span", { class: "fl-strip-find", hidden: true }, this.input);
    this.el = h("div", { class: "fl-strip" }, h("span", { class: "fl-strip-name", "aria-hidden": "true" },
      ctx.t("strip_samples")), this.items, this.find);
  }

  get samples() { return this.ctx.facts.strip ?? []; }

  /** What is known of a sample: what the strip has of it, or what the kernel has sent, or only its index. */
  of(sample) {
    const sent = this.ctx.got[`sample ${sample}`]?.strip;
    return this.samples.find((one) => one.sample === sample) ?? sent ?? { sample, label: `#${sample}`, words: "" };
  }

  /** A sample in words: its index, what it is and what the model says. */
  words(sample) {
    const { words } = this.of(sample), name = this.ctx.t("strip_sample", { i: sample });
    return words ? `${name}, ${words}` : name;
  }

  update() {
    const { ctx } = this, { sample } = ctx.state;
    const stored = this.samples.some((one) => one.sample === sample);
    const shown = stored ? this.samples : [...this.samples, this.of(sample)];
    const held = this.items.contains(document.activeElement);
    this.items.replaceChildren(...shown.map((one) => {
      const here = one.sample === sample;
      const wrong = one.wrong ? "fl-strip-wrong" : "", words = this.words(one.sample);
      return h("div", { class: `fl-strip-item ${wrong}`, role: "radio", "aria-checked": String(here),
        tabindex: here ? "0" : "-1", "aria-label": words, title: words, onclick: () => this.choose(one.sample) },
      one.picture ? h("span", { "aria-hidden": "true" }, pictureFrom(one.picture)) : null,
      h("span", { class: "fl-strip-label" }, one.label));
    }));
    const here = this.items.querySelector("[aria-checked=true]");
    if (held) focusOn(here);
    if (here) this.items.scrollLeft = here.offsetLeft - this.items.clientWidth / 2 + here.offsetWidth / 2;
  }

  choose(sample) {
    this.ctx.set(sample === this.ctx.state.sample ? {} : { ...this.fresh, sample });
    this.ctx.say(this.words(sample));
  }

  /** To the next sample of the strip, or the one before. */
  move(by) {
    const indices = this.samples.map((one) => one.sample), at = indices.indexOf(this.ctx.state.sample);
    if (indices.length) this.choose(indices[at < 0 ? 0 : (at + by + indices.length) % indices.length]);
  }

  /** Whether arrow keys are for the strip. */
  get focused() { return this.items.contains(document.activeElement); }

  open() {
    this.find.hidden = false;
    this.input.value = "";
    this.input.focus();
  }

  close() {
    this.find.hidden = true;
    focusOn(this.ctx.el);
  }

  /** Take a key in the field for an index or a label; returns whether it did. */
  typed(target, key) {
    if (target !== this.input || (key !== "Enter" && key !== "Escape")) return false;
    const text = this.input.value.trim();
    this.close();
    if (key === "Enter" && text) this.seek(text);
    return true;
  }

  seek(text) {
    const { ctx } = this, n = ctx.facts.samples, index = /^\d+$/.test(text) ? Number(text) : -1;
    const stored = this.samples.find((one) => one.sample === index || one.label === text);
    if (stored) this.choose(stored.sample);
    else if (index < 0 || index >= n) ctx.say(ctx.t("strip_none", { text, n }));
    else if (ctx.model.alone) ctx.say(ctx.t("strip_stored", { n: this.samples.length }));
    else this.choose(index);
  }

  /** The keys of the strip, for the view's own table. */
  keys() {
    const { ctx } = this;
    return {
      ",": { label: ctx.t("strip_back"), run: () => this.move(-1) },
      ".": { label: ctx.t("strip_next"), run: () => this.move(1) },
      "/": { label: ctx.t("strip_find"), run: () => this.open() },
    };
  }
}
