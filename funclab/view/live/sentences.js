// Texts with values filled in, as in `draw/sentences.py`.

/** A text with values in place of its slots: `{name}`, and `{n|# step|# steps}` for a number. */
export function filled(text, values) {
  return text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (_, name, single, several) => {
    const value = values[name] ?? "";
    if (several === undefined) return value;
    return (value === 1 || value === true ? single : several).replaceAll("#", value.toLocaleString("en-US"));
  });
}
