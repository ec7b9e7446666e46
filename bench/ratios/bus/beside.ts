/**
 * The bus over logical connections beside NATS, with the same layout of
 * processes on the same core: a server, who publishes, and who subscribes.
 *
 * @module
 */

import {
  type BenchBus,
  type BusKind,
  connectBenchBus,
  type Kept,
} from "../../support/bus_clients.ts";
import { FAN_HEAD_BYTES, wallMs } from "../../support/bus_member.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";
import type { Unit } from "../rows.ts";

/** Bytes that are published before the publisher waits for the server. */
const PIPELINE_BYTES = 512 * 1024;
const MESSAGE_BYTES = 128;
/**
 * As many that the memory of fresh processes, and what the compilers make of
 * them, has settled in the two rounds that do not count: the first 300,000
 * messages take up to three times as long as the next, with NATS as well.
 */
const PUBLISHES = 200_000;
/** Processes that subscribe, and the subscriptions of each. */
const FAN = { processes: 5, subscriptions: 200 };
/** Messages to all of them: 200,000 deliveries. */
const FAN_MESSAGES = 200;
/**
 * Messages one after the other, each when the one before is everywhere. The
 * first 400 are what the compilers have not seen often enough, on both sides.
 */
const FAN_SINGLES = 400;
/** After two such rounds memory has settled here, too. */
const REQUESTS = 5_000;
/** Messages for a stream that are not acknowledged at any time. */
const KEEP_WINDOW = 256;
const KEEPS = { synced: 1_000, written: 5_000 } as const;
const REPLAYED = 20_000;

const server = new URL("../../support/bus_server.ts", import.meta.url);
const member = new URL("../../support/bus_member.ts", import.meta.url);

/** What a comparison does besides connecting. */
interface Layout {
  readonly members?: readonly (readonly [role: string, count: number])[];
  readonly measure: (bus: BenchBus, done: Done) => Promise<number>;
  readonly prepare?: (bus: BenchBus) => Promise<unknown>;
}

/** Takes what members publish on `done`. */
class Done {
  #left = 0;
  #all: Uint8Array[] = [];
  #done: PromiseWithResolvers<Uint8Array[]> = Promise.withResolvers();

  /** What the next `count` members publish. */
  expect(count: number): Promise<Uint8Array[]> {
    this.#left = count;
    this.#all = [];
    this.#done = Promise.withResolvers();
    return this.#done.promise;
  }

  readonly take = (bytes: Uint8Array): void => {
    this.#all.push(bytes);
    if (--this.#left === 0) this.#done.resolve(this.#all);
  };
}

function start(kind: BusKind, layout: Layout): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const { port } = stack.use(await PeerProcess.start(server, [kind]));
    for (const [role, count] of layout.members ?? []) {
      const args = [kind, `${port}`, role, `${count}`];
      stack.use(await PeerProcess.start(member, args));
    }
    const bus = stack.use(await connectBenchBus(kind, port));
    const done = new Done();
    await bus.subscribe("done", done.take);
    await layout.prepare?.(bus);
    return contestant(() => layout.measure(bus, done), stack.move());
  };
}

function beside(unit: Unit, layout: Layout): Comparison {
  return {
    unit,
    rounds: 9,
    ours: start("troupe", layout),
    baselines: { nats: start("nats", layout) },
  };
}

async function publishAll(
  bus: BenchBus,
  count: number,
  bytes: Uint8Array,
): Promise<void> {
  let unawaited = 0;
  for (let sent = 0; sent < count; sent++) {
    bus.publish("data", bytes);
    unawaited += bytes.length;
    if (unawaited < PIPELINE_BYTES) continue;
    unawaited = 0;
    await bus.flush();
  }
}

/** Messages one way through the server to one subscriber, pipelined. */
export const publish128B: Comparison = beside("ops/s", {
  members: [["sink", PUBLISHES]],
  async measure(bus, done) {
    const bytes = new Uint8Array(MESSAGE_BYTES);
    const start = performance.now();
    const arrived = done.expect(1);
    await publishAll(bus, PUBLISHES, bytes);
    await arrived;
    return PUBLISHES / (performance.now() - start) * 1000;
  },
});

