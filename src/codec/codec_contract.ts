// The interface of a codec, its error, its bounds and the types that it
// accepts. The codecs themselves are in codec.ts.

import { TroupeError } from "../actor/mod.ts";
import {
  checkFunction,
  checkOptionNames,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";

/**
 * Encodes values as messages and decodes messages, which may come from anyone.
 *
 * @typeParam T The type of the values.
 */
export interface Codec<T> {
  /** The name of the format, for instance `"msgpack"`. */
  readonly name: string;
  /**
   * Encodes one value as a message.
   *
   * @throws {CodecError} if the value cannot be encoded within the bounds.
   */
  encode(value: T): Uint8Array;
  /**
   * Decodes one whole message. The bytes should belong to the message alone, as
   * the value may contain views of them.
   *
   * @throws {CodecError} and nothing else, whatever the bytes are.
   */
  decode(bytes: Uint8Array): T;
}

/**
 * A value cannot be encoded, or bytes cannot be decoded. The `cause` is what
 * `parse`, a getter of the value or the parser of the format threw, if any did.
 */
export class CodecError extends TroupeError {}

/**
 * Bounds on what a codec encodes and decodes. They apply in both directions, so
 * that a peer with the same options can decode every encoded message.
 */
export interface CodecOptions {
  /**
   * Size limit of an encoded message, in bytes, from 1 to 2,147,483,647.
   *
   * @default {16_777_216}
   */
  readonly maxBytes?: number;
  /**
   * Limit on the nesting of arrays and objects, from 0 to 1,000: `1` has a
   * depth of 0, `[1]` of 1 and `{ a: [1] }` of 2. Encoding and decoding recurse,
   * and would overflow the stack at some depth.
   *
   * @default {64}
   */
  readonly maxDepth?: number;
  /**
   * Limit on the number of values in one message, from 1 to 2,147,483,647.
   * Every array, object, key and scalar counts as one. A byte on the wire can
   * become an array of 180 bytes on the heap. Without this bound 16 MiB from a
   * hostile peer would take more than a gigabyte; with it they take 250 MB at
   * most.
   *
   * @default {1_000_000}
   */
  readonly maxValues?: number;
}

/** Options of a codec whose values are whatever the format can represent. */
export interface PlainCodecOptions extends CodecOptions {
  /** Always left out here; {@linkcode ParsedCodecOptions} have it. */
  readonly parse?: undefined;
}

/**
 * Options of a codec that parses each untrusted value into a `T`.
 *
 * @typeParam T The type of the values.
 */
export interface ParsedCodecOptions<T> extends CodecOptions {
  /** Called with every decoded value to return it as a `T`, or to throw. */
  readonly parse: (value: unknown) => T;
}

/** A value that MessagePack can represent; see `msgpack` about numbers. */
export type MsgpackValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly MsgpackValue[]
  | { readonly [key: string]: MsgpackValue };

/**
 * `T` where it is plain data, and `never` where it is not: at a function, a
 * symbol, `undefined`, `unknown`, or a class with methods such as `Date`.
 * Interfaces, unions, tuples and optional properties are plain data.
 *
 * @typeParam T The type in question.
 * @typeParam Plain All values that the format can represent.
 */
export type Encodable<T, Plain> = T extends Plain ? T
  : T extends (...args: never[]) => unknown ? never
  : T extends object ? { [K in keyof T]: Encodable<T[K], Plain> }
  : never;

/** {@linkcode CodecOptions} with the defaults filled in, checked. */
export type CodecLimits = Required<CodecOptions>;

/** The upper limit of `maxDepth`. */
export const MAX_DEPTH = 1_000;

/** The upper limit of a count or size: the scans count in 32-bit integers. */
export const MAX_COUNT: number = 2 ** 31 - 1;

/**
 * Fills in the defaults and checks the options of a codec.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a bound is not a whole number in its range.
 */
export function resolveCodecLimits(
  name: string,
  options: CodecOptions & { readonly parse?: unknown },
): CodecLimits {
  checkOptionNames(`${name}()`, options, NAMES);
  if (options.parse !== undefined) checkFunction("parse", options.parse);
  return resolveNumbers(options, DEFAULTS, RANGES);
}

const NAMES: OptionNames<PlainCodecOptions> = {
  maxBytes: true,
  maxDepth: true,
  maxValues: true,
  parse: true,
};

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
