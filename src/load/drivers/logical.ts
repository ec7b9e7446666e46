/**
 * The driver for logical connections.
 *
 * @module
 */
import { ActorSystem } from "../../actor/system.ts";
import type { LogicalConnection } from "../../tcp/logical_connection.ts";
import { formatAddress } from "../../tcp/options.ts";
import { ConnectionPool } from "../../tcp/pool.ts";
import type { PoolOptions } from "../../tcp/pool_options.ts";
import { Requester } from "../../tcp/requester.ts";
import { type Codec, json, msgpack, raw } from "../../wire/codec.ts";
import { checkRule } from "../check_rule.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import { choice, json as anyJson, name, object, optional } from "../rule.ts";
import type { Json } from "../scenario.ts";
import { DriverError } from "./driver_error.ts";
import { decode, encode } from "./payload.ts";
import { RequestReader } from "./request_reader.ts";
import { port } from "./request_rules.ts";
import { Shared } from "./shared.ts";
import { type Link, UserSession } from "./user_session.ts";

/** The request of an operation of the driver `logical`. */
export interface LogicalRequest {
  /**
   * Name or IP address.
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** TCP port. */
  readonly port: number;
  /** What is sent. */
  readonly value: Json;
  /**
   * How values are written; with `text`, they are texts.
   * @default {"json"}
   */
  readonly codec?: "json" | "msgpack" | "text";
  /**
   * What ends the operation: the reply of a service that runs
   * `serveRequests`, the next message, or that the message was taken.
   * @default {"request"}
   */
  readonly exchange?: "request" | "message" | "send";
}

/** Options of {@linkcode logicalDriver}. */
export interface LogicalDriverOptions {
  /** Of the pool that all users share, such as TLS or `socketsPerPeer`. */
  readonly pool?: PoolOptions;
}

const rule = object<LogicalRequest>({
  hostname: optional(name),
  port,
  value: anyJson,
  codec: optional(choice("json", "msgpack", "text")),
  exchange: optional(choice("request", "message", "send")),
});

const text: Codec<Json> = {
  name: "text",
  encode: (value) =>
    encode(typeof value === "string" ? value : JSON.stringify(value)),
  decode,
};

const codecs: Record<NonNullable<LogicalRequest["codec"]>, Codec<Json>> = {
  json: json({ parse: toJson }),
  msgpack: msgpack({ parse: toJson }),
  text,
};

interface Prepared {
  readonly key: string;
  readonly address: { readonly hostname: string; readonly port: number };
  readonly message: Uint8Array;
  readonly codec: Codec<Json>;
  readonly exchange: NonNullable<LogicalRequest["exchange"]>;
}

/** The pool of all users. */
interface SharedPool extends AsyncDisposable {
  readonly pool: ConnectionPool;
}

/**
 * Makes a driver for logical connections. All users share one pool, in which
 * each has a connection of its own to each address: made by the first
 * operation that needs it, and made again after an operation that has failed.
 * Checks see the reply as `body`.
 *
 * A listener allows 1000 connections a socket by default: with more users,
 * raise its `maxStreams`, or `socketsPerPeer` of the pool.
 *
 * @example
 * ```ts
 * import { logicalDriver } from "@troupe/troupe/load";
 *
 * const driver = logicalDriver({ pool: { socketsPerPeer: 10 } });
 * console.assert(driver.validate({ port: 7000, value: 21 }).length === 0);
 * ```
 */
export function logicalDriver(options: LogicalDriverOptions = {}): Driver {
  const requests = new RequestReader(rule, prepare);
  const shared = new Shared(() => Promise.try(() => openPool(options.pool)));
  return {
    validate: (request) => requests.validate(request),
    async open(): Promise<DriverSession> {
      const { pool } = await shared.acquire();
      return new UserSession<Prepared, LogicalLink>({
        prepare: (call) => requests.of(call),
        open: async ({ address, exchange }, signal) =>
          new LogicalLink(await pool.connect(address, { signal }), exchange),
        closed: () => shared.release(),
      });
    },
  };
}

function openPool(options?: PoolOptions): SharedPool {
  const system = new ActorSystem();
  const pool = new ConnectionPool(system, options);
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.close();
      await system.shutdown();
    },
  };
}

function prepare(request: LogicalRequest): Prepared {
  const { hostname = "127.0.0.1", port, value } = request;
  const { codec: name = "json", exchange = "request" } = request;
  const address = { hostname, port };
  const codec = codecs[name];
  return {
    // Whoever serves requests is served nothing else.
    key: `${formatAddress(address)} ${exchange === "request"}`,
    address,
    message: codec.encode(value),
    codec,
    exchange,
  };
}

function toJson(value: unknown): Json {
  if (isJson(value)) return value;
  throw new TypeError("JSON cannot hold it");
}

function isJson(value: unknown): value is Json {
  return checkRule(anyJson, value).length === 0;
}

/** One connection of one user. */
class LogicalLink implements Link<Prepared> {
  readonly #connection: LogicalConnection;
  readonly #requester: Requester<Uint8Array, Uint8Array> | undefined;

  constructor(
    connection: LogicalConnection,
    exchange: Prepared["exchange"],
  ) {
    this.#connection = connection;
    if (exchange !== "request") return;
    this.#requester = new Requester(connection, {
      request: raw,
      reply: raw,
      timeoutMs: Infinity,
    });
  }

  async perform(
    { message, codec, exchange }: Prepared,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    const sentBytes = message.length;
    let reply: Uint8Array | undefined;
    if (this.#requester !== undefined) {
      reply = await this.#requester.request(message, { signal });
    } else {
      await this.#connection.send(message, { signal });
      if (exchange === "send") return { sentBytes };
      reply = await this.#connection.receive({ signal });
    }
    if (reply === undefined) {
      throw new DriverError(
        "Cannot take the reply: the service has closed the connection",
      );
    }
    const receivedBytes = reply.length;
    return { sentBytes, receivedBytes, body: codec.decode(reply) };
  }

  close(): Promise<void> {
    return this.#requester?.close() ?? this.#connection.close();
  }
}
