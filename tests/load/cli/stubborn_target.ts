/**
 * A service that does not end on SIGTERM, and is connected to a port
 * for as long as it lives.
 *
 * @module
 */
const connection = await Deno.connect({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
});
Deno.addSignalListener("SIGINT", () => {});
Deno.addSignalListener("SIGTERM", () => {});
console.log("listening on 1");
await connection.read(new Uint8Array(1));
