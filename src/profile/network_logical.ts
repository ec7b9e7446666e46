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
} from "./network_echo.ts";
import type {
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
}

/** Measures the service at an address, which sends back each message. */
export async function measureLogical(
  address: Address,
  { signal, pool = {}, metadata }: MeasureLogicalOptions,
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
    const connect = metadata === undefined ? { signal } : { signal, metadata };
    return await LogicalLink.open(address, options, connect, signal);
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
      return await measureEchoLatency(link, settings);
    },
  );
  const bandwidth = await measureStep(
    `the bandwidth of ${target}`,
    limits,
    async (signal) => {
      await using link = await open(signal);
      return await measureEchoBandwidth(link, settings);
    },
  );
  return { protocol: "troupe", target, handshake, latency, bandwidth };
}

/** A logical connection with a socket of its own. */
class LogicalLink implements EchoLink {
  private constructor(
    readonly system: ActorSystem,
    readonly connection: LogicalConnection,
    readonly signal: AbortSignal,
  ) {}

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
      return new LogicalLink(system, connection, signal);
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
    await this.system.shutdown();
  }
}
