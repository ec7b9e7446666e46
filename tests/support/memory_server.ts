/**
 * A listener in a process of its own, which says what it holds. What it does with a connection is the connection's id, up to the
 * first space.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { ActorSystem } from "../../src/actor/system.ts";
import type { Serve } from "../../src/session/connection_actor.ts";
import { listen, type Listener } from "../../src/tcp/listener.ts";
import type { Address, SessionOptions } from "../../src/session/options.ts";
import { answer } from "./child_process.ts";
import { type Memory, openSockets, settledMemory } from "./memory.ts";

/** What the server says of itself. */
export interface ServerReport {
  readonly memory: Memory;
  readonly socketDescriptors: number;
  /** Connections whose server has begun, and not returned. */
  readonly serving: number;
  readonly sockets: number;
  readonly sessions: number;
  /** Why it has ended peers. */
  readonly errors: string[];
}

const released = Promise.withResolvers<void>();

const behaviours: Readonly<Record<string, Serve>> = {
  /** Reads nothing while the peer is there. */
  unread: (connection) => connection.closed,
  /** Reads nothing and is busy elsewhere, whatever becomes of the peer. */
  busy: () => released.promise,
  /** Takes whole messages. */
  async whole(connection) {
    for await (const _message of connection);
  },
  /** Sends messages back. */
  async echo(connection) {
    for await (const message of connection) await connection.send(message);
  },
};

if (import.meta.main) {
  const errors: string[] = [];
  let serving = 0;
  let listener: Listener | undefined;
  await answer({
    listen(options: SessionOptions): Address {
      listener = listen(new ActorSystem(), {
        ...options,
        port: 0,
        async serve(connection, context) {
          serving++;
          try {
            const name = connection.id.split(" ")[0] ?? "";
            await behaviours[name]?.(connection, context);
          } finally {
            serving--;
          }
        },
        onPeerError: (error) => errors.push(String(error)),
      });
      return listener.address;
    },
    release: () => released.resolve(),
    /** Waits until all that has come was looked at. */
    turn: async () => {
      for (let i = 0; i < 10; i++) await setImmediate();
    },
    /** Waits until all peers are gone. */
    async gone(): Promise<void> {
      const isGone = () => {
        const { sockets = 0, sessions = 0 } = listener?.stats() ?? {};
        return sockets + sessions === 0;
      };
      while (!isGone()) await setImmediate();
    },
    async report(): Promise<ServerReport> {
      const { sockets = 0, sessions = 0 } = listener?.stats() ?? {};
      return {
        memory: await settledMemory(),
        socketDescriptors: openSockets(),
        serving,
        sockets,
        sessions,
        errors,
      };
    },
  });
}
