/**
 * Serves a bus to other processes, over logical connections.
 *
 * @module
 */
import {
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
  type Serve,
} from "../../../session/mod.ts";
import type { MessageBus } from "../../message_bus.ts";
import {
  connectionId,
  type ConnectionKind,
  ID_PREFIX,
  VERSION,
} from "../protocol.ts";
import { type BusSource, sourceOf } from "./bus_source.ts";
import { ConsumerServer } from "./serve_consumer.ts";
import { ControlServer } from "./serve_control.ts";
import { PublishServer } from "./serve_publish.ts";
import { SubscriptionServer } from "./serve_subscription.ts";
import { serveInterest, servePresence } from "./serve_views.ts";
import { ServedClient } from "./served_client.ts";
import {
  resolveServerOptions,
  type ServeBusOptions,
  type ServerSettings,
} from "./server_options.ts";

/** The counters of a bus that is served. */
export interface BusServerStats {
  /** Clients that are connected, or may come back to their session. */
  readonly clients: number;
  /** Subscriptions of clients; those that share a connection count once. */
  readonly subscriptions: number;
  /** Requests of clients that are pending. */
  readonly requests: number;
  /** Entries of presence of clients, and what they look at. */
  readonly tracked: number;
}

/** A bus that is served to other processes. */
export interface BusServer {
  /** What `listen`, `serveSessions` and the like take. */
  readonly options: {
    readonly serve: Serve;
    readonly accept: (opening: LogicalConnection) => true | string;
  };
  /** Returns whether a connection is one of a bus, for a server of other things. */
  owns(connection: Pick<LogicalConnection, "id">): boolean;
  /** Serves one connection of a bus. */
  readonly serve: Serve;
  /** Accepts a connection of a bus, or says why not. */
  readonly accept: (opening: LogicalConnection) => true | string;
  /**
   * Asks the application again what each client may do: what is not allowed any
   * more ends with `BusForbiddenError`.
   */
  reauthorize(): void;
  /** Returns the counters of the server. */
  stats(): BusServerStats;
}

type ServeKind = (
  connection: LogicalConnection,
  client: ServedClient,
) => Promise<void>;

const KINDS: Record<ConnectionKind, ServeKind> = {
  control: (connection, client) =>
    new ControlServer(connection, client).serve(),
  publish: (connection, client) =>
    new PublishServer(connection, client).serve(),
  subscribe: (connection, client) =>
    new SubscriptionServer(connection, client).serve(),
  consume: (connection, client) =>
    new ConsumerServer(connection, client).serve(),
  presence: servePresence,
  interest: serveInterest,
};

const IDS: ReadonlyMap<string, ServeKind> = new Map(
  Object.entries(KINDS).map(([kind, serve]) => [
    connectionId(kind as ConnectionKind),
    serve,
  ]),
);

/**
 * Serves a bus to clients that {@linkcode connectBus} connects. What is returned
 * has the options of a listener; a listener that serves other things too asks
 * `owns` first.
 *
 * A client is a session. What it tracks lives over cuts of the network, and
 * ends with the session.
 *
 * @example A bus beside another service
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { Bus, serveBus } from "@troupe/troupe/bus";
 * import { listen } from "@troupe/troupe/tcp";
 *
 * await using system = new ActorSystem();
 * await using bus = new Bus(system);
 * const server = serveBus(bus, {
 *   authorize: ({ identity, operation, subject }) =>
 *     operation !== "manage" || identity === "admin" ||
 *     `${subject} is none of yours`,
 * });
 * await using listener = listen(system, {
 *   port: 0,
 *   maxStreams: 20_000,
 *   async serve(connection, context) {
 *     if (server.owns(connection)) return server.serve(connection, context);
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for a number that is out of its range.
 */
export function serveBus(
  bus: MessageBus,
  options: ServeBusOptions = {},
): BusServer {
  return new Server(sourceOf(bus), resolveServerOptions(bus, options));
}

class Server implements BusServer {
  readonly options: BusServer["options"];
  readonly #source: BusSource;
  readonly #settings: ServerSettings;
  /** The clients by the path of what serves their session. */
  readonly #clients = new Map<string, ServedClient>();

  constructor(source: BusSource, settings: ServerSettings) {
    this.#source = source;
    this.#settings = settings;
    this.options = { serve: this.serve, accept: this.accept };
  }

  owns({ id }: Pick<LogicalConnection, "id">): boolean {
    return id.startsWith(ID_PREFIX);
  }

  readonly accept = ({ id }: LogicalConnection): true | string => {
    if (IDS.has(id)) return true;
    return id.startsWith(ID_PREFIX)
      ? `This bus speaks version ${VERSION}`
      : "Only a bus is served here";
  };

  readonly serve: Serve = async (connection, context) => {
    const serve = IDS.get(connection.id);
    if (serve === undefined) {
      return connection.reset(ErrorCode.REFUSED, "Only a bus is served here");
    }
    // The parent of the actors of all connections of a session.
    const { path } = context.self;
    const session = path.slice(0, path.lastIndexOf("/"));
    let client = this.#clients.get(session);
    if (client === undefined) {
      const { identity } = connection;
      client = new ServedClient(this.#source, this.#settings, identity);
      this.#clients.set(session, client);
    }
    client.connections++;
    try {
      await serve(connection, client);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      connection.reset(ErrorCode.PROTOCOL, error.message);
    } finally {
      if (--client.connections === 0) this.#clients.delete(session);
    }
  };

  reauthorize(): void {
    for (const client of this.#clients.values()) {
      client.authorizer.forget();
      for (const again of client.onReauthorize) {
        // Whoever is gone before it is judged needs no verdict.
        again().catch(() => {});
      }
    }
  }

  stats(): BusServerStats {
    const clients = [...this.#clients.values()];
    const sum = (what: "subscriptions" | "requests" | "tracked"): number =>
      clients.reduce((sum, client) => sum + client.count(what), 0);
    return {
      clients: clients.length,
      subscriptions: sum("subscriptions"),
      requests: sum("requests"),
      tracked: sum("tracked"),
    };
  }
}
