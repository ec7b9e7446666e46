// The decisions of a consumer, against a slow model of what it promises.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ConsumerState } from "../../src/bus/streams/consumer_state.ts";
import type { ConsumerPosition } from "../../src/bus/streams/store.ts";
import { isSlow } from "../support/slow.ts";

const NUM_RUNS = isSlow ? 20_000 : 300;

/** A message as the model knows it: everything is looked for one by one. */
interface Entry {
  readonly sequence: number;
  deliveries: number;
  where: "new" | "out" | "back" | "done" | "dead";
  reader: number;
  /** When it may come again. */
  dueMs: number;
  /** When it came back, as a number that only grows. */
  back: number;
}

/** What a consumer promises, told in the obvious way. */
class Model {
  readonly entries: Entry[] = [];
  #returns = 0;

  constructor(
    readonly ackWaitMs: number,
    readonly maxDeliveries: number,
    readonly maxPendingAcks: number,
    messages: number,
  ) {
    for (let sequence = 1; sequence <= messages; sequence++) {
      this.entries.push({
        sequence,
        deliveries: 0,
        where: "new",
        reader: 0,
        dueMs: 0,
        back: 0,
      });
    }
  }

  get pending(): number {
    return this.entries.filter(({ where }) =>
      where !== "new" && where !== "done"
    )
      .length;
  }

  get floor(): number {
    const first = this.entries.find(({ where }) => where !== "done");
    return (first?.sequence ?? this.entries.length + 1) - 1;
  }

  /** Which message comes next, at a time. */
  next(nowMs: number): Entry | undefined {
    const back = this.entries.filter(({ where, dueMs }) =>
      where === "back" && dueMs <= nowMs
    ).toSorted((one, other) => one.back - other.back);
    if (back.length > 0) return back[0];
    if (this.pending >= this.maxPendingAcks) return undefined;
    return this.entries.find(({ where }) => where === "new");
  }

  deliver(entry: Entry, reader: number, nowMs: number): void {
    entry.where = "out";
    entry.deliveries++;
    entry.reader = reader;
    entry.dueMs = nowMs + this.ackWaitMs;
  }

  giveBack(entry: Entry, dueMs: number): void {
    entry.where = entry.deliveries >= this.maxDeliveries ? "dead" : "back";
    entry.dueMs = dueMs;
    entry.back = ++this.#returns;
  }

  /** What is due comes back: by its time, and then by when it was delayed. */
  pass(nowMs: number): void {
    const overdue = this.entries.filter(({ where, dueMs }) =>
      where === "out" && dueMs <= nowMs
    ).toSorted((one, other) => one.dueMs - other.dueMs);
    for (const entry of overdue) this.giveBack(entry, 0);
    const delayed = this.entries.filter(({ where, dueMs }) =>
      where === "back" && dueMs > 0 && dueMs <= nowMs
    ).toSorted((one, other) => one.back - other.back);
    for (const entry of delayed) this.giveBack(entry, 0);
  }
}

const step = fc.oneof(
  fc.record({ type: fc.constant("take"), reader: fc.nat(2) }),
  fc.record({ type: fc.constant("ack"), at: fc.nat(20), off: fc.nat(9) }),
  fc.record({
    type: fc.constant("nak"),
    at: fc.nat(20),
    delayMs: fc.constantFrom(0, 0, 7, 40),
  }),
  fc.record({ type: fc.constant("terminate"), at: fc.nat(20) }),
  fc.record({ type: fc.constant("extend"), at: fc.nat(20) }),
  fc.record({ type: fc.constant("gone"), reader: fc.nat(2) }),
  fc.record({ type: fc.constant("bury"), at: fc.nat(20) }),
  fc.record({ type: fc.constant("pass"), ms: fc.nat(30) }),
  fc.record({
    type: fc.constant("save"),
    end: fc.constantFrom("none" as const, "close" as const, "crash" as const),
  }),
);

type Step = {
  readonly type: string;
  readonly reader?: number;
  readonly at?: number;
  readonly off?: number;
  readonly delayMs?: number;
  readonly ms?: number;
  readonly end?: "none" | "close" | "crash";
};

/** A consumer and its model, which do the same. */
class Both {
  readonly #readers = [{ id: 0 }, { id: 1 }, { id: 2 }];
  readonly #limits;
  readonly #model: Model;
  #state: ConsumerState;
  #nowMs = 1000;
  #position: ConsumerPosition = { cursor: 0, gap: 0, redelivered: 0 };
  /** What the store has of the consumer. */
  readonly #stored = new Map<number, number>();

