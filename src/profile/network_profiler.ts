/**
 * Measures services over the network: handshake, latency and bandwidth.
 *
 * @module
 */
import type { Address } from "../session/mod.ts";
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

/**
 * Measures services that you run: one connection at a time, bounded in number,
 * bytes and time.
 *
 * Each method rejects with `NetworkProfileError` when the service does not do
 * what is needed in time, and with the signal's reason when that aborts.
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
   * A profiler with these limits.
   *
   * @throws {RangeError} when a number is out of its range.
   */
  constructor(options: NetworkProfilerOptions = {}) {
    this.#settings = resolveNetworkOptions(options);
  }

  /**
   * Measures HTTP/1.1, with TLS for `https:`. Latency is that of a GET, with
   * its answer, on a connection that stays open.
   *
   * @throws {TypeError} when the URL is none of HTTP.
   */
  http(url: string, options: MeasureHttpOptions = {}): Promise<NetworkReport> {
    return measureHttp(url, options, this.#settings);
  }

  /**
   * Measures a WebSocket service that sends back each message.
   *
   * @throws {TypeError} when the URL is none of a WebSocket.
   */
  webSocket(
    url: string,
    options: MeasureNetworkOptions = {},
  ): Promise<NetworkReport> {
    return measureWebSocket(url, options, this.#settings);
  }

  /**
   * Measures server-sent events. Latency is that from the request to the end
   * of the first event.
   *
   * @throws {TypeError} when the URL is none of HTTP.
   * @throws {RangeError} when an option is out of its range.
   */
  sse(url: string, options: MeasureSseOptions = {}): Promise<NetworkReport> {
    return measureSse(url, options, this.#settings);
  }

  /**
   * Measures a listener of logical connections whose service sends back each
   * message, over a socket of its own.
   */
  logical(
    address: Address,
    options: MeasureLogicalOptions = {},
  ): Promise<NetworkReport> {
    return measureLogical(address, options, this.#settings);
  }
}
