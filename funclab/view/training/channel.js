// The connection from the buttons to the kernel: tested before buttons are offered, then monitored.

import { underWay } from "./words.js";

const HELLOS = [0, 400, 1200, 3000];
const PATIENCE = 1200, LONG_PATIENCE = 15000; // a slow motion takes time to make

export class TrainingChannel {
  /**
   * @param {Context} ctx
   * @param {() => void} changed
   */
  constructor(ctx, changed) {
    this.page = Math.random(); // another page numbers its messages in the same way
    this.ctx = ctx;
    this.changed = changed;
    this.heard = this.asking = this.possible = this.gone = false;
    this.waiting = new Map();
    this.count = 0;
  }

  /** Find the control widget, and test whether its messages arrive. */
  async open() {
    const { model } = this.ctx, manager = model.widget_manager, id = model.get("control");
    const status = model.get("status");
    if (!(underWay(status) || status.snapshots)) return;
    this.kernel = manager?.kernel ?? model.kernel ?? null;
    this.watch();
    if (!manager || !id) return;
    try { this.control = await manager.get_model(id); }
    catch { return; }
    this.possible = this.asking = true;
    for (const delay of HELLOS) {
      await new Promise((done) => { setTimeout(done, delay); });
      if (this.heard || this.closed) return;
      this.send({ do: "hello" });
    }
    this.asking = false;
    this.changed();
  }

  /** Notice when the kernel restarts or dies, which ends the training. */
  watch() {
    this.onStatus = (_, status) => {
      this.gone ||= /restarting|dead|terminating/.test(status);
      if (this.gone) this.changed();
    };
    this.kernel?.statusChanged?.connect(this.onStatus);
  }

  send(content) {
    this.last = `${++this.count} ${this.page}`;
    this.control?.send({ ...content, id: this.last });
  }

  /** Whether the notebook itself can interrupt the cell, as its own stop button does. */
  get interrupts() {
    return typeof this.kernel?.interrupt === "function" && this.ctx.model.get("status").mode !== "background";
  }

  /** Interrupt once, not at every impatient press, which could hit the next cell. */
  interrupt() {
    if (Date.now() - (this.interrupted ?? 0) < 3000) return;
    this.interrupted = Date.now();
    this.kernel.interrupt();
  }

  /** Ask the kernel to do something; say so when it does not answer. */
  act(what, value) {
    this.send({ do: what, value });
    this.waiting.set(this.last, setTimeout(() => this.ctx.say(this.ctx.t("live_no_answer")),
      what === "slow" ? LONG_PATIENCE : PATIENCE));
  }

  /** The kernel has answered; returns whether this page had asked. */
  answered(message) {
    this.heard = true;
    this.asking = false;
    clearTimeout(this.waiting.get(message.id));
    return this.waiting.delete(message.id);
  }

  close() {
    this.closed = true;
    this.kernel?.statusChanged?.disconnect(this.onStatus);
    for (const timer of this.waiting.values()) clearTimeout(timer);
  }
}
