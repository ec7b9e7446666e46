/**
 * A listener and a pool that talk to each other over real sockets.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { ActorSystem } from "../../src/actor/system.ts";
import type { Clock } from "../../src/actor/clock.ts";
import type { SystemEvent } from "../../src/actor/mod.ts";
import type { Serve } from "../../src/session/connection_actor.ts";
import type { ListenOptions } from "../../src/tcp/listen_options.ts";
import { listen, type Listener } from "../../src/tcp/listener.ts";
import type { ConnectOptions } from "../../src/session/connector.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import type { PoolOptions } from "../../src/tcp/pool_options.ts";
import { Happenings } from "./happenings.ts";
import { isSlow } from "./slow.ts";

/**
 * Options of a test on sockets: one that hangs fails, and says its name. A busy
 * machine has its time, and more of it in the slow size, whose files run side by
 * side: it decides nothing else.
 *
 * `Deno.test("A sentence", bounded, async () => { … })`
 */
export const bounded: { readonly timeout: number } = {
  timeout: isSlow ? 300_000 : 60_000,
};

/** Sends every message back. */
export const echo: Serve = async (connection) => {
  for await (const message of connection) await connection.send(message);
};

/** What a {@linkcode Net} is made of. */
export interface NetOptions {
  /** Serves the connections; without it, tests get them from `served`. */
  readonly serve?: Serve;
  /** Options of the listener. */
  readonly listen?: Partial<ListenOptions>;
  /** Options of the pool. */
  readonly pool?: PoolOptions;
  /** The source of time. */
  readonly clock?: Clock;
}

/** A listener and a pool in one system, which ends with the test. */
export class Net implements AsyncDisposable {
  readonly system: ActorSystem;
  readonly listener: Listener;
  readonly pool: ConnectionPool;
  /** Connections that were accepted, when no `serve` is given. */
  readonly served: Happenings<LogicalConnection> = new Happenings();
  /** What the listener says of peers that misbehave or vanish. */
  readonly peerErrors: Happenings<unknown> = new Happenings();
  /** What actors crashed with. */
  readonly failures: Happenings<unknown> = new Happenings();
  /** Actors that have started and not stopped. */
  actors = 0;
  readonly #stops = new Set<() => void>();

  constructor(options: NetOptions = {}) {
    const { clock } = options;
    this.system = new ActorSystem(clock === undefined ? {} : { clock });
    this.system.events.subscribe((event) => this.#note(event), {
      handlesFailures: true,
    });
    this.listener = listen(this.system, {
      port: 0,
      serve: options.serve ?? ((connection) => {
        this.served.push(connection);
        return connection.closed;
      }),
      onPeerError: (error) => this.peerErrors.push(error),
      ...options.listen,
    });
    this.pool = new ConnectionPool(this.system, options.pool);
  }

  /** Opens a logical connection to the listener. */
  connect(options?: ConnectOptions): Promise<LogicalConnection> {
    return this.pool.connect(this.listener.address, options);
  }

  /** Opens a logical connection and gives both its ends. */
  async pair(
    options?: ConnectOptions,
  ): Promise<[LogicalConnection, LogicalConnection]> {
    const here = await this.connect(options);
    return [here, await this.served.next()];
  }

  /** Waits until `isTrue`, which it asks whenever an actor has stopped. */
  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isTrue()) return;
        this.#stops.delete(look);
        resolve();
      };
      this.#stops.add(look);
      look();
    });
  }

  #note(event: SystemEvent): void {
    if (event.type === "started") this.actors++;
    if (event.type === "failed") this.failures.push(event.cause);
    if (event.type !== "stopped") return;
    this.actors--;
    if (this.#stops.size === 0) return;
    // After whoever waits for the stop has been told of it.
    setImmediate(() => {
      for (const look of [...this.#stops]) look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system.shutdown();
  }
}

/** Sends a message and takes the echo, which is to be the same. */
export async function roundTrip(
  connection: LogicalConnection,
  text = "Is anybody there?",
): Promise<void> {
  await connection.send(new TextEncoder().encode(text));
  const answer = await connection.receive();
  const got = new TextDecoder().decode(answer);
  if (answer === undefined || got !== text) {
    throw new Error(`Sent ${JSON.stringify(text)}, got ${got}`);
  }
}
