// What stands in the chips of answers.

export const SIGNS = { right: "✓", wrong: "✕" };
