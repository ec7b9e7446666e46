/**
 * JSON of whatever the author of an actor shows, cut off where it is too much.
 *
 * @module
 */

const MAX_DEPTH = 8;
/** Entries of one array or object. */
const MAX_ENTRIES = 100;
/** Values altogether. */
const MAX_VALUES = 2000;
/** Characters of one text, and of one name. */
const MAX_TEXT = 1000;
/** Characters of all texts and names of one value together. */
const MAX_CHARACTERS = 65_536;

/** JSON with a bound. */
export interface BoundedJson {
  /** The text, with lines indented by two spaces. */
  readonly json: string;
  /** Whether something was left out. */
  readonly isTruncated: boolean;
}

/**
 * Returns a value as JSON. Maps are shown as objects or pairs, sets as arrays,
 * and what JSON has not as a text. What getters and `toJSON` throw is thrown.
 */
export function boundedJson(value: unknown): BoundedJson {
  const copier = new Copier();
  // Without `toJSON` of what was copied: it holds plain values alone.
  const json = JSON.stringify(copier.copy(value, 0), null, 2) ?? "null";
  return { json, isTruncated: copier.isTruncated };
}

class Copier {
  isTruncated = false;
  #values = 0;
  #characters = 0;

  copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
        return value;
      case "bigint":
        return this.#text(`${value}n`);
      case "function":
        return "[function]";
      case "symbol":
        return this.#text(value.toString());
      case "undefined":
        return null;
      default:
        return value === null ? null : this.#object(value as object, depth);
    }
  }

  #object(value: object, depth: number): unknown {
    if (value instanceof Date || value instanceof URL) {
      return this.#text(String(value.toJSON()));
    }
    if (value instanceof Error) return this.#text(String(value));
    if (ArrayBuffer.isView(value)) {
      return `[${value.constructor.name} of ${value.byteLength} bytes]`;
    }
    if (depth >= MAX_DEPTH) {
      this.isTruncated = true;
      return "…";
    }
    if (Array.isArray(value)) return this.#list(value, value.length, depth);
    if (value instanceof Set) return this.#list(value, value.size, depth);
    if (value instanceof Map) {
      const hasNames = value.keys().take(MAX_ENTRIES)
        .every((key) => typeof key === "string");
      return hasNames
        ? this.#names(value, value.size, depth)
        : this.#list(value, value.size, depth);
    }
    if ("toJSON" in value && typeof value.toJSON === "function") {
      return this.copy(value.toJSON(), depth + 1);
    }
    const names = Object.keys(value);
    const entries = names.values().map((name): [string, unknown] => [
      name,
      (value as Record<string, unknown>)[name],
    ]);
    return this.#names(entries, names.length, depth);
  }

  #list(values: Iterable<unknown>, size: number, depth: number): unknown[] {
    const copies: unknown[] = [];
    for (const value of values) {
      if (!this.#mayGoOn(copies.length)) {
        copies.push(`… ${size - copies.length} more`);
        break;
      }
      copies.push(this.copy(value, depth + 1));
    }
    return copies;
  }

  #names(
    entries: Iterable<[string, unknown]>,
    size: number,
    depth: number,
  ): Record<string, unknown> {
    const copies: [string, unknown][] = [];
    for (const [name, value] of entries) {
      if (!this.#mayGoOn(copies.length)) {
        copies.push(["…", `${size - copies.length} more`]);
        break;
      }
      copies.push([this.#text(name), this.copy(value, depth + 1)]);
    }
    return Object.fromEntries(copies);
  }

  #mayGoOn(entries: number): boolean {
    const may = entries < MAX_ENTRIES && ++this.#values <= MAX_VALUES &&
      this.#characters <= MAX_CHARACTERS;
    if (!may) this.isTruncated = true;
    return may;
  }

  #text(text: string): string {
    const kept = text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
    if (kept !== text) this.isTruncated = true;
    this.#characters += kept.length;
    return kept;
  }
}
