import { assert, assertEquals } from "@std/assert";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";

const LIVELY = 20;
const WAITING_BYTES = 8_388_608;

Deno.test(
  "connections go on while megabytes wait, both ways, for one that nobody reads",
  bounded,
  async () => {
    const message = new Uint8Array(WAITING_BYTES).fill(7);
    const read = Promise.withResolvers<void>();
    await using net = new Net({
      async serve(connection, context) {
        if (connection.id !== "unread") return await echo(connection, context);
        const sending = connection.send(message);
        await read.promise;
        assertEquals(await connection.receive(), message);
        await sending;
      },
    });
    const unread = await net.connect({ id: "unread" });
    let isSent = false;
    const sending = unread.send(message).then(() => isSent = true);
    const lively = await Promise.all(
      Array.from({ length: LIVELY }, () => net.connect()),
    );
    await Promise.all(lively.map(async (connection) => {
      for (let i = 0; i < 200; i++) await roundTrip(connection, `Message ${i}`);
    }));
    assert(!isSent, "nothing waits");
    assertEquals(net.pool.stats().dials, 1);
    // Nothing of it was lost by waiting.
    read.resolve();
    assertEquals(await unread.receive(), message);
    await sending;
    await unread.close();
  },
);
