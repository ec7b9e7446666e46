/**
 * What of a file a request wants, by its headers (RFC 9110).
 *
 * @module
 */

/** What is known of a file. */
export interface Representation {
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** What is sent of a file. */
export type Wanted =
  | { readonly kind: "all" | "not_modified" | "not_satisfiable" }
  | {
    readonly kind: "part";
    readonly offset: number;
    readonly length: number;
  };

const RANGE =
  /^bytes[ \t]*=[ \t]*(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))[ \t]*$/i;

/** Returns what of a file is sent; several ranges are those of the whole. */
export function wantedOf(headers: Headers, of: Representation): Wanted {
  if (isKnown(headers, of)) return { kind: "not_modified" };
  const range = headers.get("range");
  if (range === null || !isSame(headers.get("if-range"), of)) {
    return { kind: "all" };
  }
  const match = RANGE.exec(range);
  if (match === null) return { kind: "all" };
  const { size } = of;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0
      ? { kind: "not_satisfiable" }
      : { kind: "part", offset: size - length, length };
  }
  const offset = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  // A range that ends before it begins is none.
  if (last !== "" && Number(last) < offset) return { kind: "all" };
  if (offset >= size) return { kind: "not_satisfiable" };
  return { kind: "part", offset, length: end - offset + 1 };
}

/** Whether who asks has it already. */
function isKnown(
  headers: Headers,
  { etag, modifiedAt }: Representation,
): boolean {
  const known = headers.get("if-none-match");
  if (known !== null) {
    return known.trim() === "*" ||
      known.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
  }
  const since = Date.parse(headers.get("if-modified-since") ?? "");
  return secondsOf(modifiedAt) <= since;
}

/** Whether a part goes with the parts that who asks has. */
function isSame(
  condition: string | null,
  { etag, modifiedAt }: Representation,
): boolean {
  if (condition === null || condition.trim() === etag) return true;
  return Date.parse(condition) === secondsOf(modifiedAt);
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
