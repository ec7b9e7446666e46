/**
 * Measures streams of server-sent events.
 *
 * @module
 */
import { checkNumber } from "../checks/internal.ts";
import { sseBodyOf, SseParser } from "../web/internal.ts";
import { measureStep, rateOf, repeat } from "./measured_step.ts";
import { dialTargetOf, measureHandshake } from "./network_dial.ts";
import { http1Client, parseUrl } from "./network_http.ts";
import type {
  MeasureNetworkOptions,
  NetworkReport,
  NetworkSettings,
} from "./network_report.ts";
import { NetworkProfileError } from "./profile_errors.ts";

/** Bytes, such as those of comments, after which the wait for an event ends. */
const MAX_BYTES_BEFORE_EVENT = 2 ** 20;

/** Options of {@linkcode NetworkProfiler.sse}. */
export interface MeasureSseOptions extends MeasureNetworkOptions {
  /**
   * Milliseconds for which a stream is read to measure the bandwidth, unless
   * the payload arrives earlier; at least 1.
   * @default {2000}
   */
  readonly streamMs?: number;
}

/** Measures the stream at a URL. */
export async function measureSse(
  url: string,
  { signal, streamMs = 2000 }: MeasureSseOptions,
  settings: NetworkSettings,
): Promise<NetworkReport> {
  const { clock, samples, payloadBytes, caCerts, timeoutMs } = settings;
  const target = parseUrl(url, "http:", "https:");
  checkNumber("streamMs", streamMs, { min: 1, finite: true });
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
        () => SseReader.open(url, client, signal),
      ),
  );
  const latency = await measureStep(
    `the latency of ${url}`,
    limits,
    (signal) =>
      repeat(clock, samples, async () => {
        await using stream = await SseReader.open(url, client, signal);
        await stream.firstEvent();
      }),
  );
  const download = await measureStep(
    `the stream of ${url}`,
    { ...limits, timeoutMs: timeoutMs + streamMs },
    async (signal) => {
      await using stream = await SseReader.open(url, client, signal);
      const startedAt = clock.now();
      const timer = clock.schedule(streamMs, () => stream.end());
      try {
        const bytes = await stream.read(payloadBytes);
        return rateOf(bytes, clock.now() - startedAt);
      } finally {
        timer.cancel();
      }
    },
  );
  return {
    protocol: "sse",
    target: url,
    handshake,
    latency,
    bandwidth: {
      mode: "separate",
      uploadBytesPerSecond: null,
      downloadBytesPerSecond: download,
    },
  };
}

/** The reader of one stream. */
class SseReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #ended = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  static async open(
    url: string,
    client: Deno.HttpClient,
    signal: AbortSignal,
  ): Promise<SseReader> {
    const headers = { accept: "text/event-stream" };
    const response = await fetch(url, { client, headers, signal });
    return new SseReader(
      await sseBodyOf(response, {
        action: `measure ${url}`,
        error: NetworkProfileError,
      }),
    );
  }

  /** Waits for the end of the first event. */
  async firstEvent(): Promise<void> {
    const decoder = new TextDecoder();
    const parser = new SseParser(NetworkProfileError);
    let bytes = 0;
    let events = 0;
    // A comment, such as a heartbeat, is not an event.
    while (events === 0) {
      const { value, done } = await this.#reader.read();
      if (done || bytes > MAX_BYTES_BEFORE_EVENT) {
        throw new NetworkProfileError(
          "Cannot measure the stream: there is no event before its end or in its first MiB",
        );
      }
      bytes += value.byteLength;
      events = parser.push(decoder.decode(value, { stream: true })).length;
    }
  }

  /**
   * Reads at most `mostBytes` bytes, or until the end; resolves with the count.
   */
  async read(mostBytes: number): Promise<number> {
    let bytes = 0;
    while (bytes < mostBytes && !this.#ended) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      bytes += value.byteLength;
    }
    return bytes;
  }

  /** Ends the current read. */
  end(): void {
    this.#ended = true;
    this.#reader.cancel().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}
