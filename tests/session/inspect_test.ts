import { assert, assertEquals } from "@std/assert";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { waitsFor } from "../../src/session/inspect_session.ts";

const FACTS = {
  isAccepted: true,
  sends: 0,
  hasRoom: true,
  unreadBytes: 0,
  peersCredit: 1000,
};

Deno.test("a stream waits for the one who holds it up", () => {
  const waits = (facts: Partial<typeof FACTS>) =>
    waitsFor({ ...FACTS, ...facts });
  assertEquals(waits({}), undefined);
  assertEquals(waits({ sends: 1 }), "credit");
  assertEquals(waits({ sends: 1, isAccepted: false }), "accept");
  assertEquals(waits({ sends: 1, hasRoom: false }), "socket");
  assertEquals(waits({ unreadBytes: 9 }), undefined);
  assertEquals(waits({ unreadBytes: 9, peersCredit: -1 }), "reader");
});

Deno.test(
  "listeners and pools show their sessions, and who waits for whom",
  bounded,
  async () => {
    const read = Promise.withResolvers<void>();
    await using net = new Net({
      async serve(connection, context) {
        if (connection.id !== "unread") return await echo(connection, context);
        await read.promise;
        for await (const _ of connection);
      },
    });
    assertEquals([...net.pool.inspect()], []);
    const lively = await net.connect({ id: "lively", priority: "high" });
    const unread = await net.connect({ id: "unread" });
    const sending = unread.send(new Uint8Array(8_388_608));
    const after = unread.send(new Uint8Array(10));
    // What could be sent was sent: the other side has replied after it.
    for (let i = 0; i < 50; i++) await roundTrip(lively, `Message ${i}`);

    const [ours] = net.pool.inspect();
    const [theirs] = net.listener.inspect();
    assert(ours !== undefined && theirs !== undefined);
    assert(ours.id !== theirs.id);
    assertEquals([ours.side, theirs.side], ["dialler", "listener"]);
    assertEquals([ours.phase, ours.resumes], ["connected", 0]);
    assertEquals(ours.remote.port, net.listener.address.port);
    assert(ours.roundTripMs > 0);
    assert(ours.sentBytes > 65_536 && theirs.receivedBytes > 65_536);
    assertEquals(
      ours.streams.map(({ id, side, priority, waitingSends, waitsFor }) => [
        id,
        side,
        priority,
        waitingSends,
        waitsFor,
      ]),
      [
        ["lively", "ours", "high", 0, undefined],
        ["unread", "ours", "normal", 2, "credit"],
      ],
    );
    const held = theirs.streams.find(({ id }) => id === "unread");
    assertEquals([held?.side, held?.waitsFor], ["theirs", "reader"]);
    assertEquals(held?.isReading, false);
    assert((held?.unreadBytes ?? 0) > 65_536);
    read.resolve();
    await sending;
    await after;
    const [freed] = net.pool.inspect();
    assertEquals(freed?.streams[1]?.waitingSends, 0);
    assertEquals(freed?.streams[1]?.waitsFor, undefined);
  },
);
