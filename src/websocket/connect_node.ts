/**
 * Connecting to an ordinary listener over TCP from Node, which has no `Deno`.
 *
 * @module
 */
import type { Socket } from "node:net";
import {
  checkObject,
  checkOptionNames,
  checkPeerAddress,
  type OptionNames,
  reasonOf,
} from "../checks/internal.ts";
import { formatAddress } from "../session/internal.ts";
import { type Address, ConnectError, type Transport } from "../session/mod.ts";
import { NodeTransport } from "./node_transport.ts";
import {
  CLIENT_OPTION_NAMES,
  type SessionClient,
  type SessionClientOptions,
  startClient,
} from "./session_client.ts";

/** Options of {@linkcode connectNode}. */
export type ConnectNodeOptions = SessionClientOptions;

const NAMES: OptionNames<ConnectNodeOptions> = CLIENT_OPTION_NAMES;

/** What is used of `node:net`. */
type NodeNet = typeof import("node:net");

/**
 * Returns the dialling end of a session over TCP, for a listener that `listen`
 * of `./tcp` has started, by `node:net`: for Node from 20.16 on, which has no
 * `WebSocket`. Otherwise it is what {@linkcode connectWeb} returns; a program on
 * Deno has `ConnectionPool`.
 *
 * @param address Where the listener is.
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an address or an option of the wrong type, or where
 * there is no `node:net`, as in a browser.
 * @throws {RangeError} for a port or an option that is out of its range.
 *
 * @example
 * ```ts
 * import { ActorSystem, listen } from "@troupe/troupe";
 * import { connectNode } from "@troupe/troupe/websocket";
 *
 * await using system = new ActorSystem();
 * await using listener = listen(system, {
 *   port: 0,
 *   async serve(connection) {
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * await using client = connectNode(listener.address);
 * await using connection = await client.connect();
 * await connection.send(new TextEncoder().encode("hello"));
 * const echo = await connection.receive();
 * console.assert(new TextDecoder().decode(echo) === "hello");
 * ```
 */
export function connectNode(
  address: Address,
  options: ConnectNodeOptions = {},
): SessionClient {
  checkObject("the address", address, "{ hostname, port }");
  checkPeerAddress(address);
  checkOptionNames("connectNode()", options, NAMES);
  const { hostname = "127.0.0.1", port } = address;
  const net = nodeNet();
  const target = { hostname, port };
  return startClient(
    target,
    options,
    (signal) => dialNode(net, target, signal),
  );
}

/** Taken when it is needed: a browser that imported it would find none. */
function nodeNet(): NodeNet {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => NodeNet | undefined };
  };
  const net = process?.getBuiltinModule?.("node:net");
  if (net !== undefined) return net;
  throw new TypeError(
    "Cannot use connectNode(): it is not Node from 20.16 on, use connectWeb()",
  );
}

async function dialNode(
  net: NodeNet,
  address: Required<Address>,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  const socket = net.connect({
    host: address.hostname,
    port: address.port,
    // Each direction ends on its own.
    allowHalfOpen: true,
  });
  try {
    await connected(socket, signal);
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    throw new ConnectError(
      `Cannot connect to ${formatAddress(address)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
  return new NodeTransport(socket);
}

function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const done = (): void => {
      signal.removeEventListener("abort", abort);
      socket.off("error", failed);
    };
    const failed = (error: Error): void => {
      done();
      reject(error);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", failed);
    socket.once("connect", () => {
      done();
      resolve();
    });
  });
}
