/**
 * Dialling, with a time-out.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import { type Address, ConnectError, type Transport } from "../session/mod.ts";
import { formatAddress } from "../session/internal.ts";
import { type Connect, openSocket, tcpTransport } from "../tcp/internal.ts";

/** Options of {@linkcode dial}. */
export interface DialOptions {
  /** Gives up the dial. */
  readonly signal: AbortSignal;
  readonly dialMs: number;
  readonly clock: Clock;
}

/**
 * Dials an address once.
 *
 * @throws {ConnectError} as a rejection, when that fails or takes too long.
 */
export async function dial(
  address: Address,
  { signal, dialMs, clock }: DialOptions,
  connect?: Connect,
): Promise<Transport> {
  const { hostname = "127.0.0.1", port } = address;
  const timeout = new AbortController();
  const timer = clock.schedule(
    dialMs,
    () => timeout.abort(new Error(`no connection within ${dialMs} ms`)),
  );
  try {
    return tcpTransport(
      await openSocket({
        hostname,
        port,
        signal: AbortSignal.any([signal, timeout.signal]),
      }, connect),
    );
  } catch (cause) {
    throw new ConnectError(
      `Cannot connect to ${formatAddress(address)}: ${reasonOf(cause)}`,
      { cause },
    );
  } finally {
    timer.cancel();
  }
}
