/**
 * Bytes that are read without the borders of messages, into a buffer of the
 * reader's or not.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { DataFlag, FRAME_COST } from "../../../src/session/wire/protocol.ts";
import { isPending, setup } from "./inbox_fixtures.ts";
import { concat, pattern } from "./support.ts";

const { END, FIN } = DataFlag;

Deno.test("bytes that arrive go straight into the buffer of whoever waits, and the rest waits", async () => {
  const { inbox, frame } = setup();
  const buffer = new Uint8Array(10);
  const view = buffer.subarray(2, 6);
  const read = inbox.readInto(view);
  assert(await isPending(read));
  frame(END, pattern(7));
  const bytes = await read;
  assertEquals(bytes, pattern(7).subarray(0, 4));
  assertStrictEquals(bytes?.buffer, buffer.buffer);
  assertEquals(bytes?.byteOffset, 2);
  assertEquals(buffer.subarray(6), new Uint8Array(4));
  // A read of messages gets what is left of this one.
  assertEquals(await inbox.receive(), pattern(7).subarray(4));
});

Deno.test("a buffer gets as much as waits and it has room for", async () => {
  const { inbox, frame } = setup();
  frame(0, pattern(3));
  frame(END);
  frame(END, pattern(5));
  frame(END, pattern(3000));
  const all = concat([pattern(3), pattern(5), pattern(3000)]);
  assertEquals(await inbox.readInto(new Uint8Array(6)), all.subarray(0, 6));
  assertEquals(
    await inbox.readInto(new Uint8Array(1000)),
    all.subarray(6, 1006),
  );
  frame(FIN);
  assertEquals(await inbox.readInto(new Uint8Array(9000)), all.subarray(1006));
  assert(inbox.drained);
  assertEquals(await inbox.readInto(new Uint8Array(1)), undefined);
});

Deno.test("what a receive() had assembled before it was cancelled comes first", async () => {
  const { inbox, frame } = setup();
  const given = new AbortController();
  const receiving = inbox.receive({ signal: given.signal }).catch(() => {});
  frame(0, pattern(10));
  given.abort();
  await receiving;
  frame(END, pattern(4));
  const all = concat([pattern(10), pattern(4)]);
  assertEquals(await inbox.readInto(new Uint8Array(7)), all.subarray(0, 7));
  assert(!inbox.drained);
  assertEquals(await inbox.readInto(new Uint8Array(7)), all.subarray(7, 10));
  assertEquals(await inbox.readInto(new Uint8Array(7)), all.subarray(10));
});

Deno.test("however frames are cut by their readers, every byte comes once, and every frame is paid for once", async () => {
  const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(5000)), { maxLength: 30 });
  const rooms = fc.array(fc.integer({ min: 0, max: 6000 }), { minLength: 1 });
  await fc.assert(fc.asyncProperty(
    sizes,
    rooms,
    fc.array(fc.boolean(), { minLength: 1 }),
    async (sizes, rooms, early) => {
      const windowBytes = 1_000_000;
      const { inbox, frame, grants } = setup({
        windowBytes,
        maxWindowBytes: windowBytes,
      });
      const sent = sizes.map((size) => pattern(size));
      const all = concat(sent);
      const got: Uint8Array[] = [];
      let length = 0;
      let next = 0;
      const deliver = (): void => frame(END, sent[next++]);
      for (let reads = 0; length < all.length; reads++) {
        if (early[reads % early.length] && next < sent.length) deliver();
        const room = rooms[reads % rooms.length] ?? 0;
        // No room: without a buffer.
        const reading = room === 0
          ? inbox.read()
          : inbox.readInto(new Uint8Array(room));
        while (await isPending(reading)) deliver();
        const bytes = await reading;
        assert(bytes !== undefined);
        got.push(bytes);
        length += bytes.length;
      }
      assertEquals(concat(got), all);
      while (next < sent.length) deliver();
      // What was not granted yet is less than half a window.
      const cost = all.length + sent.length * FRAME_COST;
      const granted = (grants.at(-1) ?? windowBytes) - windowBytes;
      assert(granted <= cost, `granted ${granted} for ${cost}`);
      assert(granted > cost - windowBytes / 2, `granted ${granted} of ${cost}`);
    },
  ));
});
