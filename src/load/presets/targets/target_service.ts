/**
 * The services of presets, as their program starts them.
 *
 * @module
 */

/** A service that runs on loopback. Disposing ends it, whoever uses it. */
export interface TargetService extends AsyncDisposable {
  /** What the service reports to scenarios, such as its port, by name. */
  readonly outputs: { readonly [name: string]: string | number };
}

/** The address of all services: no other host can use them. */
export const LOOPBACK = "127.0.0.1";

/** The most connections or subscribers of one service. */
export const MAX_CLIENTS = 20_000;

/**
 * Serves HTTP on a free port of loopback.
 *
 * @param name The name of the output that has the port.
 * @param end Ends what is behind the server; open requests are aborted then.
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
