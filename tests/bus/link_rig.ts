/**
 * A bus that is served over real sockets, with a proxy before each client.
 *
 * @module
 */
import { ActorSystem, type Clock } from "../../src/actor/mod.ts";
import {
  Bus,
  type BusOptions,
  type BusServer,
  connectBus,
  type ConnectBusOptions,
  type MessageBus,
  serveBus,
  type ServeBusOptions,
} from "../../src/bus/mod.ts";
import type {
  Authenticate,
  Connector,
  SessionOptions,
} from "../../src/session/mod.ts";
import { ConnectionPool, listen, type Listener } from "../../src/tcp/mod.ts";
import { FaultProxy } from "../support/fault_proxy.ts";

export interface LinkRigOptions {
  readonly bus?: BusOptions;
  readonly serve?: ServeBusOptions;
  readonly session?: SessionOptions;
  readonly authenticate?: Authenticate;
  readonly clock?: Clock;
}

/** A client, and what is between it and the server. */
export interface LinkedClient {
  readonly bus: MessageBus;
  readonly proxy: FaultProxy;
  readonly pool: ConnectionPool;
  readonly connector: Connector;
}

/** One server, and clients as they are wanted. */
export class LinkRig implements AsyncDisposable {
  readonly bus: Bus;
  readonly server: BusServer;
  listener: Listener;
  readonly #options: LinkRigOptions;
  readonly #stack = new AsyncDisposableStack();
  #system: ActorSystem;

  constructor(options: LinkRigOptions = {}) {
    const { clock } = options;
    this.#options = options;
    this.#system = new ActorSystem(clock === undefined ? {} : { clock });
    this.bus = new Bus(this.#system, { drainMs: 0, ...options.bus });
    this.server = serveBus(this.bus, options.serve);
    this.listener = this.#listen(0);
  }

  #listen(port: number): Listener {
    const { session, authenticate } = this.#options;
    return listen(this.#system, {
      port,
      maxStreams: 20_000,
      ...session,
      ...authenticate === undefined ? {} : { authenticate },
      ...this.server.options,
    });
  }

  /** Connects a client, which ends before the server. */
  async connect(
    options?: ConnectBusOptions,
    credentials?: string,
  ): Promise<LinkedClient> {
    const proxy = this.#stack.use(new FaultProxy(this.listener.address));
    const system = this.#stack.use(new ActorSystem());
    const pool = this.#stack.use(
      new ConnectionPool(system, {
        backoff: { initialMs: 0 },
        ...credentials === undefined
          ? {}
          : { credentials: new TextEncoder().encode(credentials) },
      }),
    );
    const connector = pool.peer(proxy.address);
    const bus = await connectBus(connector, {
      backoff: { initialMs: 1, maxMs: 20 },
      drainMs: 1000,
      ...options,
    });
    this.#stack.defer(() => bus.close());
    return { bus, proxy, pool, connector };
  }

  /** Ends all sessions for good, and listens again on the same port. */
  async restart(): Promise<void> {
    const { port } = this.listener.address;
    await this.listener.close();
    this.listener = this.#listen(port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await this.bus.close();
    await this.listener.close();
    await this.#system.shutdown();
  }
}
