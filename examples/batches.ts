/**
 * A hundred thousand readings one way, sent and received many at a time.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/batches.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem, ConnectionPool, listen } from "@troupe/troupe";

const READINGS = 100_000;

await using system = new ActorSystem();
const total = Promise.withResolvers<string>();

await using listener = listen(system, {
  port: 0,
  async serve(connection) {
    let [count, sum] = [0, 0];
    // `using` gives the memory of a batch back for the next ones: what is to be
    // kept of a message has to be copied before.
    for await (using batch of connection.batches()) {
      for (const { buffer, byteOffset } of batch.messages) {
        sum += new DataView(buffer, byteOffset).getFloat64(0);
        count++;
      }
    }
    total.resolve(`${count} readings, the mean is ${sum / count}`);
  },
});

await using pool = new ConnectionPool(system);
await using connection = await pool.connect(listener.address);

/** Makes all readings in one buffer: each is taken before the next is made. */
function* readings(): Generator<Uint8Array> {
  const bytes = new Uint8Array(8);
  const fields = new DataView(bytes.buffer);
  for (let reading = 1; reading <= READINGS; reading++) {
    fields.setFloat64(0, reading);
    yield bytes;
  }
}

await connection.sendAll(readings());
await connection.closeWrite();
console.log(await total.promise);
