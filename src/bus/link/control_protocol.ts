/**
 * What is asked by the control connection of a client: one message a call, and
 * one for what comes of it, both as MessagePack.
 *
 * @module
 */
import { CodecError, msgpack, type MsgpackValue } from "../../codec/mod.ts";
import { ProtocolError } from "../../session/mod.ts";

/** What a client may ask. */
export const OPERATIONS = [
  "track",
  "update",
  "untrack",
  "stream",
  "streams",
  "info",
  "last",
  "purge",
  "delete_consumer",
  "delete",
] as const;

/** The name of an operation. */
export type Operation = typeof OPERATIONS[number];

/** An object of MessagePack. */
export type Fields = { readonly [key: string]: MsgpackValue };

/** Bytes of the largest call or result, besides a message within it. */
const MAX_BYTES = 16_777_216;

const codec = msgpack({ maxBytes: MAX_BYTES, maxValues: 100_000 });

/** Encodes fields, such as metadata of a connection. */
export function encodeFields(fields: Fields): Uint8Array {
  return codec.encode(fields);
}

/**
 * Decodes fields.
 *
 * @throws {ProtocolError} if they are none.
 */
export function decodeFields(bytes: Uint8Array): Fields {
  let value: MsgpackValue;
  try {
    value = codec.decode(bytes);
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new ProtocolError(
      `The bus has fields that cannot be read: ${cause.message}`,
    );
  }
  if (!isFields(value)) throw new ProtocolError("The bus has no fields here");
  return value;
}

/** Returns whether a value is an object with fields. */
export function isFields(value: MsgpackValue | undefined): value is Fields {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof Uint8Array);
}

/**
 * Returns a field that is text.
 *
 * @throws {ProtocolError} if it is none.
 */
export function textField(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw wrongField(name, "text");
}

/**
 * Returns a field that is text, if it is there.
 *
 * @throws {ProtocolError} if it is something else.
 */
export function optionalText(fields: Fields, name: string): string | undefined {
  return Object.hasOwn(fields, name) ? textField(fields, name) : undefined;
}

/**
 * Returns a field that is a number.
 *
 * @throws {ProtocolError} if it is none.
 */
export function numberField(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number") return value;
  throw wrongField(name, "a number");
}

/**
 * Returns a field that is a number, if it is there.
 *
 * @throws {ProtocolError} if it is something else.
 */
export function optionalNumber(
  fields: Fields,
  name: string,
): number | undefined {
  return Object.hasOwn(fields, name) ? numberField(fields, name) : undefined;
}

/**
 * Returns a field that is one of several texts, if it is there.
 *
 * @throws {ProtocolError} if it is something else.
 */
export function optionalOneOf<Value extends string>(
  fields: Fields,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const text = optionalText(fields, name);
  if (text === undefined) return undefined;
  const value = values.find((value) => value === text);
  if (value !== undefined) return value;
  throw wrongField(name, `one of ${values.join(", ")}`);
}

/**
 * Returns a field that is bytes.
 *
 * @throws {ProtocolError} if it is none.
 */
export function bytesField(fields: Fields, name: string): Uint8Array {
  const value = fields[name];
  if (value instanceof Uint8Array) return value;
  throw wrongField(name, "bytes");
}

/**
 * Returns a field that is an object.
 *
 * @throws {ProtocolError} if it is none.
 */
export function fieldsField(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (isFields(value)) return value;
  throw wrongField(name, "an object");
}

/**
 * Returns a field that is an array of texts.
 *
 * @throws {ProtocolError} if it is none.
 */
export function textsField(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw wrongField(name, "an array");
  return value.map((item: MsgpackValue) => {
    if (typeof item !== "string") throw wrongField(name, "an array of texts");
    return item;
  });
}

function wrongField(name: string, what: string): ProtocolError {
  return new ProtocolError(`The bus has a field ${name} that is not ${what}`);
}

/** Returns the object without the properties that are `undefined`. */
export function defined(
  object: { readonly [key: string]: MsgpackValue | undefined },
): Fields {
  const fields: Record<string, MsgpackValue> = {};
  for (const [name, value] of Object.entries(object)) {
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}
