/**
 * Connecting to sessions over a WebSocket, from a browser or from anywhere else
 * that has one.
 *
 * @module
 */
import {
  checkFunction,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import { dialWebSocket } from "./dial_web_socket.ts";
import {
  CLIENT_OPTION_NAMES,
  type SessionClient,
  type SessionClientOptions,
  startClient,
} from "./session_client.ts";

/** Options of {@linkcode connectWeb}. */
export interface ConnectWebOptions extends SessionClientOptions {
  /**
   * Opens a WebSocket, which may have headers where the platform allows that.
   * @default {(url) => new WebSocket(url)}
   */
  readonly open?: (url: string) => WebSocket;
}

const NAMES: OptionNames<ConnectWebOptions> = {
  ...CLIENT_OPTION_NAMES,
  open: true,
};

const PROTOCOLS: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
};

/**
 * Returns the dialling end of a session over WebSockets, for a server that
 * `serveSessions` runs. Nothing is dialled before the first `connect`. A
 * WebSocket that is lost is replaced, with back-off, and nothing is lost with
 * it for `resumeMs`.
 *
 * @param url The address of the server, with `ws`, `wss`, `http` or `https`; a
 * page may give it relative to its own. It has no secrets: who connects is
 * told by the cookies of the page, or by `credentials`.
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an address or an option that cannot be used.
 * @throws {RangeError} for an option that is out of its range.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { connectWeb, serveSessions } from "@troupe/troupe/websocket";
 *
 * await using system = new ActorSystem();
 * await using sessions = serveSessions(system, {
 *   withoutOrigin: "accept",
 *   async serve(connection) {
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * const server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen() {} },
 *   sessions.fetch,
 * );
 *
 * const client = connectWeb(`http://127.0.0.1:${server.addr.port}`);
 * const connection = await client.connect();
 * await connection.send(new TextEncoder().encode("hello"));
 * const echo = await connection.receive();
 * console.assert(new TextDecoder().decode(echo) === "hello");
 *
 * await client.close();
 * await sessions.close();
 * await server.shutdown();
 * ```
 */
export function connectWeb(
  url: string | URL,
  options: ConnectWebOptions = {},
): SessionClient {
  const target = resolveUrl(url);
  checkOptionNames("connectWeb()", options, NAMES);
  const { open = (url) => new WebSocket(url) } = options;
  checkFunction("open", open);
  const { hostname, port, protocol, href } = target;
  const address = {
    hostname,
    port: Number(port) || (protocol === "wss:" ? 443 : 80),
  };
  return startClient(
    address,
    options,
    (signal) => dialWebSocket(href, open, signal),
  );
}

function resolveUrl(url: string | URL): URL {
  const isText = typeof url === "string" || url instanceof URL;
  // A page has an address, and nobody else.
  const target = isText ? parse(`${url}`, globalThis.location?.href) : null;
  const protocol = target && PROTOCOLS[target.protocol];
  const isPlain = target !== null && target.hash === "" &&
    target.username === "" && target.password === "";
  if (!protocol || !isPlain) {
    // It may hold what is not for a log.
    const what = isText ? "not one" : shown(url);
    throw new TypeError(
      `Cannot use url: it is ${what}, it must be an address such as wss://example.com/sessions/, without user, password and #`,
    );
  }
  target.protocol = protocol;
  return target;
}

function parse(url: string, base: string | undefined): URL | null {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}
