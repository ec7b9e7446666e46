// A program with a service on two workers, which shuts down at a signal.
import { ActorSystem, ConnectionPool } from "../../../mod.ts";
import { cores } from "../../../src/cores/mod.ts";
import { address } from "./topics.ts";

await using system = new ActorSystem();
const service = await cores(system, new URL("./echo.ts", import.meta.url), {
  count: 2,
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => void service.close());
}
const to = await service.ask(0, address, undefined);
await using pool = new ConnectionPool(system);
const connection = await pool.connect(to);
await connection.send(new Uint8Array([7]));
console.log(`echoed ${(await connection.receive())?.[1]}`);
await service.closed;
console.log("closed in order");
