// The model of a view without a kernel: the data of a page or a saved notebook.

import { same } from "./core.js";
import { checked } from "./stored.js";

/** A model without a kernel: it has its stored data, and keeps what is changed. */
export function held(stored) {
  /** @type {Record<string, any>} */
  const traits = checked(stored), first = { ...traits }, listeners = {};
  return {
    alone: true,
    kernel: null,
    get: (name) => traits[name],
    set(name, value) {
      if (same(traits[name], value)) return;
      traits[name] = value;
      for (const call of listeners[`change:${name}`] ?? []) call();
    },
    save_changes() {},
    send() {},
    on(name, call) { (listeners[name] ??= new Set()).add(call); },
    off(name, call) { listeners[name]?.delete(call); },

    /** Take what a kernel sends that is too busy to hand out its own model: it is alive. */
    hear({ method, state, content }, kernel) {
      Object.assign(this, { alone: false, kernel });
      if (method === "custom") for (const call of listeners["msg:custom"] ?? []) call(content);
      if (method !== "update") return;
      for (const [name, value] of Object.entries(state)) {
        if (!Object.hasOwn(traits, name)) continue;
        first[name] = value;
        this.set(name, value);
      }
    },

    /** Copy what was changed here to the kernel's model, and leave the rest of that as it is. */
    handTo(model) {
      for (const name of ["state", "stop", "answers"]) {
        if (same(traits[name], first[name])) continue;
        const changed = name === "state"
          && Object.entries(traits.state).filter(([key, value]) => !same(value, first.state[key]));
        model.set(name, changed ? { ...model.get(name), ...Object.fromEntries(changed) } : traits[name]);
      }
      model.save_changes();
    },
  };
}
