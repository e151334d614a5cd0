// The steps, played one after the other.

/** How long a step is shown, in milliseconds. */
const SHOWN = 2500;

export class Player {
  /**
   * @param {Context} ctx
   * @param {import("./view.js").Edit} edit
   */
  constructor(ctx, edit) {
    this.ctx = ctx;
    this.edit = edit;
    ctx.cleanups.push(() => clearInterval(this.timer));
  }

  get plays() { return Boolean(this.timer); }

  /** Show each step with the call that it is about and its sentence; or stop. */
  play() {
    const { ctx, edit } = this, last = ctx.facts.steps.length - 1;
    if (this.plays) return this.pause();
    const shown = (position) => ctx.facts.states[position] || !ctx.alone;
    const from = ctx.state.position < last ? ctx.state.position : 0;
    const order = [...Array(last + 1).keys()].filter((position) => position >= from && shown(position));
    const next = () => {
      const position = order.shift();
      edit.forms.close();
      ctx.set({ position, selected: this.about(position) }, true);
      ctx.say(edit.sentence("edit_undone", position));
      if (!order.length) this.pause();
    };
    this.timer = setInterval(next, SHOWN);
    next();
    return ctx.nameButtons();
  }

  pause() {
    if (!this.plays) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.ctx.nameButtons();
  }

  /** The call that a step is about: the one that fails, or that of the first line that is another one. */
  about(position) {
    const { error, code = [] } = this.ctx.facts.states[position] ?? {};
    const [, key] = code.find(([, of, fresh]) => fresh && of) ?? [];
    return error?.key || this.edit.callOf(key ?? "", position)?.key || "";
  }
}
