// What a server keeps of the requests that its clients may still reply to.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { PendingReplies } from "../../src/bus/link/server/pending_replies.ts";
import { BusTimeoutError } from "../../src/bus/mod.ts";
import { Payload } from "../../src/bus/payload.ts";
import { megabytes, settledMemory } from "../support/memory.ts";
import { bounded } from "../support/net.ts";
import { LinkRig } from "./link_rig.ts";

const REPLY = Payload.from(Uint8Array.of(1));

/** A request that has got so many replies. */
class Asked {
  replies = 0;
  readonly #wanted: number;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  get isOver(): boolean {
    return this.replies >= this.#wanted;
  }

  reply(): Promise<void> {
    this.replies++;
    return Promise.resolve();
  }
}

Deno.test("a request can be replied to until it is over, among those that others have replied to", async () => {
  const pending = new PendingReplies();
  const waits = new Asked(3);
  const token = pending.add(waits);
  for (let count = 0; count < 30_000; count++) {
    const answered = pending.add(new Asked(1));
    if (count % 2 === 0) await pending.reply(answered, REPLY);
    // As if another subscription had replied first.
    else pending.add(new Asked(0));
    assert(pending.size <= 20_001, `${pending.size} requests`);
  }
  // Those that wait are as many as may, and the oldest of them went first.
  await pending.reply(token, REPLY);
  assertEquals(waits.replies, 0);

  const few = new PendingReplies();
  const many = new Asked(3);
  const first = few.add(many);
  for (let count = 0; count < 30_000; count++) few.add(new Asked(0));
  assert(few.size <= 130, `${few.size} requests`);
  for (let reply = 0; reply < 5; reply++) await few.reply(first, REPLY);
  assertEquals(many.replies, 3);
});

Deno.test(
  "a server keeps nothing of requests that were replied to, or are over",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { bus } = await rig.connect();
    let isSilent = false;
    const responder = bus.subscribe("ask", {
      handler: (message) => isSilent ? undefined : message.respond("a reply"),
    });
    await responder.ready;
    const value = new Uint8Array(8192);
    const ask = async (count: number): Promise<void> => {
      for (let asked = 0; asked < count; asked++) {
        await rig.bus.request("ask", value);
      }
    };
    await ask(100);
    const before = await settledMemory();
    await ask(1500);
    isSilent = true;
    const over = Array.from({ length: 500 }, () =>
      assertRejects(
        () => rig.bus.request("ask", value, { timeoutMs: 1 }),
        BusTimeoutError,
      ));
    await Promise.all(over);
    isSilent = false;
    await ask(200);
    const { external } = await settledMemory();
    const grown = external - before.external;
    assert(grown < 4_000_000, `${megabytes(grown)} are kept`);
  },
);
