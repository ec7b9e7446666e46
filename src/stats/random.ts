/**
 * Reproducible random numbers from a seed.
 *
 * @module
 */

/** Returns the next random number, from 0 to below 1. */
export type Random = () => number;

/**
 * Returns an independent stream of random numbers for each purpose, such as
 * `randomStream(1, "think", 7)`: draws from one do not change another.
 *
 * The generator is sfc32, by Chris Doty-Humphrey (PractRand).
 */
export function randomStream(
  seed: number,
  ...purpose: readonly (string | number)[]
): Random {
  const next = hash(`${seed}/${purpose.join("/")}`);
  let a = next();
  let b = next();
  let c = next();
  let counter = 1;
  const draw = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ b >>> 9;
    b = (c + (c << 3)) | 0;
    c = ((c << 21 | c >>> 11) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Until the seed has mixed into all of the state.
  for (let i = 0; i < 12; i++) draw();
  return draw;
}

/**
 * Returns a source of 32-bit numbers from a text: FNV-1a, mixed as in murmur3.
 */
function hash(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ state >>> 16, 0x85ebca6b);
    mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
    return mixed ^ mixed >>> 16;
  };
}
