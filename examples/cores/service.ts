/**
 * What runs on each core in `main.ts`; its handler knows nothing of workers.
 *
 * Permissions: --allow-net=127.0.0.1, as one of the workers of `main.ts`.
 *
 * @module
 */
import { listen, type Listener } from "@troupe/troupe";
import { type Core, CoreTopic } from "@troupe/troupe/cores";

/** Asks a worker for its port, which is the same for all. */
export const port: CoreTopic<void, number> = new CoreTopic("port");
/** Makes a worker exit, as a fault in it might. */
export const fail: CoreTopic<void> = new CoreTopic("fail");

/** What the program gives each worker. */
interface Settings {
  readonly greeting: string;
}

/** Is called once in each worker; what it returns is closed at the end. */
export default function main(core: Core<Settings>): Listener {
  const { greeting } = core.data;
  const listener = listen(core.system, {
    port: 0,
    async serve(connection) {
      for await (const message of connection) {
        const name = new TextDecoder().decode(message);
        const reply = { text: `${greeting}, ${name}`, worker: core.index };
        await connection.send(new TextEncoder().encode(JSON.stringify(reply)));
      }
    },
  });
  core.handle(port, () => listener.address.port);
  core.handle(fail, () => Deno.exit(1));
  return listener;
}
