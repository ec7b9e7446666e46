/**
 * An HTTP service that responds after so many milliseconds, in a process of its
 * own; the argument says how many.
 *
 * @module
 */

import { announce } from "./peer_process.ts";

if (import.meta.main) {
  const delayMs = Number(Deno.args[0]);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async () => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      return Response.json({ id: 7, name: "note", done: true });
    },
  );
  await announce(server.addr.port);
}
