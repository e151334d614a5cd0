// Sentences with code in them.

import { h } from "../live/core.js";

/** A sentence in which text between backticks is code. */
export function coded(text) {
  return (text ?? "").split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));
}
