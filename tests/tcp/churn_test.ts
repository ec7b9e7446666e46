import { assertEquals } from "@std/assert";
import { ConnectionRefusedError } from "../../src/session/errors.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";

/** Over what a peer may do at once if it were a flood. */
const OFTEN = 12_000;
const WORKERS = 50;

/** Does something often, several times at once. */
async function often(work: () => Promise<void>): Promise<void> {
  let left = OFTEN;
  await Promise.all(Array.from({ length: WORKERS }, async () => {
    while (left-- > 0) await work();
  }));
}

Deno.test(
  "opening and closing as fast as one can is no flood",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    await often(async () => {
      await using connection = await net.connect();
      await roundTrip(connection);
    });
    assertEquals(net.pool.stats().dials, 1);
  },
);

Deno.test(
  "refusing as fast as one is asked is no flood",
  bounded,
  async () => {
    await using net = new Net({ listen: { accept: () => "busy" } });
    let refused = 0;
    await often(async () => {
      const connection = await net.connect();
      await connection.accepted.catch((error) => {
        if (error instanceof ConnectionRefusedError) refused++;
      });
    });
    assertEquals([refused, net.pool.stats().dials], [OFTEN, 1]);
  },
);

Deno.test(
  "many who wait for a place have it one after another",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxStreams: 2 } });
    await Promise.all(Array.from({ length: 500 }, async () => {
      await using connection = await net.connect();
      await roundTrip(connection);
    }));
    assertEquals(net.pool.stats().leases, 0);
  },
);
