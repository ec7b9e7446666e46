/**
 * A dialler in a process of its own, with as many logical connections and
 * sockets as it is told to have.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/system.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import type { Address } from "../../src/session/options.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { answer } from "./child_process.ts";
import { type Memory, openSockets, settledMemory } from "./memory.ts";
import { roundTrip } from "./net.ts";

/** What a client is to open. */
export interface Scale {
  readonly address: Required<Address>;
  readonly connections: number;
  /** 1, or as many as connections. */
  readonly sockets: number;
}

/** What the client says of itself. */
export interface ClientReport {
  readonly memory: Memory;
  readonly socketDescriptors: number;
  readonly sockets: number;
}

/** As many at a time: the backlog of a listener holds no more. */
const BATCH = 100;

if (import.meta.main) {
  const system = new ActorSystem();
  let pool: ConnectionPool | undefined;
  let connections: LogicalConnection[] = [];
  await answer({
    /** Opens all, and sends a message over each and back. */
    async open({ address, connections: count, sockets }: Scale): Promise<void> {
      pool = new ConnectionPool(system, { socketsPerPeer: sockets });
      const opening = pool;
      for (let from = 0; from < count; from += BATCH) {
        const batch = Array.from(
          { length: Math.min(BATCH, count - from) },
          (_, index) =>
            opening.connect(address, { id: `echo ${from + index}` }),
        );
        connections.push(...await Promise.all(batch));
      }
      await Promise.all(
        connections.map((connection) => roundTrip(connection, connection.id)),
      );
    },
    async close(): Promise<void> {
      connections = [];
      await pool?.close();
    },
    async report(): Promise<ClientReport> {
      const memory = await settledMemory();
      const { sockets = 0 } = pool?.stats() ?? {};
      return { memory, socketDescriptors: openSockets(), sockets };
    },
  });
}
