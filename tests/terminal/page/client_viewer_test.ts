// What a client has to do with other viewers, hidden pages and snapshots.
import { assertEquals } from "@std/assert";
import { utf8 } from "../../support/bytes.ts";
import { ClientHarness } from "./client_harness.ts";

Deno.test("a client makes its size that of the session on demand", () => {
  const page = new ClientHarness();
  page.client.resize(120, 40);
  const socket = page.attach();
  page.client.useSize();
  assertEquals(socket.sent("use_size").length, 1);
  assertEquals(socket.up.map(({ type }) => type).slice(-2), [
    "resize",
    "use_size",
  ]);
});

Deno.test("a client that is hidden says so, also over its next socket", () => {
  const page = new ClientHarness();
  page.client.setHidden(true);
  const socket = page.attach();
  assertEquals(socket.sent("visibility").map(({ hidden }) => hidden), [true]);
  socket.deliver({ type: "output", offset: 0, bytes: utf8("unseen") });
  page.parse();
  page.client.setHidden(true);
  page.client.setHidden(false);
  assertEquals(socket.sent("visibility").map(({ hidden }) => hidden), [
    true,
    false,
  ]);
  // At once: the server waits for it.
  assertEquals(socket.sent("ack"), [{ type: "ack", offset: 6 }]);
});

Deno.test("a snapshot resets the screen, and none of its queries is answered", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "output", offset: 0, bytes: utf8("old") });
  socket.deliver({
    type: "snapshot",
    offset: 500,
    bytes: utf8("screen\x1b[c"),
  });
  socket.deliver({ type: "output", offset: 500, bytes: utf8("\x1b[6n") });
  page.parse();
  const text = new TextDecoder();
  assertEquals(
    page.parsed.map(({ bytes, replies }) => [text.decode(bytes), replies]),
    [["old", true], ["\x1bc", true], ["screen\x1b[c", false], [
      "\x1b[6n",
      true,
    ]],
  );
  page.clock.advance(100);
  assertEquals(socket.sent("ack").at(-1)?.offset, 504);
});

Deno.test("after a restart of the server, the page says what is gone", async () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "hello", serverId: "first" });
  page.client.type(utf8("ls\r"));
  socket.events.closed(1006);
  page.status = 410;
  page.clock.advance(10_000);
  assertEquals(page.paths.at(-1)?.includes("server=first"), true);
  page.socket.events.closed(1006);
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(page.state, {
    phase: "failed",
    text:
      "The server was restarted: the session and its program are gone. 3 bytes that you typed were lost",
  });
});
