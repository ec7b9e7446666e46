/**
 * Measures services over HTTP/1.1, with or without TLS.
 *
 * @module
 */
import {
  measureStep,
  rateOf,
  repeat,
  type StepLimits,
  timed,
} from "./measured_step.ts";
import { dialTargetOf, measureHandshake } from "./network_dial.ts";
import type {
  MeasureNetworkOptions,
  NetworkReport,
  NetworkSettings,
} from "./network_report.ts";
import { NetworkProfileError } from "./profile_errors.ts";

/** Options of {@linkcode NetworkProfiler.http}. */
export interface MeasureHttpOptions extends MeasureNetworkOptions {
  /** URL to POST the payload to; without it, no upload is measured. */
  readonly uploadUrl?: string;
  /**
   * URL to download from, of which at most the length of the payload counts;
   * without it, no download is measured.
   */
  readonly downloadUrl?: string;
}

/** Creates a client that speaks HTTP/1.1 only. */
export function http1Client(caCerts: readonly string[]): Deno.HttpClient {
  return Deno.createHttpClient({
    caCerts: [...caCerts],
    http1: true,
    http2: false,
  });
}

/** Measures the service at a URL. */
export async function measureHttp(
  url: string,
  { uploadUrl, downloadUrl, signal }: MeasureHttpOptions,
  settings: NetworkSettings,
): Promise<NetworkReport> {
  const { clock, samples, transfers, payloadBytes, caCerts, timeoutMs } =
    settings;
  const target = parseUrl(url, "http:", "https:");
  const limits = { clock, timeoutMs, signal, error: NetworkProfileError };
  using client = http1Client(caCerts);
  const handshake = await measureStep(
    `the handshake with ${url}`,
    limits,
    (signal) =>
      measureHandshake(settings, dialTargetOf(target, caCerts), signal),
  );
  const latency = await measureStep(
    `the latency of ${url}`,
    limits,
    async (signal) => {
      const get = () => exchange(url, { client, signal }, Infinity);
      // Opens the connection that the later requests reuse.
      await get();
      return await repeat(clock, samples, get);
    },
  );
  const payload = new Uint8Array(payloadBytes);
  const upload = uploadUrl === undefined ? null : await transfer(
    `the upload to ${uploadUrl}`,
    limits,
    transfers,
    async (signal) => {
      const init = { client, signal, method: "POST", body: payload };
      await exchange(uploadUrl, init, Infinity);
      return payloadBytes;
    },
  );
  const download = downloadUrl === undefined ? null : await transfer(
    `the download from ${downloadUrl}`,
    limits,
    transfers,
    (signal) => exchange(downloadUrl, { client, signal }, payloadBytes),
  );
  return {
    protocol: target.protocol === "https:" ? "https" : "http",
    target: url,
    handshake,
    latency,
    bandwidth: {
      mode: "separate",
      uploadBytesPerSecond: upload,
      downloadBytesPerSecond: download,
    },
  };
}

/** Measures bytes per second of transfers that resolve with their bytes. */
async function transfer(
  what: string,
  limits: StepLimits,
  times: number,
  move: (signal: AbortSignal) => Promise<number>,
): Promise<number | null> {
  return await measureStep(what, limits, async (signal) => {
    let bytes = 0;
    const { ms } = await timed(limits.clock, async () => {
      for (let i = 0; i < times; i++) bytes += await move(signal);
    });
    return rateOf(bytes, ms);
  });
}

/**
 * Sends a request, and resolves with the bytes of the response body, of which
 * it reads at most `mostBytes`.
 *
 * @throws {NetworkProfileError} if the status is not one of success.
 */
export async function exchange(
  url: string,
  init: RequestInit & { readonly client?: Deno.HttpClient },
  mostBytes: number,
): Promise<number> {
  const response = await fetch(url, init);
  if (!response.ok) {
    await response.body?.cancel();
    throw new NetworkProfileError(
      `Cannot measure ${url}: the response has status ${response.status}, it must be 200 to 299`,
    );
  }
  let bytes = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes >= mostBytes) break;
  }
  return bytes;
}

/**
 * Parses a URL.
 *
 * @throws {TypeError} if it is not a URL with one of these protocols.
 */
export function parseUrl(url: string, ...protocols: readonly string[]): URL {
  const parsed = URL.parse(url);
  if (parsed !== null && protocols.includes(parsed.protocol)) return parsed;
  throw new TypeError(
    `Cannot measure ${url}: it must be a URL with ${protocols.join(" or ")}`,
  );
}
