/**
 * Dialling, with a time-out.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { type Address, ConnectError, type Transport } from "../session/mod.ts";
import { formatAddress } from "../session/internal.ts";
import { tcpTransport } from "../tcp/internal.ts";

/** How long a dial may take, and who measures it. */
export interface DialOptions {
  /** Gives the dial up. */
  readonly signal: AbortSignal;
  readonly dialMs: number;
  readonly clock: Clock;
}

/** Makes a TCP connection; as `Deno.connect`. */
export type Connect = (
  options: Deno.ConnectOptions & { signal: AbortSignal },
) => Promise<Deno.TcpConn>;

/**
 * Dials an address once.
 *
 * @throws {ConnectError} as a rejection, when nobody answers in time.
 */
export async function dial(
  address: Address,
  { signal, dialMs, clock }: DialOptions,
  connect: Connect = Deno.connect,
): Promise<Transport> {
  const { hostname = "127.0.0.1", port } = address;
  const timeout = new AbortController();
  const timer = clock.schedule(
    dialMs,
    () => timeout.abort(new Error(`nobody answered within ${dialMs} ms`)),
  );
  try {
    return tcpTransport(
      await connect({
        hostname,
        port,
        signal: AbortSignal.any([signal, timeout.signal]),
      }),
    );
  } catch (cause) {
    throw new ConnectError(
      `Cannot connect to ${formatAddress(address)}: ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  } finally {
    timer.cancel();
  }
}
