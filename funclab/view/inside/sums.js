// How one number of a call is made of those that it reads; as `recipes.py`, on what a page has stored.

const TOLERANCE = 1e-3;

/** The error function, to 2e-7: formula 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical Functions". */
function erf(z) {
  const t = 1 / (1 + 0.3275911 * Math.abs(z));
  const terms = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return Math.sign(z) * (1 - terms.reduce((sum, term) => (sum + term) * t, 0) * Math.exp(-z * z));
}

const ACTIVATIONS = {
  linear: (z) => z,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  silu: (z) => z / (1 + Math.exp(-z)),
  gelu: (z) => (z * (1 + erf(z / Math.SQRT2))) / 2,
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  relu: (z, { negative_slope = 0, max_value = null, threshold = 0 }) =>
    (z < threshold ? negative_slope && negative_slope * (z - threshold) : max_value == null ? z :
      Math.min(z, max_value)),
};

/** What an activation makes of number `k`; NaN for one that is not computed here. */
function activated({ activation, settings }, z, k) {
  if (activation !== "softmax") return ACTIVATIONS[activation]?.(z[k], settings) ?? NaN;
  const top = Math.max(...z), powers = z.map((value) => Math.exp(value - top));
  return powers[k] / sum(powers);
}

/**
 * The window at a place of a plane, row by row: indices of its places, -1 in the padding. If it is transposed,
 * the places whose own windows reach this one, -1 where there is none. If it is deep, the rows of each slice.
 */
