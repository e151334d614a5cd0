// A place in a list that may be asked for beyond its ends.

/** A place among so many, from 0; the first or the last one if it would lie beyond them. */
export function within(place, count) { return Math.max(0, Math.min(count - 1, place)); }
