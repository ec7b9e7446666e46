/**
 * Sockets of NATS's client that always have a listener for errors. It takes all
 * of its own off a socket that it is done with, and a server that refuses a
 * client resets it: on Deno that is an error for nobody, which ends the process.
 *
 * @module
 */
import { EventEmitter } from "node:events";
import { setTransportFactory } from "@nats-io/transport-node";
import {
  nodeResolveHost,
  NodeTransport,
} from "@nats-io/transport-node/lib/node_transport.js";

/**
 * Makes the client listen to the sockets that it opens from here on, until
 * `connect()` of the client is called again, which undoes it.
 */
export function listenToSockets(): void {
  setTransportFactory({
    factory: () => listened(new NodeTransport()),
    dnsResolveFn: nodeResolveHost,
  });
}

/** Makes each socket of a transport keep a listener. */
function listened(transport: NodeTransport): NodeTransport {
  let socket: NodeTransport["socket"] | undefined;
  Object.defineProperty(transport, "socket", {
    get: () => socket,
    set(opened: NodeTransport["socket"] | undefined) {
      if (opened !== undefined) keepListener(opened);
      socket = opened;
    },
  });
  return transport;
}

function keepListener(socket: EventEmitter): void {
  socket.on("error", ignore);
  // One argument that is `undefined` is another call than none.
  socket.removeAllListeners = (...names) => {
    EventEmitter.prototype.removeAllListeners.apply(socket, names);
    return socket.on("error", ignore);
  };
}

/** The end of the socket, which follows, says enough. */
function ignore(): void {}
