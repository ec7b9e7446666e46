// A service that replies with the index of its worker and what it was sent.
import type { Core } from "../../../src/cores/core.ts";
import { listen, type Listener } from "../../../src/tcp/listener.ts";
import type { TlsServerOptions } from "../../../src/tcp/tls_options.ts";
import { address, end } from "./topics.ts";

export default function main(core: Core<TlsServerOptions>): Listener {
  const tls = core.data;
  const listener = listen(core.system, {
    port: 0,
    // With certificates of clients, a session belongs to one of them.
    ...tls === undefined ? {} : {
      tls,
      authenticate: ({ certificate }) => certificate?.subject,
    },
    async serve(connection) {
      for await (const message of connection) {
        await connection.send(new Uint8Array([core.index, ...message]));
      }
    },
  });
  core.handle(address, () => listener.address);
  core.handle(end, (how) => {
    if (how === "exit") Deno.exit(1);
  });
  return listener;
}
