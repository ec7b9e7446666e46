/**
 * Text and JSON as they are sent, and answers as they came.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text in UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** A text of UTF-8; what is none becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** JSON where it is such, or the text. */
export function jsonOrText(text: string): JsonValue {
  try {
    const json: JsonValue = JSON.parse(text);
    return json;
  } catch {
    return text;
  }
}
