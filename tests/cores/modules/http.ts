// HTTP on each worker, on a port that they share.
import type { Core } from "../../../src/cores/core.ts";
import { address } from "./topics.ts";

export default function main(core: Core): AsyncDisposable {
  const options = core.sharePort({ hostname: "127.0.0.1", onListen() {} });
  const server = Deno.serve(
    options,
    () => new Response(`worker ${core.index}`),
  );
  core.handle(address, () => ({
    hostname: options.hostname,
    port: options.port,
  }));
  return server;
}
