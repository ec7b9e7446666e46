/**
 * What the demo's two processes say to each other.
 *
 * @module
 */
import { type Codec, msgpack, type SessionOptions } from "../../mod.ts";

/** Of both sides: all is on one machine, so nothing takes long. */
export const SESSION: SessionOptions = { resumeMs: 10_000, closeMs: 1000 };

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
}

/** What the server has counted since it started. */
export interface Counters {
  /** Sockets that it has accepted. */
  readonly sockets: number;
  /** Those of them that went on with a session that there was. */
  readonly resumes: number;
  /** Resident memory of the server, in bytes. */
  readonly rssBytes: number;
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new TypeError(`Cannot read a message: it is ${typeof value}`);
}

function number(value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError(`Cannot read a number: it is ${typeof value}`);
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot read a text: it is ${typeof value}`);
}

/** Chats as bytes. */
export const chatCodec: Codec<Chat> = msgpack({
  parse(value) {
    const chat = record(value);
    return { sequence: number(chat.sequence), text: text(chat.text) };
  },
});

/** Receipts as bytes. */
export const receiptCodec: Codec<Receipt> = msgpack({
  parse(value) {
    const { bytes, sha256 } = record(value);
    return { bytes: number(bytes), sha256: text(sha256) };
  },
});

/** Counters as bytes. */
export const countersCodec: Codec<Counters> = msgpack({
  parse(value) {
    const { sockets, resumes, rssBytes } = record(value);
    return {
      sockets: number(sockets),
      resumes: number(resumes),
      rssBytes: number(rssBytes),
    };
  },
});
