/**
 * What a network profile is told, and what it tells: plain data.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { realClock } from "../actor/internal.ts";
import type { DistributionSummary } from "../metrics/mod.ts";

/** How much is measured; a profiler keeps to it whatever the service does. */
export interface NetworkProfilerOptions {
  /** Round trips whose latency is measured, 1 to 100000. @default {50} */
  readonly samples?: number;
  /** Connections that are opened for their handshake, 1 to 1000. @default {5} */
  readonly handshakes?: number;
  /** Bytes of one transfer, 1 to 268435456. @default {1048576} */
  readonly payloadBytes?: number;
  /** Transfers each way, 1 to 1000. @default {3} */
  readonly transfers?: number;
  /**
   * Milliseconds that each part (handshakes, latency, transfers up, transfers
   * down) may take, 1 or more.
   * @default {30000}
   */
  readonly timeoutMs?: number;
  /** Authorities, PEM, that servers may have beside those that Deno knows. */
  readonly caCerts?: readonly string[];
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** {@linkcode NetworkProfilerOptions} with defaults filled in. */
export type NetworkSettings = Required<NetworkProfilerOptions>;

/** Options of one measurement. */
export interface MeasureNetworkOptions {
  /** Gives it up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Times of connections that were opened for it, in milliseconds. */
export interface HandshakeReport {
  /** TCP: one round trip, and the resolving of a name. */
  readonly connect: DistributionSummary;
  /** TLS upon that; `null` without it. */
  readonly tls: DistributionSummary | null;
  /**
   * All of it on a connection of its own, until it can be used: with the
   * upgrade of a WebSocket, the head of an event stream, the session and the
   * open of a logical connection.
   */
  readonly open: DistributionSummary;
}

/** How fast bytes go. */
export interface BandwidthReport {
  /**
   * `separate`: each way on its own. `echo`: both ways at once, as the service
   * sends back what it gets.
   */
  readonly mode: "separate" | "echo";
  /** Bytes a second to the service; `null` if it was not measured. */
  readonly uploadBytesPerSecond: number | null;
  /** Bytes a second from the service; `null` if it was not measured. */
  readonly downloadBytesPerSecond: number | null;
}

/** What was measured of one service. */
export interface NetworkReport {
  /** `troupe` is our own. */
  readonly protocol: "http" | "https" | "websocket" | "sse" | "troupe";
  /** The URL, or the address. */
  readonly target: string;
  /** How long connections took to open. */
  readonly handshake: HandshakeReport;
  /**
   * Milliseconds there and back on an open connection; of server-sent events,
   * from the subscription to its first event.
   */
  readonly latency: DistributionSummary;
  /** How fast the payload went. */
  readonly bandwidth: BandwidthReport;
}

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {RangeError} when a number is out of its range.
 */
export function resolveNetworkOptions(
  options: NetworkProfilerOptions,
): NetworkSettings {
  const settings: NetworkSettings = {
    samples: options.samples ?? 50,
    handshakes: options.handshakes ?? 5,
    payloadBytes: options.payloadBytes ?? 2 ** 20,
    transfers: options.transfers ?? 3,
    timeoutMs: options.timeoutMs ?? 30_000,
    caCerts: options.caCerts ?? [],
    clock: options.clock ?? realClock,
  };
  checkWhole("samples", settings.samples, 100_000);
  checkWhole("handshakes", settings.handshakes, 1000);
  checkWhole("payloadBytes", settings.payloadBytes, 2 ** 28);
  checkWhole("transfers", settings.transfers, 1000);
  checkWhole("timeoutMs", settings.timeoutMs, 2 ** 31 - 1);
  return settings;
}

/** @throws {RangeError} when it is no whole number from 1 to `most`. */
export function checkWhole(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new RangeError(
    `Cannot use ${name}: it is ${value}, give a whole number from 1 to ${most}`,
  );
}
