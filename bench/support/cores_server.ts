/**
 * A service on so many workers, in a process of its own; on none, it is the
 * plain program. Its arguments are the number, the kind of service and the
 * microseconds of work a message. See {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem } from "../../mod.ts";
import { cores } from "../../src/cores/mod.ts";
import { type CoresWork, listenFor, workerPort } from "./cores_service.ts";
import { announce } from "./peer_process.ts";

const [workers, kind, workMicros] = Deno.args;
const count = Number(workers);
const data: CoresWork = {
  kind: kind === "http" ? "http" : "echo",
  workMicros: Number(workMicros),
};
const system = new ActorSystem();
if (count === 0) {
  const listener = listenFor(system, data.workMicros);
  await announce(listener.address.port, () => system.shutdown());
} else {
  const service = await cores(
    system,
    new URL("./cores_service.ts", import.meta.url),
    { count, data },
  );
  const port = await service.ask(0, workerPort, undefined);
  await announce(port, () => system.shutdown());
}
