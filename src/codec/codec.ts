import type {
  Codec,
  Encodable,
  MsgpackValue,
  ParsedCodecOptions,
  PlainCodecOptions,
} from "./codec_contract.ts";
import { createCodec, JSON_TEXT, MSGPACK } from "./codec_format.ts";
import type { JsonValue } from "./json_value.ts";

/**
 * A codec that passes bytes through unchanged: the same array, not a copy.
 *
 * @example
 * ```ts
 * import { raw } from "@troupe/troupe/codec";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([1, 2, 3]);
 * assertStrictEquals(raw.decode(raw.encode(bytes)), bytes);
 * ```
 */
export const raw: Codec<Uint8Array> = {
  name: "raw",
  encode: (value) => value,
  decode: (bytes) => bytes,
};

/**
 * A codec for {@link https://msgpack.org | MessagePack}. It writes the same bytes
 * as `@std/msgpack`, and reads the same values.
 *
 * It encodes plain data only: scalars, arrays, and objects whose prototype is
 * `Object.prototype` or `null`. Anything else is a {@linkcode CodecError} that
 * says where the value is, and so is `undefined`, even in a property: leave the
 * property out. A decoded value equals the encoded one, with these exceptions:
 *
 * - An integer `number` from -2^31 to 2^32 - 1 travels as an integer, any other
 *   `number` as a float64. Either is exact and comes back a `number`, but `-0`
 *   comes back as `0`.
 * - A `bigint` always travels as 64 bits and comes back a `bigint`; one outside
 *   -2^63 to 2^64 - 1 is refused. A peer's 64-bit integer arrives as a `bigint`
 *   too, however small it is.
 * - A lone surrogate and a peer's invalid UTF-8 become U+FFFD, and a U+FEFF
 *   that begins a string is lost.
 *
 * A decoded `Uint8Array` is a view of the bytes that were passed to `decode`,
 * and keeps all of them alive: nothing is copied. Small messages that a
 * connection has received share a buffer. If a buffer will be written to again,
 * or transferred, pass `bytes.slice()` to `decode`. `encode` copies, and each
 * encoded message has a buffer of its own.
 *
 * Size, depth, number of values and every declared length are checked before
 * the first value is created. `encode` reads each property once, and stops at
 * the first that it cannot encode within the bounds. Extension types (timestamps among them), keys
 * that are not strings and the key `__proto__` are refused.
 *
 * @example Any value
 * ```ts
 * import { msgpack } from "@troupe/troupe/codec";
 * import { assertEquals } from "@std/assert";
 *
 * const codec = msgpack({ maxBytes: 64 * 1024 });
 * const bytes = codec.encode({ type: "join", room: "lobby" });
 * assertEquals(codec.decode(bytes), { type: "join", room: "lobby" });
 * ```
 *
 * @example One type
 * ```ts
 * import { CodecError, msgpack } from "@troupe/troupe/codec";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * interface Join {
 *   readonly room: string;
 * }
 *
 * function parse(value: unknown): Join {
 *   if (
 *     typeof value === "object" && value !== null &&
 *     "room" in value && typeof value.room === "string"
 *   ) {
 *     return { room: value.room };
 *   }
 *   throw new TypeError("Cannot read Join: room is not a string");
 * }
 *
 * const codec = msgpack({ parse });
 * assertEquals(codec.decode(codec.encode({ room: "lobby" })).room, "lobby");
 * assertThrows(() => codec.decode(msgpack().encode([1])), CodecError);
 * ```
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a bound is not a whole number in its range.
 */
export function msgpack(options?: PlainCodecOptions): Codec<MsgpackValue>;
/**
 * A codec for the type that `parse` returns.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a bound is not a whole number in its range.
 */
export function msgpack<T>(
  options: ParsedCodecOptions<T & Encodable<T, MsgpackValue>>,
): Codec<T>;
export function msgpack<T>(
  options: PlainCodecOptions | ParsedCodecOptions<T> = {},
): Codec<MsgpackValue> | Codec<T> {
  // `null` is no object of options, and is refused.
  return options?.parse === undefined
    ? createCodec(MSGPACK, options, (value) => value)
    : createCodec(MSGPACK, options, options.parse);
}

/**
 * A codec for JSON in UTF-8.
 *
 * It encodes plain data only, as {@linkcode msgpack} does: a `Date`, a `toJSON`
 * method, `undefined`, a `bigint`, a `Uint8Array`, `NaN` and the infinities are
 * a {@linkcode CodecError} and not a silent `null`. A decoded value therefore
 * equals the encoded one, except that `-0` comes back as `0`. A number that a
 * peer wrote with more digits than a float64 has is rounded to the nearest one.
 *
 * Size, depth and number of values are checked before the text is parsed.
 * Invalid UTF-8 and the key `__proto__` are refused. A decoded value shares no
 * memory with the bytes.
 *
 * @example
 * ```ts
 * import { json } from "@troupe/troupe/codec";
 * import { assertEquals } from "@std/assert";
 *
 * const codec = json();
 * const bytes = codec.encode({ type: "join", room: "lobby" });
 * assertEquals(new TextDecoder().decode(bytes), '{"type":"join","room":"lobby"}');
 * assertEquals(codec.decode(bytes), { type: "join", room: "lobby" });
 * ```
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a bound is not a whole number in its range.
 */
export function json(options?: PlainCodecOptions): Codec<JsonValue>;
/**
 * A codec for the type that `parse` returns.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a bound is not a whole number in its range.
 */
export function json<T>(
  options: ParsedCodecOptions<T & Encodable<T, JsonValue>>,
): Codec<T>;
export function json<T>(
  options: PlainCodecOptions | ParsedCodecOptions<T> = {},
): Codec<JsonValue> | Codec<T> {
  // `null` is no object of options, and is refused.
  return options?.parse === undefined
    ? createCodec(JSON_TEXT, options, (value) => value)
    : createCodec(JSON_TEXT, options, options.parse);
}
