import { assertEquals } from "@std/assert";
import { SocketLimit } from "../../src/session/socket_limit.ts";

/** A `ReplyTo` that counts its replies. */
function counter(): { replies: number; tell(): boolean } {
  return {
    replies: 0,
    tell() {
      this.replies++;
      return true;
    },
  };
}

Deno.test("SocketLimit replies at once while there is room", () => {
  const limit = new SocketLimit(2);
  limit.add();
  const replyTo = counter();
  limit.replyWhenRoom(replyTo);
  assertEquals(replyTo.replies, 1);
});

for (const [maxSockets, most] of [[1, 1], [2, 2], [2.5, 3]] as const) {
  Deno.test(`SocketLimit with a limit of ${maxSockets} withholds its reply at ${most} sockets`, () => {
    const limit = new SocketLimit(maxSockets);
    for (let i = 0; i < most; i++) limit.add();
    const replyTo = counter();
    limit.replyWhenRoom(replyTo);
    assertEquals(replyTo.replies, 0);
    limit.remove();
    assertEquals(replyTo.replies, 1);
    limit.remove();
    assertEquals(replyTo.replies, 1);
  });
}

Deno.test("SocketLimit replies to the last that asked alone", () => {
  const limit = new SocketLimit(1);
  limit.add();
  const [before, after] = [counter(), counter()];
  limit.replyWhenRoom(before);
  limit.replyWhenRoom(after);
  limit.remove();
  assertEquals([before.replies, after.replies], [0, 1]);
});

Deno.test("SocketLimit counts what was accepted and what is open", () => {
  const limit = new SocketLimit(10);
  limit.add();
  limit.add();
  limit.remove();
  assertEquals([limit.accepted, limit.open], [2, 1]);
});

Deno.test("SocketLimit.clear() forgets open sockets and whoever waits, and keeps the total", () => {
  const limit = new SocketLimit(1);
  limit.add();
  const replyTo = counter();
  limit.replyWhenRoom(replyTo);
  limit.clear();
  assertEquals([limit.accepted, limit.open, replyTo.replies], [1, 0, 0]);
});
