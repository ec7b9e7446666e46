import { createHash } from "node:crypto";

/** Bytes that differ from place to place and from seed to seed. */
export function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Takes bytes piece by piece and tells their number and SHA-256. */
export class Digest {
  bytes = 0;
  readonly #hash = createHash("sha256");

  /** Takes one more piece. */
  update(piece: Uint8Array): void {
    this.bytes += piece.length;
    this.#hash.update(piece);
  }

  /** The hash of all pieces; the end of this digest. */
  hex(): string {
    return this.#hash.digest("hex");
  }
}

/** The SHA-256 of one piece. */
export function sha256(bytes: Uint8Array): string {
  const digest = new Digest();
  digest.update(bytes);
  return digest.hex();
}

/** `text` in UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The text of a message in UTF-8. */
export function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
