// The client of the page while the server is out of reach, or the page is in the
// background.
import { assert, assertEquals } from "@std/assert";
import type { Clock, Timer } from "../../../src/actor/clock.ts";
import { TerminalClient } from "../../../src/terminal/page/client.ts";
import type { ClientFrame } from "../../../src/terminal/attach/protocol.ts";
import { utf8 } from "../../support/bytes.ts";
import { ClientHarness, FakeSocket } from "./client_harness.ts";

Deno.test("Ctrl-C that is typed without a socket is sent after the input before it", () => {
  const page = new ClientHarness();
  page.attach().events.closed(1006);
  page.client.type(utf8("sleep 99\r"));
  page.client.type(new Uint8Array([3]));
  page.clock.advance(500);
  page.socket.accept();
  assertEquals(
    page.socket.sent("input").map(({ bytes }) => bytes),
    [utf8("sleep 99\r"), new Uint8Array([3])],
  );
  assertEquals(page.notices, []);
});

/** Browsers wake pages in the background once a minute, whatever they ask for. */
class BackgroundClock implements Clock {
  readonly #timers = new Set<() => void>();
  #minutes = 0;

  now(): number {
    return this.#minutes * 60_000;
  }

  schedule(_delayMs: number, callback: () => void): Timer {
    this.#timers.add(callback);
    const cancel = () => void this.#timers.delete(callback);
    return { cancel, ref() {}, unref() {} };
  }

  minute(): void {
    this.#minutes++;
    for (const callback of [...this.#timers]) {
      if (this.#timers.delete(callback)) callback();
    }
  }
}

Deno.test("a page in the background keeps a socket that replies, and no other", () => {
  const clock = new BackgroundClock();
  const sockets: FakeSocket[] = [];
  const client = new TerminalClient({
    sessionId: "session",
    clientId: "client",
    screen: { write: (_bytes, parsed) => parsed(), resize() {} },
    connect(_path, events) {
      const socket = new FakeSocket(events, undefined);
      sockets.push(socket);
      return socket;
    },
    status: () => Promise.resolve(200),
    changed: () => {},
    latency: () => {},
    notice: () => {},
    clock,
    random: () => 0,
  });
  client.attach();
  const [socket] = sockets;
  assert(socket !== undefined);
  socket.accept();
  for (let i = 1; i <= 3; i++) {
    clock.minute();
    assertEquals(socket.sent("ping").length, i);
    socket.deliver({ type: "pong", id: i });
  }
  clock.minute();
  assert(!socket.isClosed);
  clock.minute();
  assert(socket.isClosed);
});

Deno.test("after missing output, the client changes the size and changes it back, so that programs redraw", () => {
  const page = new ClientHarness();
  page.client.resize(80, 24);
  const socket = page.attach();
  socket.up.length = 0;
  socket.deliver({ type: "output", offset: 100, bytes: utf8("kept") });
  const sizes: ClientFrame[] = [
    { type: "resize", columns: 80, rows: 23 },
    { type: "resize", columns: 80, rows: 24 },
  ];
  assertEquals(socket.up, sizes);
  socket.deliver({ type: "output", offset: 104, bytes: utf8("more") });
  socket.deliver({ type: "gap", from: 108, to: 200 });
  assertEquals(socket.up, [...sizes, ...sizes]);
});

Deno.test("a read-only viewer changes no size after missing output", () => {
  const page = new ClientHarness();
  page.client.resize(80, 24);
  const socket = page.attach("view");
  socket.deliver({ type: "output", offset: 100, bytes: utf8("kept") });
  assertEquals(socket.up, []);
});
