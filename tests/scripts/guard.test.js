import assert from "node:assert/strict";
import { test } from "node:test";
import { guardian } from "../../funclab/view/notebook/guard.js";

const STORED = "application/vnd.jupyter.widget-state+json";
const widgets = { [STORED]: { state: { a: { model_module: "anywidget" }, b: { model_module: "@jupyter-widgets/base" } } } };

/** A notebook as it is opened with the extension. */
function opened(model) {
  const tracker = { widgetAdded: { connect: (call) => call(null, { context: { model } }) } };
  guardian({ INotebookTracker: "token" }).activate(null, tracker);
  return model;
}

/** What a notebook with these cells hands out of its metadata. */
function read(cells, key = "widgets") {
  const model = opened({ cells, getMetadata: () => widgets, setMetadata() {} });
  return Object.keys(model.getMetadata(key)[STORED].state);
}

test("stored anywidgets are withheld until every cell of code is trusted", () => {
  const cell = (trusted) => ({ type: "code", trusted }), text = { type: "markdown", trusted: false };

  assert.deepEqual(read([cell(true), cell(false)]), ["b"]);
  assert.deepEqual(read([text]), ["b"]);
  assert.deepEqual(read([cell(true), text]), ["a", "b"]);
  assert.deepEqual(read([cell(false)], "kernelspec"), ["a", "b"]);
});

test("only a lesson's own kernel, named anew, leaves nothing to save", () => {
  const lesson = { funclab: { lesson: 1 }, language_info: { name: "python" } };
  const notebook = (metadata, dirty = false) => opened({ metadata: { ...metadata }, dirty, cells: [],
    getMetadata(key) { return this.metadata[key]; },
    setMetadata(key, value) { this.metadata[key] = value; this.dirty = true; } });
  const version = { name: "python", version: "3.14.0" };
  const left = (model, key, value) => { model.setMetadata(key, value); return [model.dirty, model.getMetadata(key)]; };

  assert.deepEqual(left(notebook(lesson), "language_info", version), [false, version]);
  assert.deepEqual(left(notebook(lesson), "language_info", { name: "R" }), [true, { name: "R" }]);
  assert.deepEqual(left(notebook(lesson), "slides", version), [true, version]);
  assert.deepEqual(left(notebook(lesson, true), "language_info", version), [true, version]);
  assert.deepEqual(left(notebook({ language_info: lesson.language_info }), "language_info", version), [true, version]);
});
