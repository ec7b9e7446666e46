/**
 * Conversations with a service on two workers, over sockets that are cut again
 * and again: after a cut a session may land in the wrong worker.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/system.ts";
import { cores } from "../../src/cores/cores.ts";
import type { CoresStats } from "../../src/cores/cores_handle.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { address } from "../cores/modules/topics.ts";
import { faultsSeen } from "../cores/modules/numbered_topics.ts";
import { FaultProxy } from "./fault_proxy.ts";
import {
  Checker,
  type Faults,
  meanBytes,
  messageOf,
  noFaults,
} from "./numbered_messages.ts";
import { randomFrom } from "./random.ts";

/** How hard it blows. */
export interface CoresStormOptions {
  /** Sessions, each with one connection. */
  readonly sessions: number;
  /** Messages of each in each direction. */
  readonly messages: number;
  /** The longest message, in bytes. */
  readonly maxBytes: number;
  /** Times that all sockets are cut, if the conversations last so long. */
  readonly cuts: number;
  readonly seed: number;
}

/** What has come of it. */
export interface CoresStormReport {
  readonly received: number;
  readonly cuts: number;
  readonly faults: readonly Faults[];
  readonly stats: CoresStats;
}

/** Blows until all is said. */
export async function coresStorm(
  options: CoresStormOptions,
): Promise<CoresStormReport> {
  const { sessions, messages, maxBytes, cuts, seed } = options;
  await using system = new ActorSystem();
  await using service = await cores(
    system,
    new URL("../cores/modules/numbered.ts", import.meta.url),
    { count: 2 },
  );
  await using proxy = new FaultProxy(
    await service.ask(0, address, undefined),
  );
  const metadata = new TextEncoder().encode(
    JSON.stringify({ messages, maxBytes }),
  );
  const faults = noFaults();
  let received = 0;
  let isOver = false;

  async function talk(): Promise<void> {
    await using pool = new ConnectionPool(system, {
      backoff: { initialMs: 1, maxMs: 5 },
      retryMs: 60_000,
    });
    const connection = await pool.connect(proxy.address, { metadata });
    const checker = new Checker(maxBytes, faults);
    await Promise.all([
      (async () => {
        for (let number = 0; number < messages; number++) {
          await connection.send(messageOf(number, maxBytes));
        }
        await connection.closeWrite();
      })(),
      (async () => {
        for await (const message of connection) {
          checker.take(message);
          received++;
        }
        checker.end(messages);
      })(),
    ]);
  }

  async function cutAgainAndAgain(): Promise<void> {
    const random = randomFrom(seed);
    const total = sessions * messages * (meanBytes(maxBytes) + 8);
    while (proxy.cuts < cuts && !isOver) {
      let link = await proxy.connections.next();
      while (proxy.connections.untaken > 0) {
        link = await proxy.connections.next();
      }
      const direction = random() < 0.5 ? "to_target" : "to_dialler";
      const left = Math.max(0, total - proxy.forwarded[direction]);
      const gap = 1.6 * random() * left / (cuts - proxy.cuts + 1);
      proxy.cutAfter(1 + Math.floor(gap), direction);
      await link.closed;
    }
  }

  const cutting = cutAgainAndAgain();
  await Promise.all(Array.from({ length: sessions }, talk));
  isOver = true;
  const made = proxy.cuts;
  // Whoever waits for a socket to be cut waits no longer.
  proxy.cut();
  proxy.connections.push({
    isRefused: false,
    closed: Promise.resolve(),
    cut() {},
  });
  await cutting;
  const seen = await service.askAll(faultsSeen, undefined);
  const replies = seen.flatMap((reply) =>
    "value" in reply ? [reply.value] : []
  );
  return {
    received: replies.reduce((sum, reply) => sum + reply.received, received),
    cuts: made,
    faults: [faults, ...replies.map((reply) => reply.faults)],
    stats: await service.stats(),
  };
}
