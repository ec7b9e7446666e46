/**
 * Measures a service that sends back each message.
 *
 * @module
 */
import type { DistributionSummary } from "../metrics/mod.ts";
import { rateOf, repeat, timed } from "./measured_step.ts";
import type { BandwidthReport, NetworkSettings } from "./network_report.ts";
import { NetworkProfileError } from "./profile_errors.ts";

/** A connection to an echo service. */
export interface EchoLink extends AsyncDisposable {
  /** Sends a message; resolves when the next one may be sent. */
  send(message: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Resolves with the length of the next message in bytes. */
  receive(): Promise<number>;
}

const SMALL_BYTES = 16;
/** Size of messages when bandwidth is measured. */
const CHUNK_BYTES = 65_536;
/** Maximum bytes in flight: more would cost memory without more speed. */
const WINDOW_BYTES = 16 * CHUNK_BYTES;

/** Measures round trips of a small message, in milliseconds. */
export async function measureEchoLatency(
  link: EchoLink,
  { clock, samples }: NetworkSettings,
): Promise<DistributionSummary> {
  const message = new Uint8Array(SMALL_BYTES);
  const roundTrip = async () => {
    await link.send(message);
    const length = await link.receive();
    if (length === SMALL_BYTES) return;
    throw new NetworkProfileError(
      `Cannot measure the service: ${SMALL_BYTES} bytes came back as ${length}, it must send back what it receives`,
    );
  };
  await roundTrip();
  return await repeat(clock, samples, roundTrip);
}

/** Measures a request and its response, in milliseconds. */
export async function measureRequests(
  link: EchoLink,
  message: Uint8Array<ArrayBuffer>,
  { clock, samples }: NetworkSettings,
): Promise<DistributionSummary> {
  const request = async () => {
    await link.send(message);
    await link.receive();
  };
  await request();
  return await repeat(clock, samples, request);
}

/** Measures bytes per second, in both directions at the same time. */
export async function measureEchoBandwidth(
  link: EchoLink,
  { clock, payloadBytes, transfers }: NetworkSettings,
): Promise<BandwidthReport> {
  const { ms } = await timed(clock, async () => {
    for (let i = 0; i < transfers; i++) await echo(link, payloadBytes);
  });
  const rate = rateOf(payloadBytes * transfers, ms);
  return {
    mode: "echo",
    uploadBytesPerSecond: rate,
    downloadBytesPerSecond: rate,
  };
}

/** Sends and receives concurrently: each may wait for progress of the other. */
async function echo(link: EchoLink, bytes: number): Promise<void> {
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes));
  let sent = 0;
  let received = 0;
  let progress = Promise.withResolvers<void>();
  const send = async () => {
    while (sent < bytes) {
      if (sent - received >= WINDOW_BYTES) {
        await progress.promise;
        continue;
      }
      const length = Math.min(chunk.length, bytes - sent);
      await link.send(chunk.subarray(0, length));
      sent += length;
    }
  };
  const receive = async () => {
    while (received < bytes) {
      received += await link.receive();
      progress.resolve();
      progress = Promise.withResolvers();
    }
  };
  await Promise.all([send(), receive()]);
}
