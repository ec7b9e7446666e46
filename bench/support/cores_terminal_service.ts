/**
 * The web terminal that runs in each worker, on a port of its own.
 *
 * @module
 */

import { type Core, CoreTopic } from "../../src/cores/mod.ts";
import { serveProgram } from "./troupe_terminal.ts";

/** Asks a worker for its port. */
export const workerPort: CoreTopic<void, number> = new CoreTopic("port");

export default function main(core: Core): AsyncDisposable {
  const served = serveProgram(core.system, "echo");
  core.handle(workerPort, () => served.port);
  return served;
}
