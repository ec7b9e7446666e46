/**
 * Conversations over a socket that is cut again and again: numbered messages,
 * both ways at once, each of them checked.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { ActorSystem } from "../../src/actor/system.ts";
import { listen } from "../../src/tcp/listener.ts";
import type { LogicalConnection } from "../../src/tcp/logical_connection.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { FaultProxy } from "./fault_proxy.ts";

/** How hard it blows. */
export interface StormOptions {
  /** Logical connections, each with messages both ways. */
  readonly connections: number;
  /** Messages of each connection in each direction. */
  readonly messages: number;
  /** The longest message, in bytes; at least 8. */
  readonly maxBytes: number;
  /** Cuts, at random places of the stream of bytes. */
  readonly cuts: number;
  /** Where the random numbers begin. */
  readonly seed: number;
  /** Told after each cut. */
  readonly onCut?: (cuts: number) => void;
}

/** What came of it. */
export interface StormReport {
  /** Messages that arrived, in order and whole. */
  readonly delivered: number;
  /** Sockets that the proxy has seen. */
  readonly sockets: number;
  /** Sockets that went on with the session. */
  readonly resumes: number;
  /** What went wrong, in words. */
  readonly faults: readonly string[];
}

/** A small generator of random numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** The message of this number: its length and all its bytes follow from it. */
function messageOf(number: number, maxBytes: number): Uint8Array {
  const length = 8 + (number * 2_654_435_761 >>> 0) % (maxBytes - 7);
  const message = new Uint8Array(length).fill(number);
  new DataView(message.buffer).setFloat64(0, number);
  return message;
}

async function sendAll(
  connection: LogicalConnection,
  { messages, maxBytes }: StormOptions,
): Promise<void> {
  for (let number = 0; number < messages; number++) {
    await connection.send(messageOf(number, maxBytes));
  }
  await connection.closeWrite();
}

/** Blows, and answers when all is said or something went wrong. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const { connections, messages, maxBytes, cuts } = options;
  const random = randomFrom(options.seed);
  const faults: string[] = [];
  let delivered = 0;

  async function receiveAll(connection: LogicalConnection): Promise<void> {
    let expected = 0;
    for await (const message of connection) {
      const want = messageOf(expected, maxBytes);
      const same = message.length === want.length &&
        message.every((byte, index) => byte === want[index]);
      if (!same) {
        const got = new DataView(message.buffer).getFloat64(0);
        faults.push(`${connection.id}: message ${got}, not ${expected}`);
        return;
      }
      expected++;
      delivered++;
    }
    if (expected !== messages) {
      faults.push(`${connection.id}: ${expected} messages, not ${messages}`);
    }
  }

  async function talk(connection: LogicalConnection): Promise<void> {
    try {
      await Promise.all([
        sendAll(connection, options),
        receiveAll(connection),
      ]);
    } catch (error) {
      faults.push(`${connection.id}: ${error}`);
    }
  }

  await using system = new ActorSystem();
  const served: Promise<void>[] = [];
  await using listener = listen(system, {
    port: 0,
    serve(connection) {
      const talking = talk(connection);
      served.push(talking);
      return talking;
    },
  });
  await using proxy = new FaultProxy(listener.address);
  await using pool = new ConnectionPool(system, {
    backoff: { initialMs: 1, maxMs: 5 },
  });
  let talking = true;

  /** Bytes between two cuts, so that all of them fall within the talk. */
  const total = connections * messages * (maxBytes / 2 + 16);
  const gap = total / (cuts + 1);

  async function cutAgainAndAgain(): Promise<void> {
    let done = 0;
    while (done < cuts) {
      const direction = random() < 0.5 ? "to_target" : "to_dialler";
      const before = proxy.accepted;
      proxy.cutAfter(1 + Math.floor(random() * gap), direction);
      while (talking && proxy.accepted === before) await setImmediate();
      if (!talking) return;
      options.onCut?.(++done);
    }
  }

  const cutting = cutAgainAndAgain();
  await Promise.all(Array.from({ length: connections }, async (_, index) => {
    const id = `conversation-${index}`;
    await talk(await pool.connect(proxy.address, { id }));
  }));
  await Promise.all(served);
  talking = false;
  await cutting;
  const { resumes } = listener.stats();
  return { delivered, sockets: proxy.accepted, resumes, faults };
}
