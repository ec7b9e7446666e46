import { assertEquals } from "@std/assert";
import { PortSocket } from "../../../src/terminal/threads/port_socket.ts";
import {
  costOf,
  type FromAcceptor,
  type FromSession,
  GRANT_BYTES,
} from "../../../src/terminal/threads/socket_messages.ts";
import { Happenings } from "../../support/happenings.ts";

/** A socket, and the other end of its port. */
class Ends implements Disposable {
  readonly socket: PortSocket;
  readonly arrived: Happenings<FromSession> = new Happenings();
  /** What happens to the socket. */
  readonly seen: Happenings<string> = new Happenings();
  readonly #port: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port2;
    port2.onmessage = ({ data }) => this.arrived.push(data);
    this.socket = new PortSocket(port1);
    this.socket.onopen = () => this.seen.push("open");
    this.socket.onclose = () => this.seen.push("close");
    this.socket.onmessage = ({ data }) =>
      this.seen.push(data === "" ? "text" : `${data.byteLength} bytes`);
  }

  say(message: FromAcceptor): void {
    this.#port.postMessage(message);
  }

  [Symbol.dispose](): void {
    this.socket.abandon();
    this.#port.close();
  }
}

Deno.test("frames for a socket of another thread count until that has them", async () => {
  using ends = new Ends();
  const { socket, arrived, seen } = ends;
  socket.send(new Uint8Array(10));
  assertEquals([socket.readyState, socket.bufferedAmount], [0, 0]);
  ends.say("open");
  assertEquals(await seen.next(), "open");
  // A view of more memory, which is used again.
  const memory = new Uint8Array(100_000).fill(1);
  for (const size of [10, 100_000]) {
    socket.send(memory.subarray(0, size));
    assertEquals(memory[0], 1);
    const frame = await arrived.next();
    assertEquals(frame, new Uint8Array(size).fill(1));
    assertEquals(frame instanceof Uint8Array && frame.buffer.byteLength, size);
  }
  assertEquals(socket.bufferedAmount, 100_010);
  ends.say(100_000);
  ends.say(new ArrayBuffer(1));
  assertEquals(await seen.next(), "1 bytes");
  assertEquals(socket.bufferedAmount, 10);
});

Deno.test("what a socket of another thread was sent is reported when it was heard", async () => {
  using ends = new Ends();
  const { arrived, seen } = ends;
  const size = GRANT_BYTES / 2;
  ends.say("open");
  ends.say("");
  for (let i = 0; i < 2; i++) ends.say(new ArrayBuffer(size));
  assertEquals(await arrived.next(), 2 * costOf(new ArrayBuffer(size)) + 32);
  assertEquals(
    [await seen.next(), await seen.next(), await seen.next()],
    ["open", "text", `${size} bytes`],
  );
});

Deno.test("a socket of another thread is closed with a code and a reason, once", async () => {
  using ends = new Ends();
  const { socket, arrived, seen } = ends;
  ends.say("open");
  assertEquals(await seen.next(), "open");
  socket.close(4003, "You may not");
  socket.close(4001, "again");
  socket.send(new Uint8Array(1));
  assertEquals(await arrived.next(), { code: 4003, reason: "You may not" });
  assertEquals(socket.readyState, WebSocket.CLOSING);
  ends.say("closed");
  assertEquals(await seen.next(), "close");
  await socket.closed;
  socket.abandon();
  assertEquals([socket.readyState, seen.untaken], [WebSocket.CLOSED, 0]);
  assertEquals(arrived.untaken, 0);
});
