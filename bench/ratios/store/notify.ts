/**
 * 10,000 subscribers of one record over logical connections: the time from the
 * call that changes it until they have the change, at the 99th percentile, beside
 * a table and a loop by hand over the same connections.
 *
 * @module
 */
import { ActorSystem } from "../../../src/actor/mod.ts";
import type { LogicalConnection } from "../../../src/session/mod.ts";
import { ConnectionPool } from "../../../src/tcp/mod.ts";
import { wallMs } from "../../support/bus_member.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SERVICE = new URL("../../support/notify_service.ts", import.meta.url);
const SUBSCRIBERS = 10_000;
/** Changes of a round, each when the one before is everywhere. */
const CHANGES = 5;
const TOPICS = new TextEncoder().encode(`{"topics":["ticks/*"]}`);

/** All who wait for a change. */
class Subscribers {
  #left = 0;
  #latencies: number[] = [];
  #done: PromiseWithResolvers<readonly number[]> = Promise.withResolvers();

  /** Resolves to how long a change took to each of them, in milliseconds. */
  next(): Promise<readonly number[]> {
    this.#left = SUBSCRIBERS;
    this.#latencies = [];
    this.#done = Promise.withResolvers();
    return this.#done.promise;
  }

  /** Subscribes, and resolves when the service has said so. */
  async add(connection: LogicalConnection): Promise<void> {
    await connection.send(TOPICS);
    await connection.receive();
    void this.#follow(connection).catch((error) => this.#done.reject(error));
  }

  async #follow(connection: LogicalConnection): Promise<void> {
    const decoder = new TextDecoder();
    for await (const message of connection) {
      const change = JSON.parse(decoder.decode(message));
      if (change.event !== "ticks/*") continue;
      this.#latencies.push(wallMs() - change.record.at);
      if (--this.#left === 0) this.#done.resolve(this.#latencies);
    }
  }
}

function start(by: "store" | "hand"): Start {
  return async () => {
    await using stack = new AsyncDisposableStack();
    const service = stack.use(
      await PeerProcess.start(SERVICE, [by], "any core"),
    );
    const system = stack.use(new ActorSystem());
    const pool = stack.use(
      new ConnectionPool(system, { maxStreams: SUBSCRIBERS }),
    );
    const subscribers = new Subscribers();
    const address = { hostname: "127.0.0.1", port: service.port };
    for (let i = 0; i < SUBSCRIBERS; i++) {
      await subscribers.add(await pool.connect(address));
    }
    return contestant(async () => {
      const all: number[] = [];
      for (let change = 0; change < CHANGES; change++) {
        const arrived = subscribers.next();
        Deno.kill(service.pid, "SIGUSR2");
        all.push(...await arrived);
      }
      all.sort((a, b) => a - b);
      return all[Math.ceil(all.length * 0.99) - 1] ?? 0;
    }, stack.move());
  };
}

/** From a change until 10,000 have it, at p99. */
export const notify: Comparison = {
  unit: "ms",
  rounds: 9,
  ours: start("store"),
  baselines: { hand: start("hand") },
};
