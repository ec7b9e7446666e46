/**
 * A service that can crash and start again, and a requester that reconnects, in
 * memory and in a time that stands still.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import type { Codec } from "../../src/codec/mod.ts";
import {
  ReconnectingRequester,
  type ReconnectingRequesterOptions,
  serveRequests,
} from "../../src/rpc/mod.ts";
import {
  ConnectionPool,
  listen,
  type ListenOptions,
  type LogicalConnection,
} from "../../src/tcp/mod.ts";
import { ManualClock, MemoryNetwork } from "../../src/testing/mod.ts";
import { Happenings } from "../support/happenings.ts";
import { advanceUntil } from "../support/memory_net.ts";
import { text } from "../support/request_server.ts";

/** The port of the service. */
export const PORT = 80;
/** What both sides speak. */
export const codecs: {
  readonly request: Codec<string>;
  readonly reply: Codec<string>;
} = { request: text, reply: text };

/** A request at the service, to which a test replies. */
export interface Call extends PromiseWithResolvers<string> {
  readonly request: string;
}

/** A service that can crash and start again, and a requester. */
export class Restartable implements AsyncDisposable {
  readonly clock: ManualClock = new ManualClock();
  readonly network: MemoryNetwork = new MemoryNetwork();
  readonly system: ActorSystem = new ActorSystem({ clock: this.clock });
  readonly pool: ConnectionPool;
  readonly requester: ReconnectingRequester<string, string>;
  /** Requests that have come to the service. */
  readonly calls: Happenings<Call> = new Happenings();
  /** Connections that have come to it. */
  readonly connections: Happenings<LogicalConnection> = new Happenings();
  /** How often the requester has dialled. */
  dials = 0;
  /** The time of the service, which is another process. */
  readonly #serviceClock = new ManualClock();
  #service: ActorSystem | undefined;

  constructor(
    options: Partial<ReconnectingRequesterOptions<string, string>> = {},
  ) {
    const { clock, network } = this;
    this.pool = new ConnectionPool(this.system, {
      network,
      backoff: { initialMs: 10, maxMs: 10, random: () => 0.5 },
    });
    this.requester = new ReconnectingRequester({
      ...codecs,
      clock,
      backoff: { initialMs: 100, maxMs: 1000, random: () => 0.5 },
      connect: (signal) => {
        this.dials++;
        return this.pool.connect({ port: PORT }, { signal });
      },
      ...options,
    });
  }

  /** Starts the service. */
  start(options: Partial<ListenOptions> = {}): void {
    const { network } = this;
    const clock = this.#serviceClock;
    network.refuses = false;
    this.#service = new ActorSystem({ clock });
    listen(this.#service, {
      network,
      port: PORT,
      serve: (connection) => {
        this.connections.push(connection);
        return serveRequests(connection, { ...codecs, clock }, (request) => {
          const call = { request, ...Promise.withResolvers<string>() };
          this.calls.push(call);
          return call.promise;
        });
      },
      ...options,
    });
  }

  /** Ends the service without a word, as a crash of its process does. */
  async crash(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    this.network.refuses = true;
    this.network.cut();
    await this.#until(service?.shutdown(), this.#serviceClock);
  }

  async #until(
    over: Promise<unknown> | undefined,
    clock: ManualClock,
  ): Promise<void> {
    const systems = [this.system, ...this.#service ? [this.#service] : []];
    if (over !== undefined) await advanceUntil(over, clock, ...systems);
  }

  /** The next request at the service gets a reply. */
  async reply(): Promise<void> {
    const { request, resolve } = await this.calls.next();
    resolve(`reply to ${request}`);
  }

  /** Lets everything happen for which no time has to pass. */
  idle(): Promise<void> {
    return this.advance(0);
  }

  /** Moves the clock, and lets everything happen on the way. */
  async advance(ms: number): Promise<void> {
    const systems = [this.system, ...this.#service ? [this.#service] : []];
    await this.clock.advanceAsync(ms, ...systems);
    await this.#serviceClock.advanceAsync(ms, ...systems);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#until(this.requester.close(), this.clock);
    await this.#until(this.pool.close(), this.clock);
    await this.#until(this.#service?.shutdown(), this.#serviceClock);
    await this.system.shutdown();
    assertEquals(this.clock.pending, 0, "timers that are left");
    assertEquals(this.network.sockets, 0, "sockets that are left");
  }
}
