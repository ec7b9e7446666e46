// What a codec promises: its interface, its error, its bounds and the types
// that it takes. The codecs themselves are in codec.ts.

import { TroupeError } from "../actor/mod.ts";
import { type NumberRange, resolveNumbers } from "../checks/internal.ts";

/**
 * Turns values into messages and back. What it reads may come from anyone.
 *
 * @typeParam T What a message holds.
 */
export interface Codec<T> {
  /** What the format is called, for instance `"msgpack"`. */
  readonly name: string;
  /**
   * Encodes one value.
   *
   * @throws {CodecError} if the value cannot be encoded within the bounds
   */
  encode(value: T): Uint8Array;
  /**
   * Decodes one whole message. The bytes should belong to the message alone:
   * the value may hold views of them.
   *
   * @throws {CodecError} and nothing else, whatever the bytes are
   */
  decode(bytes: Uint8Array): T;
}

/**
 * A value that cannot be encoded, or bytes that cannot be decoded. What `parse`
 * or the format's own library threw is its `cause`.
 */
export class CodecError extends TroupeError {}

/**
 * Bounds on what a codec reads and writes. They hold both ways, so that
 * what one side encodes a peer with the same options decodes.
 */
export interface CodecOptions {
  /**
   * Longest encoded message, in bytes, from 1 to 2,147,483,647.
   *
   * @default {16_777_216}
   */
  readonly maxBytes?: number;
  /**
   * Deepest nesting of arrays and objects: `1` has a depth of 0, `[1]` of 1
   * and `{ a: [1] }` of 2. From 0 to 1,000: `@std/msgpack` recurses, and the
   * stack ends somewhere above 2,000.
   *
   * @default {64}
   */
  readonly maxDepth?: number;
  /**
   * Most values in one message, from 1 to 2,147,483,647. Every array, object,
   * key and scalar counts as one. A byte on the wire can become an array of 180
   * bytes on the heap. Without this bound 16 MiB from a hostile peer would take
   * more than a gigabyte; with it they take 250 MB at most.
   *
   * @default {1_000_000}
   */
  readonly maxValues?: number;
}

/** Bounds alone, for a codec whose values are whatever the format can hold. */
export interface PlainCodecOptions extends CodecOptions {
  /** Absent here; see {@linkcode ParsedCodecOptions}. */
  readonly parse?: undefined;
}

/**
 * Bounds, and what makes a `T` of an untrusted message.
 *
 * @typeParam T What a message holds.
 */
export interface ParsedCodecOptions<T> extends CodecOptions {
  /** Returns its argument as a `T`, or throws. Runs on every decoded value. */
  readonly parse: (value: unknown) => T;
}

/** What MessagePack can hold: see `msgpack` for what becomes of each number. */
export type MsgpackValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly MsgpackValue[]
  | { readonly [key: string]: MsgpackValue };

/** What JSON can hold. Numbers must be finite. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * `T` where it is plain data, and `never` at each place where it is not: at a
 * function, a symbol, `undefined`, `unknown`, or a class with methods such as
 * `Date`. Interfaces, unions, tuples and optional properties are plain.
 *
 * @typeParam T The type in question.
 * @typeParam Plain All that the format can hold.
 */
export type Encodable<T, Plain> = T extends Plain ? T
  : T extends (...args: never[]) => unknown ? never
  : T extends object ? { [K in keyof T]: Encodable<T[K], Plain> }
  : never;

/** The bounds of {@linkcode CodecOptions}, all given and all checked. */
export type CodecLimits = Required<CodecOptions>;

/** The highest `maxDepth` that may be asked for. */
export const MAX_DEPTH = 1_000;

/** The highest count or size: the scans count in 32-bit integers. */
export const MAX_COUNT: number = 2 ** 31 - 1;

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} if a bound is not an integer in its range
 */
export function resolveCodecLimits(options: CodecOptions): CodecLimits {
  return resolveNumbers(options, DEFAULTS, RANGES);
}

const DEFAULTS: CodecLimits = {
  maxBytes: 16_777_216,
  maxDepth: 64,
  maxValues: 1_000_000,
};

const RANGES: Record<keyof CodecLimits, NumberRange> = {
  maxBytes: { min: 1, max: MAX_COUNT, integer: true },
  maxDepth: { min: 0, max: MAX_DEPTH, integer: true },
  maxValues: { min: 1, max: MAX_COUNT, integer: true },
};
