/**
 * What the demo's two processes say to each other.
 *
 * @module
 */
import { type Codec, msgpack } from "../../mod.ts";

/** A small message, and its echo. */
export interface Chat {
  readonly sequence: number;
  readonly text: string;
}

/** What the server has received of the file. */
export interface Receipt {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Sockets that the server has accepted since it started. */
  readonly sockets: number;
  /** Resident memory of the server, in bytes. */
  readonly rssBytes: number;
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new TypeError(`Cannot read a message: it is ${typeof value}`);
}

function field<K extends "number" | "string">(
  value: unknown,
  type: K,
): K extends "number" ? number : string;
function field(value: unknown, type: "number" | "string"): unknown {
  if (typeof value === type) return value;
  throw new TypeError(
    `Cannot read a field: it is ${typeof value}, not ${type}`,
  );
}

/** Chats as bytes. */
export const chatCodec: Codec<Chat> = msgpack({
  parse(value) {
    const { sequence, text } = record(value);
    return { sequence: field(sequence, "number"), text: field(text, "string") };
  },
});

/** Receipts as bytes. */
export const receiptCodec: Codec<Receipt> = msgpack({
  parse(value) {
    const { bytes, sha256, sockets, rssBytes } = record(value);
    return {
      bytes: field(bytes, "number"),
      sha256: field(sha256, "string"),
      sockets: field(sockets, "number"),
      rssBytes: field(rssBytes, "number"),
    };
  },
});