  constructor(maxDeliveries: number, maxPendingAcks: number) {
    this.#limits = {
      ackWaitMs: 20,
      maxDeliveries,
      maxPendingAcks,
      isKept: true,
    };
    this.#model = new Model(20, maxDeliveries, maxPendingAcks, 12);
    this.#state = new ConsumerState(this.#limits, {
      cursor: 0,
      gap: 0,
      redelivered: 0,
    });
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#nowMs++;
      this.#do(step);
      this.#check(step);
    }
  }

  /** The message that a step means, of those that are with a reader. */
  #out(at: number = 0): Entry | undefined {
    const out = this.#model.entries.filter(({ where }) => where === "out");
    return out[at % Math.max(out.length, 1)];
  }

  #do(
    { type, reader = 0, at, off = 1, delayMs = 0, ms = 0, end = "none" }: Step,
  ): void {
    const [state, model, nowMs] = [this.#state, this.#model, this.#nowMs];
    const entry = this.#out(at);
    switch (type) {
      case "take":
        return this.#take(reader);
      case "gone":
        state.readerGone(this.#readers[reader] ?? {});
        for (const one of model.entries) {
          if (one.where === "out" && one.reader === reader) {
            model.giveBack(one, 0);
          }
        }
        return;
      case "pass":
        this.#nowMs += ms;
        state.pass(this.#nowMs);
        return model.pass(this.#nowMs);
      case "bury": {
        const dead = model.entries.find(({ where }) => where === "dead");
        if (dead === undefined) return;
        dead.where = "done";
        return state.settle(dead.sequence);
      }
      case "save":
        return this.#save(end);
    }
    if (entry === undefined) return;
    const { sequence, deliveries } = entry;
    const holder = this.#readers[entry.reader] ?? {};
    // One of an earlier delivery, or of another reader, does nothing.
    assertEquals(state.isOut(sequence, deliveries, {}), false);
    const named = deliveries - (off === 0 ? 1 : 0);
    const isOut = state.isOut(sequence, named, holder);
    assertEquals(isOut, off !== 0);
    if (!isOut) return;
    switch (type) {
      case "ack":
        state.settle(sequence);
        entry.where = "done";
        return;
      case "nak":
        state.refuse(sequence, nowMs + delayMs, nowMs);
        return model.giveBack(entry, delayMs === 0 ? 0 : nowMs + delayMs);
      case "terminate":
        state.giveUp(sequence);
        entry.where = "dead";
        return;
      case "extend":
        state.extend(sequence, nowMs);
        entry.dueMs = nowMs + this.#limits.ackWaitMs;
        return;
    }
  }

  #take(reader: number): void {
    this.#state.pass(this.#nowMs);
    this.#model.pass(this.#nowMs);
    const wanted = this.#model.next(this.#nowMs);
    const again = this.#state.nextReady;
    const next = again ??
      (this.#state.mayDeliver && this.#state.cursor < 12
        ? this.#state.cursor + 1
        : undefined);
    assertEquals(next, wanted?.sequence);
    if (next === undefined || wanted === undefined) return;
    const who = this.#readers[reader] ?? {};
    if (again === undefined) this.#state.deliver(next, who, this.#nowMs);
    else this.#state.deliverAgain(next, who, this.#nowMs);
    this.#model.deliver(wanted, reader, this.#nowMs);
  }

  /** Writes what has changed, and then nothing, or the end in order or not. */
  #save(end: "none" | "close" | "crash"): void {
    if (end === "close") this.#state.saveAll();
    const change = this.#state.changes();
    for (const [sequence, deliveries] of change?.saved ?? []) {
      this.#stored.set(sequence, deliveries);
    }
    for (const sequence of change?.removed ?? []) {
      this.#stored.delete(sequence);
    }
    if (change !== undefined) {
      this.#position = change;
      this.#state.stored(change);
    }
    if (end === "none") return;
    const { cursor, gap, redelivered } = this.#position;
    this.#state = new ConsumerState(this.#limits, { cursor, gap, redelivered });
    const pending = [...this.#stored].toSorted(([one], [other]) => one - other);
    this.#state.owe(pending, true);
    for (const entry of this.#model.entries) {
      if (entry.where === "new" || entry.where === "done") continue;
      if (entry.sequence <= cursor) this.#model.giveBack(entry, 0);
      else {
        // After a crash it is as if it had never come.
        assertEquals([end, this.#limits.maxDeliveries], ["crash", Infinity]);
        entry.where = "new";
        entry.deliveries = 0;
      }
    }
  }

  #check(step: Step): void {
    const [state, model] = [this.#state, this.#model];
    const what = JSON.stringify(step);
    assertEquals(state.pendingAcks, model.pending, what);
    assertEquals(state.ackFloor, model.floor, what);
    for (const { sequence, where } of model.entries) {
      assertEquals(state.needs(sequence), where !== "done", what);
    }
    const due = model.entries.flatMap(({ where, dueMs }) =>
      where === "out" || (where === "back" && dueMs > 0) ? [dueMs] : []
    );
    assertEquals(state.dueMs, Math.min(...due), what);
  }
}

Deno.test("a consumer delivers, waits, takes back and gives up as a slow model of it does", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60, size: "max" }),
      fc.constantFrom(1, 2, 3, Infinity),
      fc.constantFrom(1, 3, 1000),
      (steps, maxDeliveries, maxPendingAcks) =>
        new Both(maxDeliveries, maxPendingAcks).run(steps),
    ),
    { numRuns: NUM_RUNS },
  );
});
