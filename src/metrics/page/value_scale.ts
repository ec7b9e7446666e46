/**
 * The axis of values, linear or logarithmic: pure decisions.
 *
 * @module
 */

/** Returns the ends of a linear axis, with 0 and a tenth beyond the values. */
export function linearEnds(
  min: number | null,
  max: number | null,
): [number, number] {
  const from = Math.min(0, min ?? 0) * 1.1;
  const to = Math.max(0, max ?? 0) * 1.1;
  return [from, to > from ? to : 1];
}

/** What is 0 is drawn here, at the least that is worth a mark. */
export const LEAST = 0.01;

/** The most marks of an axis. */
const MAX_MARKS = 5;

/** Returns the ends of an axis, at powers of ten and at least one apart. */
export function logEnds(
  min: number | null,
  max: number | null,
): [number, number] {
  if (min === null || max === null) return [0.1, 10];
  const from = Math.floor(Math.log10(Math.max(min, LEAST)) + 1e-9);
  const to = Math.ceil(Math.log10(Math.max(max, LEAST)) - 1e-9);
  return [10 ** from, 10 ** Math.max(to, from + 1)];
}

/** Returns the marks of an axis: powers of ten, and 2 and 5 if few. */
export function logMarks(min: number, max: number): number[] {
  const from = Math.round(Math.log10(min));
  const to = Math.round(Math.log10(max));
  const parts = to - from > 1 ? [1] : [1, 2, 5];
  const every = Math.ceil((to - from) / MAX_MARKS);
  const marks: number[] = [];
  for (let power = from; power <= to; power += every) {
    for (const part of parts) {
      const mark = part * 10 ** power;
      if (mark <= max * 1.000001) marks.push(mark);
    }
  }
  return marks;
}
