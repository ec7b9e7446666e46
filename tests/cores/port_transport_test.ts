import { assert, assertEquals, assertRejects } from "@std/assert";
import { PortTransport } from "../../src/cores/port_transport.ts";

function pair(): [PortTransport, PortTransport] {
  const { port1, port2 } = new MessageChannel();
  return [new PortTransport(port1), new PortTransport(port2)];
}

Deno.test("bytes between two threads arrive in order, however they are read", async () => {
  const [a, b] = pair();
  const sent = crypto.getRandomValues(new Uint8Array(10_000));
  for (let at = 0; at < sent.length; at += 700) {
    await a.write(sent.subarray(at, at + 700));
  }
  await a.closeWrite();
  const received: number[] = [];
  const buffer = new Uint8Array(333);
  while (true) {
    const count = await b.read(buffer);
    if (count === null) break;
    received.push(...buffer.subarray(0, count));
  }
  assertEquals(new Uint8Array(received), sent);
  // The other direction is still open.
  await b.write(new Uint8Array([1, 2]));
  assertEquals(await a.read(buffer), 2);
  a.close();
  await b.closed;
});

Deno.test("a writer between two threads waits until the reader has read", async () => {
  const [a, b] = pair();
  let written = 0;
  let isWaiting = true;
  const total = 1_000_000;
  const writing = (async () => {
    const bytes = new Uint8Array(100_000);
    while (written < total) {
      written += await a.write(bytes.subarray(0, total - written));
    }
    isWaiting = false;
  })();
  // All messages that are under way have been handled by then.
  for (let turn = 0; turn < 50; turn++) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  assertEquals(written, 262_144);
  assert(isWaiting);
  let read = 0;
  const buffer = new Uint8Array(65_536);
  while (read < total) read += await b.read(buffer) ?? 0;
  await writing;
  a.close();
  await b.closed;
});

Deno.test("what was sent before the end of a transport between threads is read, then null", async () => {
  const [a, b] = pair();
  await a.write(new Uint8Array([1, 2, 3]));
  a.close();
  await b.closed;
  const buffer = new Uint8Array(2);
  assertEquals(await b.read(buffer), 2);
  assertEquals(await b.read(buffer), 1);
  assertEquals(await b.read(buffer), null);
  await assertRejects(() => b.write(buffer), Deno.errors.BrokenPipe);
  await assertRejects(() => a.read(buffer), Deno.errors.BadResource);
  a.close();
});

Deno.test("what waits between two threads ends when the other thread is gone", async () => {
  const [a, b] = pair();
  const reading = assertRejects(
    () => a.read(new Uint8Array(1)),
    Deno.errors.BadResource,
  );
  a.abandon();
  await reading;
  b.close();
});
