// What the views share that show what a model has learned: numbers as `packed.py` stores them.

/** The numbers of a stored array, in one row. */
export function unpacked({ top, data }) {
  const text = atob(data), values = new Float32Array(text.length);
  for (let i = 0; i < text.length; i++) values[i] = ((text.charCodeAt(i) << 24 >> 24) * top) / 127;
  return values;
}

/** The part of an array of a shape that belongs to the first indices. */
export function rowOf(values, shape, ...index) {
  const size = shape.slice(index.length).reduce((a, b) => a * b, 1);
  const at = index.reduce((place, i, axis) => place * shape[axis] + i, 0);
  return values.subarray(at * size, (at + 1) * size);
}
