/**
 * Measures services over WebSockets.
 *
 * @module
 */
import { closeSocket, openSocket } from "../web/internal.ts";
import { measureStep } from "./measured_step.ts";
import { dialTargetOf, measureHandshake } from "./network_dial.ts";
import {
  type EchoLink,
  measureEchoBandwidth,
  measureEchoLatency,
} from "./network_echo.ts";
import { http1Client, parseUrl } from "./network_http.ts";
import type {
  MeasureNetworkOptions,
  NetworkReport,
  NetworkSettings,
} from "./network_report.ts";
import { NetworkProfileError } from "./profile_errors.ts";

/** Measures the service at a URL, which sends back each message. */
export async function measureWebSocket(
  url: string,
  { signal }: MeasureNetworkOptions,
  settings: NetworkSettings,
): Promise<NetworkReport> {
  const { clock, caCerts, timeoutMs } = settings;
  const target = parseUrl(url, "ws:", "wss:");
  const limits = { clock, timeoutMs, signal, error: NetworkProfileError };
  using client = http1Client(caCerts);
  const handshake = await measureStep(
    `the handshake with ${url}`,
    limits,
    (signal) =>
      measureHandshake(
        settings,
        dialTargetOf(target, caCerts),
        signal,
        () => SocketLink.open(url, client, signal),
      ),
  );
  const latency = await measureStep(
    `the latency of ${url}`,
    limits,
    async (signal) => {
      await using link = await SocketLink.open(url, client, signal);
      return await measureEchoLatency(link, settings);
    },
  );
  const bandwidth = await measureStep(
    `the bandwidth of ${url}`,
    limits,
    async (signal) => {
      await using link = await SocketLink.open(url, client, signal);
      return await measureEchoBandwidth(link, settings);
    },
  );
  return { protocol: "websocket", target: url, handshake, latency, bandwidth };
}

/** A WebSocket with promises. */
class SocketLink implements EchoLink {
  readonly #socket: WebSocket;
  readonly #signal: AbortSignal;
  /** Lengths of messages that have not been received. */
  readonly #lengths: number[] = [];
  #waiting: PromiseWithResolvers<number> | undefined;
  #error: unknown;
  readonly #onAbort = (): void => this.#fail(this.#signal.reason);

  private constructor(socket: WebSocket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) =>
      this.#fail(
        new NetworkProfileError(
          `Cannot measure the service: it closed the socket with code ${code}`,
        ),
      );
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  static async open(
    url: string,
    client: Deno.HttpClient,
    signal: AbortSignal,
  ): Promise<SocketLink> {
    const options = { client, error: NetworkProfileError };
    return new SocketLink(await openSocket(url, options, signal), signal);
  }

  #take(data: ArrayBuffer | string): void {
    const length = typeof data === "string" ? data.length : data.byteLength;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#lengths.push(length);
    else waiting.resolve(length);
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#waiting?.reject(this.#error);
    this.#waiting = undefined;
  }

  send(message: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    this.#socket.send(message);
    return Promise.resolve();
  }

  receive(): Promise<number> {
    const length = this.#lengths.shift();
    if (length !== undefined) return Promise.resolve(length);
    if (this.#error !== undefined) return Promise.reject(this.#error);
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    await closeSocket(this.#socket);
  }
}
