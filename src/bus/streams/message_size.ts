/**
 * What a message counts towards `maxBytes` of its stream.
 *
 * @module
 */
const utf8 = new TextEncoder();

/** Returns the bytes of a subject and a payload. */
export function sizeOf(subject: string, bytes: Uint8Array): number {
  return byteLength(subject) + bytes.length;
}

function byteLength(text: string): number {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return utf8.encode(text).length;
  }
  return text.length;
}
