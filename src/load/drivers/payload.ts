/**
 * Encoding and decoding of text and JSON.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true });

/** Encodes a text in UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Decodes UTF-8; invalid bytes become U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Bytes of what was received that the example of an error may need. */
const EXAMPLE_BYTES = 1024;

/** Decodes the beginning of what came, for the example of an error. */
export function exampleText(bytes: Uint8Array): string {
  return decoder.decode(bytes.subarray(0, EXAMPLE_BYTES));
}

/**
 * Decodes UTF-8, or returns `undefined` if the bytes are something else; no text
 * has a NUL.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Parses a text as JSON, or returns the text if it is not JSON. */
export function jsonOrText(text: string): JsonValue {
  try {
    const json: JsonValue = JSON.parse(text);
    return json;
  } catch {
    return text;
  }
}
