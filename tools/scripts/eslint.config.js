// What eslint says about the scripts of the views, and about the tools and tests for them.

import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/bundle/", "**/node_modules/"] },
  js.configs.recommended,
  {
    files: ["funclab/view/**/*.js"],
    languageOptions: { globals: { ...globals.browser, TEXTS: "readonly" } },
  },
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
