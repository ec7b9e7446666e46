/**
 * The work of the actor comparisons, the same for Troupe and for its peers.
 *
 * @module
 */

import { Session } from "node:inspector/promises";

/** A counter that runs somewhere behind a mailbox. */
export interface CounterPeer {
  /** Tells it to add one. */
  add(): void;
  /** Asks for the total: all that was told before has been handled then. */
  total(): Promise<number>;
  /** Stops it; settles when it has stopped. */
  stop(): unknown;
}

/** A runtime that starts counters. */
export interface Runtime extends AsyncDisposable {
  /** Starts one. */
  spawn(): CounterPeer;
  /** Starts `count`, asks each once, and answers what holds them. */
  spawnIdle(count: number): Promise<readonly unknown[]>;
}

/** Messages told before the total is asked for; below every mailbox bound. */
const TELLS = 5_000;
const BATCHES = 40;
const ASKS = 20_000;
const CYCLES = 20_000;
const IDLE_ACTORS = 100_000;

/** Nanoseconds a message, through mailbox and handler. */
export async function tellNanos(runtime: Runtime): Promise<number> {
  const counter = runtime.spawn();
  const start = performance.now();
  let total = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let i = 0; i < TELLS; i++) counter.add();
    total = await counter.total();
  }
  const elapsedMs = performance.now() - start;
  await counter.stop();
  if (total !== TELLS * BATCHES) {
    throw new Error(
      `Cannot measure: ${TELLS * BATCHES} were told, ${total} counted`,
    );
  }
  return elapsedMs * 1e6 / (TELLS * BATCHES);
}

/** Nanoseconds from an ask to its answer, one after the other. */
export async function askNanos(runtime: Runtime): Promise<number> {
  const counter = runtime.spawn();
  const start = performance.now();
  for (let i = 0; i < ASKS; i++) await counter.total();
  const nanos = (performance.now() - start) * 1e6 / ASKS;
  await counter.stop();
  return nanos;
}

/**
 * Nanoseconds to start an actor, stop it, and hear of its end. Each begins
 * with a collected heap: lives are garbage, and one contestant's would
 * otherwise be collected in the next one's time.
 */
export async function spawnStopNanos(runtime: Runtime): Promise<number> {
  await heapBytes();
  const start = performance.now();
  for (let i = 0; i < CYCLES; i++) await runtime.spawn().stop();
  return (performance.now() - start) * 1e6 / CYCLES;
}

/** Bytes of heap that an actor takes which was asked once and is idle now. */
export async function idleBytes(runtime: Runtime): Promise<number> {
  const before = await heapBytes();
  const held = await runtime.spawnIdle(IDLE_ACTORS);
  return (await heapBytes() - before) / held.length;
}

/** Bytes in use on the heap, after a full collection. */
async function heapBytes(): Promise<number> {
  const session = new Session();
  session.connect();
  // Twice: what the first lets go of can free more.
  await session.post("HeapProfiler.collectGarbage");
  await session.post("HeapProfiler.collectGarbage");
  session.disconnect();
  return Deno.memoryUsage().heapUsed;
}
