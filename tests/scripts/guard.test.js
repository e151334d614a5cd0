import assert from "node:assert/strict";
import { test } from "node:test";
import { guardian } from "../../funclab/view/notebook/guard.js";

const STORED = "application/vnd.jupyter.widget-state+json";
const widgets = { [STORED]: { state: { a: { model_module: "anywidget" }, b: { model_module: "@jupyter-widgets/base" } } } };

/** What a notebook with these cells hands out of its metadata. */
function read(cells, key = "widgets") {
  const model = { cells, getMetadata: () => widgets }, tracker = { widgetAdded: { connect: (call) => call(null, { context: { model } }) } };
  guardian({ INotebookTracker: "token" }).activate(null, tracker);
  return Object.keys(model.getMetadata(key)[STORED].state);
}

test("stored anywidgets are withheld until every cell of code is trusted", () => {
  const cell = (trusted) => ({ type: "code", trusted }), text = { type: "markdown", trusted: false };

  assert.deepEqual(read([cell(true), cell(false)]), ["b"]);
  assert.deepEqual(read([text]), ["b"]);
  assert.deepEqual(read([cell(true), text]), ["a", "b"]);
  assert.deepEqual(read([cell(false)], "kernelspec"), ["a", "b"]);
});
