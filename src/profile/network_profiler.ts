/**
 * Measures services over the network: handshake, latency and bandwidth.
 *
 * @module
 */
import type { Address } from "../session/mod.ts";
import {
  checkBytes,
  checkFunction,
  type OptionNames,
} from "../checks/internal.ts";
import { checkMeasureOptions, SIGNAL_OPTION } from "./argument_checks.ts";
import { measureHttp, type MeasureHttpOptions } from "./network_http.ts";
import {
  measureLogical,
  type MeasureLogicalOptions,
} from "./network_logical.ts";
import {
  type MeasureNetworkOptions,
  type NetworkProfilerOptions,
  type NetworkReport,
  type NetworkSettings,
  resolveNetworkOptions,
} from "./network_report.ts";
import { measureSse, type MeasureSseOptions } from "./network_sse.ts";
import { measureWebSocket } from "./network_websocket.ts";

const HTTP_OPTIONS: OptionNames<MeasureHttpOptions> = {
  ...SIGNAL_OPTION,
  uploadUrl: true,
  downloadUrl: true,
};

const SSE_OPTIONS: OptionNames<MeasureSseOptions> = {
  ...SIGNAL_OPTION,
  streamMs: true,
};

const LOGICAL_OPTIONS: OptionNames<MeasureLogicalOptions> = {
  ...SIGNAL_OPTION,
  pool: true,
  metadata: true,
  connect: true,
  message: true,
};

/**
 * Measures services that you run, one connection at a time, bounded in number,
 * bytes and time.
 *
 * Each method rejects with a {@linkcode NetworkProfileError} if the service
 * does not respond as needed in time, and with the signal's reason if that
 * aborts.
 *
 * @example
 * ```ts
 * import { NetworkProfiler } from "@troupe/troupe/profile";
 *
 * await using server = Deno.serve({ port: 0, onListen: () => {} }, (request) =>
 *   new Response(request.body ?? "hello"));
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 *
 * const profiler = new NetworkProfiler({ samples: 20 });
 * const report = await profiler.http(url, { uploadUrl: url });
 * console.log(report.handshake.connect.p50, report.latency.p99);
 * console.log(report.bandwidth.uploadBytesPerSecond);
 * ```
 */
export class NetworkProfiler {
  readonly #settings: NetworkSettings;

  /**
   * Creates a profiler with these limits.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if a limit is out of its range.
   */
  constructor(options: NetworkProfilerOptions = {}) {
    this.#settings = resolveNetworkOptions(options);
  }

  /**
   * Measures a service over HTTP/1.1, with TLS for `https:`. The latency is
   * that of a GET, up to the end of the response, on an open connection.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} as a rejection, if an option is not known, or it is not a
   * URL with `http:` or `https:`.
   */
  async http(
    url: string,
    options: MeasureHttpOptions = {},
  ): Promise<NetworkReport> {
    checkMeasureOptions("http()", options, HTTP_OPTIONS);
    return await measureHttp(url, options, this.#settings);
  }

  /**
   * Measures a WebSocket service that sends back each message.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} as a rejection, if an option is not known, or it is not a
   * URL with `ws:` or `wss:`.
   */
  async webSocket(
    url: string,
    options: MeasureNetworkOptions = {},
  ): Promise<NetworkReport> {
    checkMeasureOptions("webSocket()", options, SIGNAL_OPTION);
    return await measureWebSocket(url, options, this.#settings);
  }

  /**
   * Measures a stream of server-sent events. The latency is that from the
   * request to the end of the first event.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} as a rejection, if an option is not known, or it is not a
   * URL with `http:` or `https:`.
   * @throws {RangeError} as a rejection, if `streamMs` is below 1 or not finite.
   */
  async sse(
    url: string,
    options: MeasureSseOptions = {},
  ): Promise<NetworkReport> {
    checkMeasureOptions("sse()", options, SSE_OPTIONS);
    return await measureSse(url, options, this.#settings);
  }

  /**
   * Measures a service that sends back each message over a logical connection, on
   * a socket of its own, or one that responds to `message`.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} as a rejection, if an option is not known.
   */
  async logical(
    address: Address,
    options: MeasureLogicalOptions = {},
  ): Promise<NetworkReport> {
    checkMeasureOptions("logical()", options, LOGICAL_OPTIONS);
    const { connect, message } = options;
    if (connect !== undefined) checkFunction("connect", connect);
    if (message !== undefined) checkBytes("message", message);
    return await measureLogical(address, options, this.#settings);
  }
}
