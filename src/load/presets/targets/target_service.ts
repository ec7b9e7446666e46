/**
 * The services that ready scenarios are run against, as their program starts
 * them.
 *
 * @module
 */

/** A service that runs, on loopback. Disposing ends it, whoever uses it. */
export interface TargetService extends AsyncDisposable {
  /** What scenarios know of it, such as its port, by their names. */
  readonly outputs: { readonly [name: string]: string | number };
}

/** Where services listen: nobody else on the network can use them. */
export const LOOPBACK = "127.0.0.1";

/** The most connections or subscribers of one service. */
export const MAX_CLIENTS = 20_000;

/**
 * Serves HTTP on a free port of loopback.
 *
 * @param name What the port is told as.
 * @param end Ends what is behind it; what clients still wait for is cut off.
 */
export function serveHttp(
  name: string,
  handler: Deno.ServeHandler<Deno.NetAddr>,
  end: () => void | Promise<void> = () => {},
): TargetService {
  const closing = new AbortController();
  const server = Deno.serve({
    hostname: LOOPBACK,
    port: 0,
    signal: closing.signal,
    onListen() {},
  }, handler);
  return {
    outputs: { [name]: server.addr.port },
    async [Symbol.asyncDispose]() {
      await end();
      closing.abort();
      await server.finished;
    },
  };
}
