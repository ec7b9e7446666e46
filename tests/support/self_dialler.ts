/**
 * Dials a port on which nobody listens, and which is the one that the system
 * gives to outgoing sockets; prints what came of it as JSON. Run by
 * `self_connection_test.ts` in a network of its own.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { ActorSystem } from "../../src/actor/system.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { TcpConnPool } from "../../src/tcp_conn/pool.ts";

/** What came of one dial. */
export interface SelfDial {
  /** Which pool has dialled. */
  readonly pool: string;
  /** The name, the message and the cause's name of the error; none if it connected. */
  readonly error?: readonly [name: string, message: string, cause: string];
  /** Whether a server could have the port afterwards. */
  readonly isFree: boolean;
}

/** A port that waits as TCP has it is taken for a minute. */
const LONGEST_MS = 20_000;

if (import.meta.main) {
  const port = Number(Deno.args[0]);
  await using system = new ActorSystem();
  const tcp = new ConnectionPool(system);
  const tls = new ConnectionPool(system, { tls: {} });
  const tcpConn = new TcpConnPool(system);
  const connects: [string, () => Promise<unknown>][] = [
    ["tcp", () => tcp.connect({ port })],
    ["tls", () => tls.connect({ port })],
    ["tcp-conn", () => tcpConn.connect({ port })],
  ];
  const dials: SelfDial[] = [];
  for (const [pool, connect] of connects) {
    const error = await connect().then(
      () => undefined,
      ({ name, message, cause }): SelfDial["error"] => [
        name,
        message,
        cause instanceof Error ? cause.name : String(cause),
      ],
    );
    dials.push({ pool, ...(error && { error }), isFree: await isFree(port) });
  }
  console.log(JSON.stringify(dials));
}

/** Waits until a server can have the port: a socket that is dropped is not
 * gone at once, but long before one that was closed in order. */
async function isFree(port: number): Promise<boolean> {
  const until = performance.now() + LONGEST_MS;
  do {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return true;
    } catch {
      await setImmediate();
    }
  } while (performance.now() < until);
  return false;
}
