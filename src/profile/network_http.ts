/**
 * Measures HTTP/1.1, with or without TLS.
 *
 * @module
 */
import {
  measurePart,
  type PartLimits,
  rateOf,
  repeat,
  timed,
} from "./measured_part.ts";
import { dialTargetOf, measureHandshake } from "./network_dial.ts";
import type {
  MeasureNetworkOptions,
  NetworkReport,
  NetworkSettings,
} from "./network_report.ts";
import { NetworkProfileError } from "./profile_errors.ts";

/** Options of {@linkcode NetworkProfiler.http}. */
export interface MeasureHttpOptions extends MeasureNetworkOptions {
  /** Where the payload is sent, by POST; without it no upload is measured. */
  readonly uploadUrl?: string;
  /**
   * What is fetched: up to the length of the payload counts. Without it no
   * download is measured.
   */
  readonly downloadUrl?: string;
}

/** A client that speaks HTTP/1.1 alone. */
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
  const handshake = await measurePart(
    `the handshake with ${url}`,
    limits,
    (signal) =>
      measureHandshake(settings, dialTargetOf(target, caCerts), signal),
  );
  const latency = await measurePart(
    `the latency of ${url}`,
    limits,
    async (signal) => {
      const get = () => exchange(url, { client, signal }, Infinity);
      // Opens the connection that the others use again.
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

/** Bytes a second of transfers, each of which says how many it has moved. */
async function transfer(
  what: string,
  limits: PartLimits,
  times: number,
  move: (signal: AbortSignal) => Promise<number>,
): Promise<number | null> {
  return await measurePart(what, limits, async (signal) => {
    let bytes = 0;
    const { ms } = await timed(limits.clock, async () => {
      for (let i = 0; i < times; i++) bytes += await move(signal);
    });
    return rateOf(bytes, ms);
  });
}

/**
 * Sends a request, and gives the bytes of its answer, at most so many.
 *
 * @throws {NetworkProfileError} when the answer is none of success.
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
      `Cannot measure ${url}: the answer is ${response.status}, it must be one of success`,
    );
  }
  let bytes = 0;
  // Leaving the loop cancels what is left of the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes >= mostBytes) break;
  }
  return bytes;
}

/** @throws {TypeError} when it is no URL of these protocols. */
export function parseUrl(url: string, ...protocols: readonly string[]): URL {
  const parsed = URL.parse(url);
  if (parsed !== null && protocols.includes(parsed.protocol)) return parsed;
  throw new TypeError(
    `Cannot measure ${url}: it is no URL with ${protocols.join(" or ")}`,
  );
}
