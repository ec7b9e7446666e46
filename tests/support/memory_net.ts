/**
 * A listener and a pool that meet in memory, in a time that stands still.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  ConnectionPool,
  type ConnectOptions,
  listen,
  type Listener,
  type ListenOptions,
  type LogicalConnection,
  type PoolOptions,
  type SessionState,
} from "../../src/tcp/mod.ts";
import { ManualClock, MemoryNetwork } from "../../src/testing/mod.ts";
import { Happenings } from "./happenings.ts";

/** A listener and a pool on a network in memory, in a time that stands still. */
export class MemoryNet implements AsyncDisposable {
  readonly clock: ManualClock = new ManualClock();
  readonly network: MemoryNetwork = new MemoryNetwork();
  readonly system: ActorSystem = new ActorSystem({ clock: this.clock });
  readonly listener: Listener;
  readonly pool: ConnectionPool;
  /** Connections that were accepted. */
  readonly served: Happenings<LogicalConnection> = new Happenings();
  /** What the sessions of the pool come to. */
  readonly states: Happenings<SessionState> = new Happenings();

  constructor(
    options: {
      readonly listen?: Partial<ListenOptions>;
      readonly pool?: PoolOptions;
    } = {},
  ) {
    const { network } = this;
    this.listener = listen(this.system, {
      network,
      port: 0,
      serve: (connection) => {
        this.served.push(connection);
        return connection.closed;
      },
      ...options.listen,
    });
    this.pool = new ConnectionPool(this.system, {
      network,
      backoff: { initialMs: 100, random: () => 0.5 },
      onState: (state) => this.states.push(state),
      ...options.pool,
    });
  }

  async pair(
    options?: ConnectOptions,
  ): Promise<[LogicalConnection, LogicalConnection]> {
    const here = await this.pool.connect(this.listener.address, options);
    return [here, await this.served.next()];
  }

  /** The phases that the session of the pool enters next. */
  async phases(count: number): Promise<string[]> {
    const phases: string[] = [];
    for (let i = 0; i < count; i++) {
      phases.push((await this.states.next()).phase);
    }
    return phases;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { clock, system } = this;
    const over = Promise.all([this.listener.close(), this.pool.close()]);
    await advanceUntil(over.then(() => system.shutdown()), clock, system);
    assertEquals(this.network.sockets, 0, "sockets that are left");
    assertEquals(this.clock.pending, 0, "timers that are left");
  }
}

/**
 * Moves a clock until something is over that may have to wait: for a peer that
 * does not come back, or for its own deadline.
 */
export async function advanceUntil(
  over: Promise<unknown>,
  clock: ManualClock,
  ...systems: ActorSystem[]
): Promise<void> {
  let isOver = false;
  const done = over.finally(() => isOver = true);
  for (;;) {
    for (const system of systems) await system.idle();
    if (isOver) return void await done;
    clock.advance(100);
  }
}
