/**
 * A small message through `msgpack()`, its checks included, beside bare JSON:
 * `JSON.stringify` and `JSON.parse`, with an encoder and a decoder of UTF-8 that
 * are made once. All in this process: there is nothing but computing here.
 *
 * @module
 */

import { msgpack } from "../../../src/codec/mod.ts";
import { chatMessage } from "../../support/chat_message.ts";
import {
  type Comparison,
  contestant,
  type Measure,
  type Start,
} from "../harness.ts";

/** Different ones, so that no result can be kept from one to the next. */
const MESSAGES = Array.from({ length: 1_000 }, (_, id) => chatMessage(id));
/** How often all of them are encoded or decoded in a batch. */
const TURNS = 100;

/** The mean time of one operation over all items, in nanoseconds. */
function timed<T>(items: readonly T[], run: (item: T) => unknown): Measure {
  return () => {
    let done = 0;
    const start = performance.now();
    for (let turn = 0; turn < TURNS; turn++) {
      for (const item of items) if (run(item) !== undefined) done++;
    }
    const nanoseconds = (performance.now() - start) * 1e6;
    if (done !== TURNS * items.length) {
      throw new Error(`Cannot measure: only ${done} results came`);
    }
    return nanoseconds / done;
  };
}

function start<T>(items: readonly T[], run: (item: T) => unknown): Start {
  return () => contestant(timed(items, run));
}

const codec = msgpack();
const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

function encodeJson(message: unknown): Uint8Array {
  return utf8Encoder.encode(JSON.stringify(message));
}

/** A value to bytes. */
export const encode: Comparison = {
  unit: "ns",
  ours: start(MESSAGES, (message) => codec.encode(message)),
  baselines: { json: start(MESSAGES, encodeJson) },
};

/** Bytes to a value. */
export const decode: Comparison = {
  unit: "ns",
  ours: start(
    MESSAGES.map((message) => codec.encode(message)),
    (bytes) => codec.decode(bytes),
  ),
  baselines: {
    json: start(
      MESSAGES.map(encodeJson),
      (bytes): unknown => JSON.parse(utf8Decoder.decode(bytes)),
    ),
  },
};
