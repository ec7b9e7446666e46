/**
 * The loops that are timed, one for each workload and the same for every
 * contestant, with the sizes that the project's model publishes figures for.
 *
 * Each figure is the mean over a batch (elapsed time / operations), not a
 * percentile of it: fresh buffers and the garbage collection that they cause
 * are work that a median would hide. Measured: a raw echo of 200 KB into a
 * fresh buffer each time costs 1.2 times the reused buffer's by p50, and up to
 * 2.9 times by the mean. The noise that a mean lets in is the rounds' business.
 *
 * @module
 */

import type { Batch, EchoPeer, SinkPeer } from "./peers.ts";

/** Bytes in a KB and a MB as sizes of messages; rates use 1,000,000 bytes. */
const KB = 1024;
const MB = KB * KB;

/** One kind of echo: a size, and how many round trips make a batch. */
export interface EchoWorkload {
  readonly bytes: number;
  readonly count: number;
}

/** A round trip of 100 B. */
export const ECHO_100B: EchoWorkload = { bytes: 100, count: 10_000 };
/** 200 KB there and back. */
export const ECHO_200KB: EchoWorkload = { bytes: 200 * KB, count: 2_000 };
/** 1 MB there and back. */
export const ECHO_1MB: EchoWorkload = { bytes: MB, count: 500 };

/** 1 GB one way, in messages of 1 MB. */
export const STREAM_1GB: Batch = { messageBytes: MB, messages: 1024 };
/** 256 MB one way, in messages of 1 KB. */
export const SENDS_1KB: Batch = { messageBytes: KB, messages: 256 * KB };

/** A payload whose bytes differ, so that a wrong echo is seen. */
export function makePayload(bytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 31) % 251);
}

/**
 * Makes one round trip and compares every byte, once before the measuring.
 *
 * @throws {Error} If the echo differs.
 */
export async function verifyEcho(
  peer: EchoPeer,
  payload: Uint8Array,
): Promise<void> {
  const echo = await peer.roundTrip(payload);
  const isSame = echo.length === payload.length &&
    echo.every((byte, index) => byte === payload[index]);
  if (!isSame) {
    throw new Error(`Cannot measure: the echo is not what was sent`);
  }
}

/** The mean time of a round trip, in microseconds. */
export async function roundTripMicros(
  peer: EchoPeer,
  payload: Uint8Array,
  count: number,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) await peer.roundTrip(payload);
  return (performance.now() - start) * 1000 / count;
}

/** Messages a second from the first send until the other half has them all. */
export async function messagesPerSecond(
  peer: SinkPeer,
  payload: Uint8Array,
): Promise<number> {
  const { messages } = peer.batch;
  const start = performance.now();
  for (let i = 0; i < messages; i++) {
    const wait = peer.send(payload);
    // Awaiting undefined as well would cost every message a microtask.
    if (wait !== undefined) await wait;
  }
  const taken = await peer.settle();
  const seconds = (performance.now() - start) / 1000;
  if (taken !== messages) {
    throw new Error(
      `Cannot measure: ${messages} messages were sent and ${taken} taken`,
    );
  }
  return messages / seconds;
}

/** As {@linkcode messagesPerSecond}, in megabytes (1,000,000) a second. */
export async function megabytesPerSecond(
  peer: SinkPeer,
  payload: Uint8Array,
): Promise<number> {
  return await messagesPerSecond(peer, payload) * payload.length / 1e6;
}
