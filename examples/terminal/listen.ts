/**
 * The address of a terminal.
 *
 * @module
 */
import type { TerminalServer } from "../../src/terminal/mod.ts";

/** Returns a host as it stands in an address. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Listens, or throws an error that says what to do. */
export function listen(
  options: {
    readonly hostname: string;
    readonly port: number;
    readonly reusePort?: boolean;
  },
  fetch: TerminalServer["fetch"],
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...options, onListen() {} }, fetch);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `Cannot listen on ${
        bracketed(options.hostname)
      }:${options.port}: ${why}. Use another --host or --port; port 0 is any free one`,
      { cause },
    );
  }
}
