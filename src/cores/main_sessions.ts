/**
 * The sessions of workers with the main thread, on both sides.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import type { Connector, SessionOptions } from "../session/mod.ts";
import {
  ConnectionPool,
  listen,
  type Listener,
  type ListenOptions,
} from "../tcp/mod.ts";
import {
  MAIN_THREAD,
  MainThreadDialler,
  type WorkerPorts,
} from "./port_network.ts";

/** A port ends with its worker: there is no other socket to wait for. */
const SESSION: SessionOptions = {
  resumeMs: 0,
  keepAliveMs: Infinity,
  maxStreams: 100_000,
};

/** Serves the connections that workers open. */
export function listenToWorkers(
  system: ActorSystem,
  network: WorkerPorts,
  { serve, accept }: Pick<ListenOptions, "serve" | "accept">,
): Listener {
  return listen(system, {
    ...SESSION,
    ...MAIN_THREAD,
    network,
    serve,
    ...accept === undefined ? {} : { accept },
  });
}

/** Returns what opens connections of a worker to the main thread. */
export function connectorToMain(
  system: ActorSystem,
  send: (port: MessagePort) => boolean,
): Connector {
  const network = new MainThreadDialler(send);
  return new ConnectionPool(system, { ...SESSION, network }).peer(MAIN_THREAD);
}
