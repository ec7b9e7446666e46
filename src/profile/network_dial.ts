/**
 * Measures how long a connection takes to open, separately for TCP and TLS.
 *
 * @module
 */
import { Distribution } from "../metrics/internal.ts";
import { timed } from "./measured_step.ts";
import type { HandshakeReport, NetworkSettings } from "./network_report.ts";

/** The server to connect to. */
export interface DialTarget {
  readonly hostname: string;
  readonly port: number;
  readonly caCerts: readonly string[];
  /** The name in the server's certificate; `undefined` without TLS. */
  readonly serverName: string | undefined;
}

/** Returns the server of a URL. */
export function dialTargetOf(
  url: URL,
  caCerts: readonly string[],
): DialTarget {
  const secure = url.protocol === "https:" || url.protocol === "wss:";
  // Without the brackets of an IPv6 address.
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  return {
    hostname,
    port: Number(url.port) || (secure ? 443 : 80),
    caCerts,
    serverName: secure ? hostname : undefined,
  };
}

/**
 * Opens connections in sequence: own sockets for TCP and TLS, and with `open`
 * the whole connection, which is then disposed.
 */
export async function measureHandshake(
  { clock, handshakes }: NetworkSettings,
  target: DialTarget,
  signal: AbortSignal,
  open?: () => Promise<AsyncDisposable>,
): Promise<HandshakeReport> {
  const connect = new Distribution();
  const tls = new Distribution();
  const whole = new Distribution();
  for (let i = 0; i < handshakes; i++) {
    const times = await dial(clock, target, signal);
    connect.record(times.connectMs);
    if (times.tlsMs !== null) tls.record(times.tlsMs);
    if (open === undefined) {
      whole.record(times.connectMs + (times.tlsMs ?? 0));
    } else {
      const { ms, result } = await timed(clock, open);
      whole.record(ms);
      await result[Symbol.asyncDispose]();
    }
  }
  return {
    connect: connect.summary(),
    tls: tls.count === 0 ? null : tls.summary(),
    open: whole.summary(),
  };
}

async function dial(
  clock: NetworkSettings["clock"],
  { hostname, port, caCerts, serverName }: DialTarget,
  signal: AbortSignal,
): Promise<{ readonly connectMs: number; readonly tlsMs: number | null }> {
  const { ms: connectMs, result: socket } = await timed(
    clock,
    () => Deno.connect({ hostname, port, signal }),
  );
  let open: Deno.Conn = socket;
  const close = () => {
    try {
      open.close();
    } catch {
      // It is already closed, or TLS has taken it over.
    }
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    if (serverName === undefined) return { connectMs, tlsMs: null };
    const { ms: tlsMs } = await timed(clock, async () => {
      const secure = await Deno.startTls(socket, {
        hostname: serverName,
        caCerts: [...caCerts],
      });
      open = secure;
      signal.throwIfAborted();
      await secure.handshake();
    });
    return { connectMs, tlsMs };
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}