const fanMembers = Array.from(
  { length: FAN.processes },
  () => ["fan", FAN.subscriptions] as const,
);

function fanMessage(count: number): [Uint8Array, DataView] {
  const bytes = new Uint8Array(MESSAGE_BYTES);
  const head = new DataView(bytes.buffer, 0, FAN_HEAD_BYTES);
  head.setUint32(0, count);
  return [bytes, head];
}

/** Deliveries of one publisher to a thousand subscriptions. */
export const fanout1000: Comparison = beside("ops/s", {
  members: fanMembers,
  async measure(bus, done) {
    const [bytes] = fanMessage(FAN_MESSAGES);
    const start = performance.now();
    const arrived = done.expect(FAN.processes);
    await publishAll(bus, FAN_MESSAGES, bytes);
    await arrived;
    const deliveries = FAN_MESSAGES * FAN.processes * FAN.subscriptions;
    return deliveries / (performance.now() - start) * 1000;
  },
});

/** From a publish to the delivery to 99 of 100 subscriptions. */
export const fanout1000P99: Comparison = beside("us", {
  members: fanMembers,
  async measure(bus, done) {
    const latencies: number[] = [];
    for (let sent = 0; sent < FAN_SINGLES; sent++) {
      const [bytes, head] = fanMessage(1);
      const arrived = done.expect(FAN.processes);
      head.setFloat64(8, wallMs());
      bus.publish("data", bytes);
      for (const part of await arrived) {
        latencies.push(...new Float64Array(new Uint8Array(part).buffer));
      }
    }
    latencies.sort((a, b) => a - b);
    const p99 = latencies[Math.ceil(latencies.length * 0.99) - 1] ?? NaN;
    return p99 * 1000;
  },
});

/** A request through the server to a responder, and the reply. */
export const request: Comparison = beside("us", {
  members: [["responder", 0]],
  async measure(bus) {
    const bytes = new Uint8Array(MESSAGE_BYTES);
    const start = performance.now();
    for (let sent = 0; sent < REQUESTS; sent++) {
      await bus.request("ask", bytes);
    }
    return (performance.now() - start) * 1000 / REQUESTS;
  },
});

function streamPublish(kept: Kept): Comparison {
  return beside("ops/s", {
    prepare: (bus) => bus.openStream(kept),
    async measure(bus) {
      const bytes = new Uint8Array(MESSAGE_BYTES);
      const count = KEEPS[kept];
      const start = performance.now();
      let left = count;
      const one = async (): Promise<void> => {
        while (left-- > 0) await bus.keep(bytes);
      };
      await Promise.all(Array.from({ length: KEEP_WINDOW }, one));
      return count / (performance.now() - start) * 1000;
    },
  });
}

/**
 * Messages that are on the disk when they are acknowledged, beside a server of
 * NATS that acknowledges before they are: `sync_interval`, which would make them
 * equal, is unknown to its versions before 2.10.
 */
export const streamPublishSynced: Comparison = streamPublish("synced");

/** Messages that the operating system has when they are acknowledged. */
export const streamPublishWritten: Comparison = streamPublish("written");

function streamRead(
  read: (bus: BenchBus, count: number) => Promise<void>,
): Comparison {
  return beside("ops/s", {
    async prepare(bus) {
      await bus.openStream("written");
      const bytes = new Uint8Array(MESSAGE_BYTES);
      for (let sent = 0; sent < REPLAYED; sent += KEEP_WINDOW) {
        await Promise.all(
          Array.from({ length: KEEP_WINDOW }, () => bus.keep(bytes)),
        );
      }
    },
    async measure(bus) {
      const start = performance.now();
      await read(bus, REPLAYED);
      return REPLAYED / (performance.now() - start) * 1000;
    },
  });
}

/**
 * Messages of a stream, read from its beginning, without acknowledgements: as
 * an ordered consumer of NATS, which has none.
 */
export const streamReplay: Comparison = streamRead((bus, count) =>
  bus.replay(count)
);

/**
 * Messages of a stream, read by a consumer with a name and acknowledged one by
 * one, without waiting for each on either side; ours are all confirmed.
 */
export const streamConsume: Comparison = streamRead((bus, count) =>
  bus.consume(count)
);
