/**
 * A part of a pattern between two `%`, with characters that may be any one.
 *
 * It is looked for with one bit for each of its characters (the algorithm
 * Shift-And), so that no pattern and no value, which strangers choose, takes more
 * than a step for 32 characters of the pattern and each of the value.
 *
 * @module
 */

/** One character, whichever it is, or this one. */
export type PiecePart = "one" | { readonly character: string };

/** A part of a pattern between two `%`. */
export class LikePiece {
  readonly #parts: readonly PiecePart[];
  /** The places in the piece where a character may be. */
  readonly #places = new Map<string, Uint32Array>();
  /** The places where every character may be. */
  readonly #ofAll: Uint32Array;

  /** Takes what it is made of. */
  constructor(parts: readonly PiecePart[]) {
    this.#parts = parts;
    this.#ofAll = new Uint32Array(Math.ceil(parts.length / 32));
    for (const [at, part] of parts.entries()) {
      if (part === "one") mark(this.#ofAll, at);
    }
    for (const [at, part] of parts.entries()) {
      if (part === "one") continue;
      let places = this.#places.get(part.character);
      if (places === undefined) {
        places = this.#ofAll.slice();
        this.#places.set(part.character, places);
      }
      mark(places, at);
    }
  }

  /** How many characters it has. */
  get length(): number {
    return this.#parts.length;
  }

  /** Whether it is at a place of a value. */
  isAt(value: readonly string[], at: number): boolean {
    return at >= 0 && at + this.length <= value.length &&
      this.#parts.every((part, i) =>
        part === "one" || part.character === value[at + i]
      );
  }

  /** Returns where it is first in a value, from a place on; -1 if nowhere. */
  findIn(value: readonly string[], from: number): number {
    const { length } = this;
    if (length === 0) return from;
    // A bit for each beginning of the piece that ends at the present character.
    const begun = new Uint32Array(this.#ofAll.length);
    const last = begun.length - 1;
    const end = 1 << ((length - 1) % 32);
    for (let at = from; at < value.length; at++) {
      const places = this.#places.get(value[at] ?? "") ?? this.#ofAll;
      let carry = 1;
      for (let word = 0; word <= last; word++) {
        const bits = begun[word] ?? 0;
        begun[word] = (bits << 1 | carry) & (places[word] ?? 0);
        carry = bits >>> 31;
      }
      if (((begun[last] ?? 0) & end) !== 0) return at + 1 - length;
    }
    return -1;
  }
}

/**
 * Returns whether a value is made of pieces and any texts between them: the first
 * begins it, and the last ends it.
 */
export function areFound(
  pieces: readonly LikePiece[],
  value: readonly string[],
): boolean {
  const [first, ...rest] = pieces;
  const last = rest.pop();
  if (first === undefined) return value.length === 0;
  if (!first.isAt(value, 0)) return false;
  if (last === undefined) return first.length === value.length;
  let at = first.length;
  for (const piece of rest) {
    const found = piece.findIn(value, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const lastAt = value.length - last.length;
  return lastAt >= at && last.isAt(value, lastAt);
}

function mark(places: Uint32Array, at: number): void {
  const word = at >>> 5;
  places[word] = (places[word] ?? 0) | 1 << (at % 32);
}
