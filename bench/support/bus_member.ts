/**
 * A subscriber of a bus, in a process of its own. What it does is in its
 * arguments: `KIND PORT ROLE COUNT`.
 *
 * - `sink`: one subscription to `data`, which publishes on `done` after each
 *   COUNT messages.
 * - `fan`: COUNT subscriptions to `data`; each message begins with how many
 *   there are in its round, and when it was sent; at the end of a round all
 *   latencies are published on `done`, as float64.
 * - `responder`: replies on `ask`.
 *
 * @module
 */

import { type BenchBus, connectBenchBus } from "./bus_clients.ts";
import { announce } from "./peer_process.ts";

/** Milliseconds since 1970, with fractions, the same in all processes. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Bytes of the head of a message of `fan`. */
export const FAN_HEAD_BYTES = 16;

const EMPTY = new Uint8Array(0);

async function sink(bus: BenchBus, count: number): Promise<void> {
  let left = count;
  await bus.subscribe("data", () => {
    if (--left > 0) return;
    left = count;
    bus.publish("done", EMPTY);
  });
}

async function fan(bus: BenchBus, subscriptions: number): Promise<void> {
  let latencies: number[] = [];
  const handle = (bytes: Uint8Array): void => {
    const head = new DataView(bytes.buffer, bytes.byteOffset, FAN_HEAD_BYTES);
    const count = head.getUint32(0);
    latencies.push(wallMs() - head.getFloat64(8));
    if (latencies.length < count * subscriptions) return;
    bus.publish("done", new Uint8Array(new Float64Array(latencies).buffer));
    latencies = [];
  };
  for (let index = 0; index < subscriptions; index++) {
    await bus.subscribe("data", handle);
  }
}

if (import.meta.main) {
  const [kind, port, role, count] = Deno.args;
  if (kind !== "nats" && kind !== "troupe") throw new TypeError("No kind");
  const bus = await connectBenchBus(kind, Number(port));
  if (role === "sink") await sink(bus, Number(count));
  else if (role === "fan") await fan(bus, Number(count));
  else await bus.respond("ask");
  await announce(Number(port), async () => await bus[Symbol.asyncDispose]());
}
