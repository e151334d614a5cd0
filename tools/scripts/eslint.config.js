// What eslint says about the scripts of the views, and about the tools and tests for them.

import js from "@eslint/js";
import globals from "globals";

/** Words in a row are a sentence, unless they are lists of names: what pages say is in `texts.json`. */
const SENTENCE = "/^(?!fl|funclab|x y)[^<>=#]*[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}/";
const message = "What a page says stands in the table of texts.";

export default [
  { ignores: ["**/bundle/", "docs/pages/_static/drop.js", "**/node_modules/"] },
  js.configs.recommended,
  {
    files: ["funclab/view/**/*.js"],
    languageOptions: { globals: { ...globals.browser, TEXTS: "readonly" } },
    rules: {
      "no-restricted-syntax": ["error", { selector: `Literal[value=${SENTENCE}]`, message },
        { selector: `TemplateElement[value.raw=${SENTENCE}]`, message }],
    },
  },
  { files: ["docs/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["tools/**/*.js", "tests/**/*.js"], languageOptions: { globals: { ...globals.node, TEXTS: "readonly" } } },
  {
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-var": "error",
      "prefer-const": "error",
      "no-unused-vars": ["error", { args: "none", caughtErrors: "none", ignoreRestSiblings: true }],
    },
  },
];