export function windowAt({ window, transposed = false, deep }, [rows, columns], at) {
  const along = (place, [size, stride, dilation, pad]) => Array.from({ length: size }, (_, tap) => {
    const shift = tap * dilation, reached = place + pad - shift;
    if (!transposed) return place * stride - pad + shift;
    return reached % stride ? -1 : reached / stride;
  });
  const axis = (number) => window.map((pair) => pair[number]);
  const rowsOf = ([size, stride, dilation, pad, read, made]) => along(Math.floor(at[0] / made),
    [size, stride, dilation, pad]).flatMap((slice) => along(at[0] % made, axis(0)).map((row) =>
    (slice < 0 || row < 0 || row >= read ? -1 : slice * read + row)));
  const inside = (i, j) => i >= 0 && j >= 0 && i < rows && j < columns;
  const down = deep ? rowsOf(deep) : along(at[0], axis(0)), across = along(at[1], axis(1));
  return down.flatMap((i) => across.map((j) => (inside(i, j) ? i * columns + j : -1)));
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

/** The channels of its source that a filter reads: all, or those of its group. */
function channelsOf([, , depth, filters], total, channel) {
  const groups = total / depth, group = Math.floor(channel / (filters / groups));
  return Array.from({ length: depth }, (_, i) => group * depth + i);
}

/** The numbers of all channels at a place. */
function channelsAt(values, [, columns, channels], row, column) {
  const start = (row * columns + column) * channels;
  return Array.from(values.subarray(start, start + channels));
}

/** Why a sum cannot be shown yet: what it needs is not stored, or is on its way. */
export class Missing extends Error {}

export class Sums {
  /** @param {import("./values.js").Values} values */
  constructor(values) { this.values = values; }

  /** The numbers that a call reads, each as (rows, columns, channels). */
  sources(index) {
    const { recipe } = this.values.calls[index];
    return recipe.sources.map((source, i) => {
      if (recipe.numbers[i] != null) return { values: [recipe.numbers[i]], plane: [1, 1, 1] };
      const exact = source != null && this.values.exact(source);
      if (!exact) throw new Missing();
      return exact;
    });
  }

  /** How the number of a call at a place and channel is made: rows, their total, a bias and the result. */
  of(index, at, channel) {
    const { recipe } = this.values.calls[index], make = this[recipe.kind];
    return make ? make.call(this, index, recipe, this.sources(index), at, channel) : null;
  }

  sum(index, recipe, [{ values, plane }], at, channel) {
    const kernel = this.values.weight(index, "kernel"), bias = this.values.weight(index, "bias");
    if (!kernel) throw new Missing();
    const places = windowAt(recipe, plane, at), [, , depth, filters] = recipe.size;
    const rowOf = (c, i, k) => ({
      channel: c, inside: places.map((place) => place >= 0),
      window: places.map((place) => (place < 0 ? 0 : values[place * plane[2] + c])),
      weights: places.map((_, tap) => kernel[(tap * depth + i) * filters + k]),
    });
    const partial = ({ window, weights }) => sum(window.map((value, tap) => value * weights[tap]));
    const rowsOf = (k) => channelsOf(recipe.size, plane[2], k).map((c, i) => rowOf(c, i, k));
    const rows = rowsOf(channel).map((row) => ({ ...row, partial: partial(row) })),
      total = sum(rows.map((row) => row.partial));
    const biasOf = (k) => (bias ? bias[k] : 0);
    const scores = recipe.activation !== "softmax" ? [total + biasOf(channel)] :
      Array.from({ length: filters }, (_, k) => sum(rowsOf(k).map(partial)) + biasOf(k));
    const result = activated(recipe, scores, recipe.activation === "softmax" ? channel : 0);
    return { rows, total, bias: bias ? bias[channel] : null, result };
  }

  pooled([{ values, plane }], recipe, at, channel) {
    const places = windowAt(recipe, plane, at), inside = places.map((place) => place >= 0);
    const window = places.map((place) => (place < 0 ? 0 : values[place * plane[2] + channel]));
    return { rows: [{ channel, window, inside }], held: window.filter((_, i) => inside[i]) };
  }

  largest(index, recipe, sources, at, channel) {
    const { rows, held } = this.pooled(sources, recipe, at, channel);
    return { rows, result: Math.max(...held) };
  }

  mean(index, recipe, sources, at, channel) {
    const { rows, held } = this.pooled(sources, recipe, at, channel);
    return { rows, count: held.length, result: sum(held) / held.length };
  }

  merge(index, recipe, sources, [row, column], channel) {
    const parts = sources.map(({ values, plane: [rows, columns, channels] }) =>
      values[(Math.min(row, rows - 1) * columns + Math.min(column, columns - 1)) * channels +
        Math.min(channel, channels - 1)]);
    const merged = { add: (a, b) => a + b, subtract: (a, b) => a - b, multiply: (a, b) => a * b,
      maximum: Math.max, minimum: Math.min }[recipe.op];
    return { parts, result: parts.reduce((a, b) => merged(a, b)) / recipe.divisor };
  }

  joined(index, recipe, sources, at, channel) {
    const place = [...at, channel];
    for (const [i, { values, plane }] of sources.entries()) {
      if (place[recipe.axis] < plane[recipe.axis]) {
        const result = values[(place[0] * plane[1] + place[1]) * plane[2] + place[2]];
        return { from: i, place: [...place], result };
      }
      place[recipe.axis] -= plane[recipe.axis];
    }
    return null;
  }

  normal(index, recipe, [{ values, plane }], [row, column], channel) {
    const places = channelsAt(values, plane, row, column);
    const own = (name, otherwise) => this.values.weight(index, name)?.[channel] ?? otherwise, { group } = recipe;
    const groupOf = (k) => Math.floor(k / group), ofGroup = (_, i) => groupOf(i % plane[2]) === groupOf(channel);
    const same = group ? values.filter(ofGroup) : places;
    const mean = own("mean", sum(same) / same.length);
    const variance = own("variance", sum(same.map((x) => (x - mean) ** 2)) / same.length);
    const scale = own("scale", 1), offset = own("offset", 0), x = places[channel];
    const result = ((x - mean) / Math.sqrt(variance + recipe.epsilon)) * scale + offset;
    return { steps: { x, mean, variance, scale, offset }, result };
  }

  activation(index, recipe, [{ values, plane }], [row, column], channel) {
    const z = channelsAt(values, plane, row, column);
    return { total: z[channel], result: activated(recipe, z, channel) };
  }

  repeat(index, { window: [, times] }, [{ values, plane }], at, channel) {
    const [row, column] = at.map((n, axis) => Math.floor(n / times[axis]));
    return { place: [row, column, channel], result: values[(row * plane[1] + column) * plane[2] + channel] };
  }

  blend(index, recipe, [{ values, plane }], at, channel) {
    const [down, across] = ["down", "across"].map((name, axis) => {
      const all = this.values.weight(index, name), wide = all.length / this.values.calls[index].plane[axis];
      const [first, ...weights] = all.slice(at[axis] * wide, (at[axis] + 1) * wide);
      return weights.map((weight, tap) => [first + tap, weight]);
    });
    const taps = down.flatMap(([i, a]) => across.map(([j, b]) =>
      [values[(i * plane[1] + j) * plane[2] + channel], a * b]));
    const [window, weights] = [taps.map(([value]) => value), taps.map(([, weight]) => weight)];
    const total = sum(taps.map(([value, weight]) => value * weight));
    const covers = [down, across].map((axis) => [axis[0][0], axis.length]), inside = taps.map(() => true);
    return { rows: [{ channel, inside, window, weights, covers, partial: total }], total, result: total };
  }

  copy(index, recipe, [{ values, plane }], [row, column], channel) {
    const [, columns, channels] = this.values.calls[index].plane, at = (row * columns + column) * channels + channel;
    const place = [Math.floor(at / (plane[1] * plane[2])), Math.floor(at / plane[2]) % plane[1], at % plane[2]];
    return { place, result: values[at] };
  }
}

/** Whether a result is what the engine computed, but for rounding. */
export function agrees({ result, total = 0, bias = 0 }, engine) {
  if (Number.isNaN(result)) return true;
  return Math.abs(result - engine) <= TOLERANCE * Math.max(Math.abs(engine), Math.abs(total), Math.abs(bias));
}
