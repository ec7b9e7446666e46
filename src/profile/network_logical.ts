/**
 * Measures services over logical connections.
 *
 * @module
 */
import { ActorSystem } from "../actor/mod.ts";
import type { Address, LogicalConnection } from "../session/mod.ts";
import { formatAddress } from "../session/internal.ts";
import { ConnectionPool, type PoolOptions } from "../tcp/mod.ts";
import { measureStep } from "./measured_step.ts";
import { measureHandshake } from "./network_dial.ts";
import {
  type EchoLink,
  measureEchoBandwidth,
  measureEchoLatency,
  measureRequests,
} from "./network_echo.ts";
import type {
  BandwidthReport,
  MeasureNetworkOptions,
  NetworkReport,
  NetworkSettings,
} from "./network_report.ts";
import { NetworkProfileError } from "./profile_errors.ts";

/** Options of {@linkcode NetworkProfiler.logical}. */
export interface MeasureLogicalOptions extends MeasureNetworkOptions {
  /** Options of the connection, such as `tls` and `credentials`. */
  readonly pool?: PoolOptions;
  /** Metadata that is sent with the open, at most 4 KiB. */
  readonly metadata?: Uint8Array;
  /**
   * What opens each connection instead, such as a session over a WebSocket at the
   * address.
   * @default {a socket over TCP}
   */
  readonly connect?: (signal: AbortSignal) => Promise<ConnectedService>;
  /**
   * Request that the service responds to with one message. The latency is that of
   * a request then, and no bandwidth is measured.
   * @default {none: the service sends back each message}
   */
  readonly message?: Uint8Array<ArrayBuffer>;
}

/** A connection to a service, which is closed when it is disposed. */
export interface ConnectedService extends AsyncDisposable {
  /** The logical connection to the service. */
  readonly connection: LogicalConnection;
}

/** Measures the service at an address, which sends back each message. */
export async function measureLogical(
  address: Address,
  { signal, pool = {}, metadata, connect, message }: MeasureLogicalOptions,
  settings: NetworkSettings,
): Promise<NetworkReport> {
  const { clock, timeoutMs, caCerts } = settings;
  const target = formatAddress(address);
  const limits = { clock, timeoutMs, signal, error: NetworkProfileError };
  const tls = typeof pool.tls === "function" ? await pool.tls() : pool.tls;
  const authorities = [...caCerts, ...tls?.caCerts ?? []];
  const options = tls === undefined ? pool : {
    ...pool,
    tls: { ...tls, caCerts: authorities },
  };
  const open = async (signal: AbortSignal) => {
    if (connect !== undefined) {
      return new LogicalLink(await connect(signal), signal);
    }
    const how = metadata === undefined ? { signal } : { signal, metadata };
    return await LogicalLink.open(address, options, how, signal);
  };
  const { hostname = "127.0.0.1", port } = address;
  const dialTarget = {
    hostname,
    port,
    caCerts: tls === undefined ? [] : authorities,
    serverName: tls === undefined ? undefined : tls.serverName ?? hostname,
  };
  const handshake = await measureStep(
    `the handshake with ${target}`,
    limits,
    (signal) =>
      measureHandshake(settings, dialTarget, signal, () => open(signal)),
  );
  const latency = await measureStep(
    `the latency of ${target}`,
    limits,
    async (signal) => {
      await using link = await open(signal);
      return message === undefined
        ? await measureEchoLatency(link, settings)
        : await measureRequests(link, message, settings);
    },
  );
  const bandwidth = message !== undefined ? NO_BANDWIDTH : await measureStep(
    `the bandwidth of ${target}`,
    limits,
    async (signal) => {
      await using link = await open(signal);
      return await measureEchoBandwidth(link, settings);
    },
  );
  return { protocol: "troupe", target, handshake, latency, bandwidth };
}

const NO_BANDWIDTH: BandwidthReport = {
  mode: "separate",
  uploadBytesPerSecond: null,
  downloadBytesPerSecond: null,
};

/** A logical connection with a socket of its own. */
class LogicalLink implements EchoLink {
  readonly connection: LogicalConnection;

  constructor(
    readonly service: ConnectedService,
    readonly signal: AbortSignal,
  ) {
    this.connection = service.connection;
  }

  static async open(
    address: Address,
    options: PoolOptions,
    connect: { readonly signal: AbortSignal; readonly metadata?: Uint8Array },
    signal: AbortSignal,
  ): Promise<LogicalLink> {
    const system = new ActorSystem();
    try {
      const pool = new ConnectionPool(system, options);
      const connection = await pool.connect(address, connect);
      await connection.accepted;
      return new LogicalLink({
        connection,
        [Symbol.asyncDispose]: async () => void await system.shutdown(),
      }, signal);
    } catch (error) {
      await system.shutdown();
      throw error;
    }
  }

  async send(message: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.connection.send(message, { signal: this.signal });
  }

  async receive(): Promise<number> {
    const message = await this.connection.receive({ signal: this.signal });
    if (message !== undefined) return message.byteLength;
    throw new NetworkProfileError(
      "Cannot measure the service: it closed the connection",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.reset();
    await this.service[Symbol.asyncDispose]();
  }
}
