/**
 * The listeners of a worker, whose ports it shares with the other workers.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { type Acceptor, formatAddress } from "../session/internal.ts";
import type { Address } from "../session/mod.ts";
import type { Listener } from "../tcp/mod.ts";
import type { ListenerSharing } from "../tcp/internal.ts";
import type { RelayOutcome, RelayRequest } from "./core_calls.ts";
import type { Relays } from "./relays.ts";
import type { SharedPorts } from "./shared_ports.ts";
import { SocketRouter } from "./socket_router.ts";
import { isSameWorker, tokenPrefixOf, type WorkerName } from "./worker_name.ts";

/** What the listeners of a worker have to do, in numbers. */
export interface ListenerTotals {
  /** Sockets that the system gave this worker so far. */
  readonly accepted: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Sessions that exist now, with a socket or without. */
  readonly sessions: number;
  /** Sockets that resumed an existing session. */
  readonly resumes: number;
  /** Sockets that were relayed to the worker that keeps their session. */
  readonly relayed: number;
}

/** What {@linkcode SharedListeners} is made of. */
export interface SharedListenersOptions {
  readonly ports: SharedPorts;
  /** Whether others open the same ports. */
  readonly isShared: boolean;
  /** Whether this worker takes new connections. */
  readonly listens: boolean;
  /** This life of this worker. */
  readonly self: WorkerName;
  readonly relays: Relays;
  readonly clock: Clock;
}

/** The listeners of one worker. */
export class SharedListeners implements ListenerSharing {
  readonly #options: SharedListenersOptions;
  readonly #listeners = new Set<Listener>();
  /** By the address of their listener. */
  readonly #routers = new Map<string, SocketRouter>();
  /** The numbers of those that are over. */
  #past: ListenerTotals = NO_TOTALS;

  constructor(options: SharedListenersOptions) {
    this.#options = options;
  }

  listen(
    address: Required<Address>,
    open: (address: Required<Address>, isShared: boolean) => Acceptor,
  ): Acceptor {
    const { ports, isShared, listens } = this.#options;
    return ports.agree<Acceptor>(address.port, (port) => {
      if (!listens) return [new IdleAcceptor({ ...address, port }), port];
      const acceptor = open({ ...address, port }, isShared);
      const router = isShared ? this.#route(acceptor) : acceptor;
      return [router, acceptor.address.port];
    });
  }

  #route(acceptor: Acceptor): SocketRouter {
    const { self, relays, clock } = this.#options;
    const key = formatAddress(acceptor.address);
    const router = new SocketRouter({
      acceptor,
      self,
      tokenPrefix: tokenPrefixOf(self),
      clock,
      relay: (to, socket, first) => relays.relay(to, key, socket, first),
    });
    this.#routers.set(key, router);
    return router;
  }

  /** Takes a socket that another worker has accepted. */
  takeRelayed(request: RelayRequest, from: WorkerName): RelayOutcome {
    const { self, relays } = this.#options;
    const router = this.#routers.get(request.listener);
    if (router === undefined || !isSameWorker(request.to, self)) return "gone";
    const socket = relays.accept(request, from);
    if (!router.offer(socket)) socket.transport.close();
    return "relayed";
  }

  onStart(listener: Listener): void {
    this.#listeners.add(listener);
    const key = formatAddress(listener.address);
    const router = this.#routers.get(key);
    void listener.closed.then(() => {
      this.#listeners.delete(listener);
      if (router !== undefined && this.#routers.get(key) === router) {
        this.#routers.delete(key);
      }
      const { accepted, resumes, relayed } = this.#totalsOf(listener, router);
      this.#past = sum([
        this.#past,
        { ...NO_TOTALS, accepted, resumes, relayed },
      ]);
    });
  }

  /** Returns the numbers of all listeners together. */
  totals(): ListenerTotals {
    const totals = [...this.#listeners].map((listener) =>
      this.#totalsOf(
        listener,
        this.#routers.get(formatAddress(listener.address)),
      )
    );
    return sum([this.#past, ...totals]);
  }

  #totalsOf(
    listener: Listener,
    router: SocketRouter | undefined,
  ): ListenerTotals {
    const stats = listener.stats();
    // Those that were relayed to it were accepted elsewhere.
    return router === undefined
      ? { ...stats, relayed: 0 }
      : { ...stats, accepted: router.accepted, relayed: router.relayed };
  }
}

/** The numbers of listeners to which nobody has come. */
export const NO_TOTALS: ListenerTotals = {
  accepted: 0,
  sockets: 0,
  sessions: 0,
  resumes: 0,
  relayed: 0,
};

function sum(all: readonly ListenerTotals[]): ListenerTotals {
  return all.reduce((a, b) => ({
    accepted: a.accepted + b.accepted,
    sockets: a.sockets + b.sockets,
    sessions: a.sessions + b.sessions,
    resumes: a.resumes + b.resumes,
    relayed: a.relayed + b.relayed,
  }), NO_TOTALS);
}

/** An acceptor to which nobody comes: another worker takes the sockets. */
class IdleAcceptor implements Acceptor {
  readonly address: Required<Address>;
  readonly #closed = Promise.withResolvers<never>();

  constructor(address: Required<Address>) {
    this.address = address;
    this.#closed.promise.catch(() => {});
  }

  accept(): Promise<never> {
    return this.#closed.promise;
  }

  close(): void {
    this.#closed.reject(new Deno.errors.BadResource("The listener is closed"));
  }
}
