// The icons of tools: outlines on a grid of 16 by 16, in the colour of the text around them.

import { s } from "./core.js";

const OUTLINES = {
  play: "M5 3.4v9.2L12.6 8z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  step: "M4 3.5v9L9.8 8zM12.5 3.5v9",
  stop: "M4.2 4.2h7.6v7.6H4.2z",
  back: "M10 3.5 5.5 8l4.5 4.5",
  next: "M6 3.5 10.5 8 6 12.5",
  up: "M3.5 10 8 5.5l4.5 4.5",
  down: "M3.5 6 8 10.5 12.5 6",
  less: "M3.5 8h9",
  more: "M8 3.5v9M3.5 8h9",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  table: "M2.5 3h11v10h-11zM2.5 6.5h11M6.5 6.5V13",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  copy: "M5.5 5.5h7.5v7.5H5.5zM10.5 5.5V3H3v7.5h2.5",
  log: "M3 2.5v10.5h10.5M5 10.5c1-4.5 3.5-6 8-6.5",
  smooth: "M2.5 9.5c2-6 3.5-6 5.5-1.5s3.5 4.5 5.5-1.5",
  joined: "M2.5 3h11v10h-11zM8 3v10",
  graph: "M2.5 3h4v3.5h-4zM9.5 9.5h4V13h-4zM4.5 6.5v4.7h5",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2.2 1.3",
  seed: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
  look: "M1.8 8c3-5.2 9.4-5.2 12.4 0-3 5.2-9.4 5.2-12.4 0zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
  open: "M3 6.5h10v6.5H3zM5 6.5V3h6v3.5",
};

/** An icon by its name, which screen readers do not read: its button has a name. */
export function icon(name) {
  return s("svg", { class: "fl-icon", viewBox: "0 0 16 16", "aria-hidden": "true", "data-icon": name },
    s("path", { d: OUTLINES[name] }));
}
