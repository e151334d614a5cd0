// The last batch in slow motion, below the curves, while training is paused.

import { h } from "../live/core.js";
import { WRITTEN } from "../live/keys.js";
import { underWay, whyNot } from "./words.js";

export class SlowMotion {
  /**
   * @param {Context} ctx
   * @param {import("./channel.js").TrainingChannel} channel
   */
  constructor(ctx, channel) {
    this.ctx = ctx;
    this.channel = channel;
    this.view = null;
    this.asked = false;
    this.holder = h("div");
    this.back = ctx.button(ctx.t("live_slow_back"), "s", () => this.close());
    this.box = h("section", { hidden: true, "aria-label": ctx.t("live_slow") },
      h("div", { class: "funclab fl fl-slow", "data-look": ctx.look }, this.back, " ", ctx.t("live_slow_what"), " ",
        this.note = h("strong")), this.holder);
    ctx.el.after(this.box);
    // This runs before the slow motion's own keys, as the listener was added first.
    ctx.listen(window, "keydown", (event) => {
      if (event.key !== "s" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(WRITTEN)) return;
      if (!this.box.contains(document.activeElement)) return;
      this.close();
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
    ctx.cleanups.push(() => {
      if (this.view || this.asked) channel.send({ do: "back" }); // nobody is watching: resume
      this.gone = true;
      this.view?.remove();
      this.box.remove();
    });
  }

  /** Ask the kernel for it; if no training is under way, say what to write. */
  ask(status) {
    const { ctx } = this, reason = whyNot(ctx, status, this.channel);
    if (this.view) this.close();
    else if (!underWay(status)) ctx.say(ctx.t("live_say_slow_over", { line: ctx.facts.trace }));
    else if (reason) ctx.say(reason);
    else {
      ctx.say(ctx.t("live_say_slow"));
      this.channel.act("slow");
      this.asked = true;
    }
  }

  /** Show it once the kernel has made it. */
  async show({ slow, note }) {
    const manager = this.ctx.model.widget_manager;
    this.asked = false;
    this.note.textContent = note;
    this.view = await manager.create_view(await manager.get_model(slow));
    if (this.gone) {
      this.channel.send({ do: "back" });
      return this.view.remove();
    }
    this.holder.replaceChildren(this.view.el);
    this.box.hidden = false;
    for (let i = 0; i < 50 && !this.holder.querySelector(".fl"); i++)
      await new Promise((done) => { setTimeout(done, 20); });
    this.holder.querySelector(".fl")?.focus();
    this.box.scrollIntoView({ block: "start" });
  }

  /** Close it; training that was under way continues. */
  close() {
    this.view?.remove();
    this.view = null;
    this.holder.replaceChildren();
    this.box.hidden = true;
    this.ctx.el.focus();
    if (this.channel.heard) this.channel.act("back");
  }
}
