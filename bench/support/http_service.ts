/**
 * An HTTP service that answers with a small object, in a process of its own.
 *
 * @module
 */

import { announce } from "./peer_process.ts";

if (import.meta.main) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json({ id: 7, name: "note", done: true }),
  );
  await announce(server.addr.port);
}
