import { assert, assertEquals } from "@std/assert";
import { deliveryQueue } from "../../src/bus/delivery/queue.ts";
import { Incoming } from "../../src/bus/delivery/incoming.ts";
import { Payload } from "../../src/bus/payload.ts";

const BLOCK = 32_768;

function entry(view: Uint8Array): Incoming {
  return new Incoming("a", Payload.from(view), { bytes: view.length });
}

/** What the messages of a queue keep alive, each buffer once. */
function keptBytes(views: readonly Uint8Array[]): number {
  const queue = deliveryQueue<Incoming>(
    { maxMessages: 1e6, maxBytes: 1e9, overflow: "drop_oldest" },
    () => {},
  );
  for (const view of views) queue.offer(entry(view));
  const buffers = new Set<ArrayBufferLike>();
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    const { bytes } = one.payload;
    assertEquals(bytes.length, 100);
    buffers.add(bytes.buffer);
  }
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

Deno.test("messages that came together share their buffer while they wait", () => {
  const views = Array.from({ length: 20 }, () => new Uint8Array(BLOCK))
    .flatMap((block) =>
      Array.from(
        { length: 300 },
        (_, index) => block.subarray(index * 100, index * 100 + 100),
      )
    );
  assertEquals(keptBytes(views), 20 * BLOCK);
});

Deno.test("messages that have a large buffer each keep no more than themselves while many wait", () => {
  const views = Array.from(
    { length: 3000 },
    () => new Uint8Array(BLOCK).subarray(0, 100),
  );
  const kept = keptBytes(views);
  assert(kept < 3000 * 100 + 70 * BLOCK, `${kept} bytes are kept`);
});

Deno.test("a queue keeps a bounded multiple of its messages, whatever the buffers are that they come in", () => {
  // Now a part of a buffer that is worth it, now a single message.
  const views = Array.from({ length: 400 }, (_, round) => {
    const block = new Uint8Array(BLOCK);
    return Array.from(
      { length: round % 2 === 0 ? 41 : 1 },
      (_, index) => block.subarray(index * 100, index * 100 + 100),
    );
  }).flat();
  const bytes = views.length * 100;
  const kept = keptBytes(views);
  assert(kept < 16 * bytes + 70 * BLOCK, `${kept} bytes are kept`);
});
