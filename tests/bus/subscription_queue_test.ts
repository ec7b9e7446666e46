import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  deliveryQueue,
  type QueueEntry,
} from "../../src/bus/delivery/queue.ts";
import type { SubscriptionOverflow } from "../../src/bus/mod.ts";
import { isSlow } from "../support/slow.ts";

interface Entry extends QueueEntry {
  readonly id: number;
}

/** What was offered, in order, and what has become of it: slow and obvious. */
class Model {
  readonly offered: {
    id: number;
    subject: string;
    bytes: number;
    state: "queued" | "beyond" | "dropped" | "read";
  }[] = [];
  /** The ids in the queue, in the order in which they will be read. */
  order: number[] = [];
  /** Dropped ones, that are part of the gap of the message they stand for. */
  hasEnded = false;

  constructor(
    readonly overflow: SubscriptionOverflow,
    readonly maxMessages: number,
    readonly maxBytes: number,
  ) {}

  get #queued() {
    return this.order.map((id) => this.offered[id]!).filter(({ state }) =>
      state === "queued"
    );
  }

  get bytes(): number {
    return this.#queued.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get dropped(): number {
    return this.offered.filter(({ state }) => state === "dropped").length;
  }

  get beyond(): number {
    return this.offered.filter(({ state }) => state === "beyond").length;
  }

  #fits(bytes: number): boolean {
    const queued = this.#queued;
    return queued.length === 0 ||
      (queued.length < this.maxMessages && this.bytes + bytes <= this.maxBytes);
  }

  #drop(id: number): void {
    this.offered[id]!.state = "dropped";
    this.order = this.order.filter((other) => other !== id);
  }

  offer(subject: string, bytes: number): void {
    const id = this.offered.length;
    this.offered.push({ id, subject, bytes, state: "queued" });
    if (this.overflow === "latest") return this.#offerLatest(id, subject);
    if (this.beyond === 0 && this.#fits(bytes)) {
      this.order.push(id);
      return;
    }
    if (this.overflow === "wait") {
      this.offered[id]!.state = "beyond";
      this.order.push(id);
    } else if (this.overflow === "drop_newest") this.#drop(id);
    else if (this.overflow === "disconnect") {
      this.hasEnded = true;
      for (const other of [...this.order, id]) this.#drop(other);
    } else {
      while (!this.#fits(bytes)) this.#drop(this.order[0]!);
      this.order.push(id);
    }
  }

  #offerLatest(id: number, subject: string): void {
    const at = this.order.findIndex((other) =>
      this.offered[other]!.subject === subject
    );
    if (at === -1) this.order.push(id);
    else {
      this.offered[this.order[at]!]!.state = "dropped";
      this.order[at] = id;
    }
    while (
      this.order.length > 1 &&
      (this.order.length > this.maxMessages || this.bytes > this.maxBytes)
    ) {
      if (this.order[0] === id) this.order.push(this.order.shift()!);
      else this.#drop(this.order[0]!);
    }
  }

  shift(): number | undefined {
    const id = this.order.shift();
    if (id === undefined) return undefined;
    this.offered[id]!.state = "read";
    for (const other of this.order) {
      const entry = this.offered[other]!;
      if (entry.state !== "beyond") continue;
      if (!this.#fits(entry.bytes)) break;
      entry.state = "queued";
    }
    return id;
  }

  /** For first-in first-out queues: what was dropped right before a message. */
  gapOf(id: number): number {
    let gap = 0;
    for (let before = id - 1; before >= 0; before--) {
      if (this.offered[before]!.state !== "dropped") break;
      gap++;
    }
    return gap;
  }
}

const policies: readonly SubscriptionOverflow[] = [
  "drop_oldest",
  "drop_newest",
  "latest",
  "wait",
  "disconnect",
];

for (const overflow of policies) {
  Deno.test(`the queue of a subscription does what a slow and obvious model does: ${overflow}`, () => {
    const step = fc.oneof(
      fc.record({
        subject: fc.constantFrom("a", "b", "c", "d"),
        bytes: fc.integer({ min: 0, max: 12 }),
      }),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(step, { maxLength: 80 }),
        (maxMessages, maxBytes, steps) => {
          const model = new Model(overflow, maxMessages, maxBytes);
          const admitted: number[] = [];
          const queue = deliveryQueue<Entry>(
            { overflow, maxMessages, maxBytes },
            ({ id }) => admitted.push(id),
          );
          const waited: number[] = [];
          let read = 0;
          let gaps = 0;
          let id = 0;
          for (const offer of steps) {
            if (model.hasEnded) break;
            if (offer === undefined) {
              const entry = queue.shift();
              assertEquals(entry?.id, model.shift());
              if (entry === undefined) continue;
              read++;
              gaps += queue.gap;
              if (overflow !== "latest") {
                assertEquals(queue.gap, model.gapOf(entry.id));
              }
            } else {
              model.offer(offer.subject, offer.bytes);
              const offered = queue.offer({ ...offer, id: id++, gap: 0 });
              if (offered === "waiting") waited.push(id - 1);
              assertEquals(offered === "refused", model.hasEnded);
            }
            assertEquals(queue.length, model.order.length);
            assertEquals(queue.dropped, model.dropped);
            assertEquals(queue.waiting, model.beyond);
            assertEquals(admitted, waited.slice(0, admitted.length));
            assertEquals(waited.length - admitted.length, model.beyond);
          }
          // Nothing is lost without being counted.
          assertEquals(read + queue.length + queue.dropped, id);
          while (queue.shift() !== undefined) {
            gaps += queue.gap;
          }
          // What was dropped after the last message is in no gap yet.
          if (overflow === "latest" || overflow === "drop_oldest") {
            assertEquals(gaps, queue.dropped);
          } else assert(gaps <= queue.dropped);
        },
      ),
      { numRuns: isSlow ? 20_000 : 300 },
    );
  });
}

Deno.test("a queue that is cleared lets all publishers go on", () => {
  const admitted: number[] = [];
  const queue = deliveryQueue<Entry>(
    { overflow: "wait", maxMessages: 1, maxBytes: 1 },
    ({ id }) => admitted.push(id),
  );
  for (let id = 0; id < 3; id++) {
    queue.offer({ id, subject: "a", bytes: 5, gap: 0 });
  }
  queue.clear();
  assertEquals(admitted, [1, 2]);
  assertEquals(queue.length, 0);
});
