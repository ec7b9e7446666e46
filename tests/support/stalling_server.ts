/**
 * A TCP server in a process of its own, which sends back what comes. It can
 * stall as one that collects garbage: `stalling_server.ts EVERY_MS STALL_MS`.
 *
 * @module
 */
if (import.meta.main) {
  const [everyMs = 0, stallMs = 0] = Deno.args.map(Number);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(`listening on port ${listener.addr.port}`);
  if (everyMs > 0) {
    const nobody = new Int32Array(new SharedArrayBuffer(4));
    setInterval(() => Atomics.wait(nobody, 0, 0, stallMs), everyMs);
  }
  for await (const connection of listener) {
    connection.readable.pipeTo(connection.writable).catch(() => {});
  }
}
