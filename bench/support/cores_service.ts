/**
 * What runs on each core in the comparisons of `cores`, and, without workers, in
 * the plain program: a service that works for a while on each message.
 *
 * @module
 */

import type { Core } from "../../src/cores/mod.ts";
import { CoreTopic } from "../../src/cores/mod.ts";
import {
  type ActorSystem,
  listen,
  type Listener,
  type LogicalConnection,
} from "../../mod.ts";

/** What the service does, and for how long with each message. */
export interface CoresWork {
  readonly kind: "echo" | "http";
  readonly workMicros: number;
}

/** Asks a worker for its port. */
export const workerPort: CoreTopic<void, number> = new CoreTopic("port");

/** Keeps the processor busy, as a handler does that computes. */
function work(micros: number): void {
  const end = performance.now() + micros / 1000;
  while (performance.now() < end);
}

/** Listens on any port, in whichever thread. */
export function listenFor(
  system: ActorSystem,
  workMicros: number,
): Listener {
  return listen(system, {
    port: 0,
    async serve(connection: LogicalConnection) {
      for await (const message of connection) {
        if (workMicros > 0) work(workMicros);
        await connection.send(message);
      }
    },
  });
}

/** Serves HTTP with options that say where. */
function serveHttp(
  options: Deno.ServeTcpOptions,
  workMicros: number,
): Deno.HttpServer<Deno.NetAddr> {
  const onListen = (): void => {};
  return Deno.serve({ ...options, onListen }, () => {
    work(workMicros);
    return new Response("hello");
  });
}

export default function main(
  core: Core<CoresWork>,
): Listener | Deno.HttpServer<Deno.NetAddr> {
  const { kind, workMicros } = core.data;
  if (kind === "http") {
    const server = serveHttp(
      core.sharePort({ hostname: "127.0.0.1" }),
      workMicros,
    );
    core.handle(workerPort, () => server.addr.port);
    return server;
  }
  const listener = listenFor(core.system, workMicros);
  core.handle(workerPort, () => listener.address.port);
  return listener;
}
