/**
 * The options and the report of a network measurement: plain data.
 *
 * @module
 */
import { type Clock, realClock } from "../actor/mod.ts";
import {
  checkArray,
  checkOptionNames,
  checkString,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { checkClockOption } from "./argument_checks.ts";
import type { DistributionSummary } from "../metrics/mod.ts";

/** Options of {@linkcode NetworkProfiler}: how much is measured. */
export interface NetworkProfilerOptions {
  /**
   * Round trips whose latency is measured, from 1 to 100000.
   * @default {50}
   */
  readonly samples?: number;
  /**
   * Connections that are opened to measure the handshake, from 1 to 1000.
   * @default {5}
   */
  readonly handshakes?: number;
  /**
   * Bytes of one transfer, from 1 to 268435456.
   * @default {1048576}
   */
  readonly payloadBytes?: number;
  /**
   * Transfers in each direction, from 1 to 1000.
   * @default {3}
   */
  readonly transfers?: number;
  /**
   * Milliseconds that each step (handshakes, latency, uploads, downloads) may
   * take: a whole number, at least 1.
   * @default {30000}
   */
  readonly timeoutMs?: number;
  /**
   * Further certificate authorities that are trusted, as PEM.
   * @default {[]}
   */
  readonly caCerts?: readonly string[];
  /**
   * Clock that measures the times.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** {@linkcode NetworkProfilerOptions} with defaults filled in. */
export type NetworkSettings = Required<NetworkProfilerOptions>;

/** Options of a single measurement. */
export interface MeasureNetworkOptions {
  /** Cancels the measurement, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long connections took to open, in milliseconds. */
export interface HandshakeReport {
  /** TCP handshake: one round trip, and the resolution of the name. */
  readonly connect: DistributionSummary;
  /** TLS handshake that follows; `null` without TLS. */
  readonly tls: DistributionSummary | null;
  /**
   * The whole time until another connection could be used, including the
   * upgrade of a WebSocket, the headers of an event stream, or the session and
   * the open of a logical connection.
   */
  readonly open: DistributionSummary;
}

/** How fast bytes are transferred. */
export interface BandwidthReport {
  /**
   * How it was measured. `separate`: each direction by itself. `echo`: both
   * directions at the same time, as the service sends back what it receives.
   */
  readonly mode: "separate" | "echo";
  /** Bytes per second to the service; `null` if it was not measured. */
  readonly uploadBytesPerSecond: number | null;
  /** Bytes per second from the service; `null` if it was not measured. */
  readonly downloadBytesPerSecond: number | null;
}

/** The measurements of one service. */
export interface NetworkReport {
  /** Protocol of the service; `troupe` stands for logical connections. */
  readonly protocol: "http" | "https" | "websocket" | "sse" | "troupe";
  /** URL or address of the service. */
  readonly target: string;
  /** How long connections took to open. */
  readonly handshake: HandshakeReport;
  /**
   * Milliseconds of a round trip on an open connection; for server-sent events,
   * from the request to the first event.
   */
  readonly latency: DistributionSummary;
  /** How fast the payload was transferred. */
  readonly bandwidth: BandwidthReport;
}

const NAMES: OptionNames<NetworkProfilerOptions> = {
  samples: true,
  handshakes: true,
  payloadBytes: true,
  transfers: true,
  timeoutMs: true,
  caCerts: true,
  clock: true,
};

const DEFAULTS = {
  samples: 50,
  handshakes: 5,
  payloadBytes: 2 ** 20,
  transfers: 3,
  timeoutMs: 30_000,
};
const RANGES = {
  samples: { min: 1, max: 100_000, integer: true },
  handshakes: { min: 1, max: 1000, integer: true },
  payloadBytes: { min: 1, max: 2 ** 28, integer: true },
  transfers: { min: 1, max: 1000, integer: true },
  timeoutMs: { min: 1, max: 2 ** 31 - 1, integer: true },
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a limit is out of its range.
 */
export function resolveNetworkOptions(
  options: NetworkProfilerOptions,
): NetworkSettings {
  checkOptionNames("NetworkProfiler", options, NAMES);
  const { caCerts = [], clock } = options;
  checkArray("caCerts", caCerts, "an array of PEM texts");
  for (const text of caCerts) checkString("one of caCerts", text);
  checkClockOption(clock);
  return {
    ...resolveNumbers(options, DEFAULTS, RANGES),
    caCerts,
    clock: clock ?? realClock,
  };
}
