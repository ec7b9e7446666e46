import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  InputLedger,
  type InputSink,
} from "../../../src/terminal/attach/input_ledger.ts";
import { OutputLedger } from "../../../src/terminal/attach/output_ledger.ts";
import { TerminalProtocolError } from "../../../src/terminal/attach/protocol.ts";

/** A terminal that takes a piece when it is told to. */
class Typed implements InputSink {
  readonly bytes: number[] = [];
  readonly acks: number[] = [];
  readonly failures: unknown[] = [];
  isReplaced = false;
  #writes: PromiseWithResolvers<void>[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.bytes.push(...bytes);
    const write = Promise.withResolvers<void>();
    this.#writes.push(write);
    return write.promise;
  }

  taken(bytes: number): void {
    this.acks.push(bytes);
  }

  failed(error: unknown): void {
    this.failures.push(error);
  }

  replaced(): void {
    this.isReplaced = true;
  }

  get writing(): number {
    return this.#writes.length;
  }

  async take(error?: unknown): Promise<void> {
    const write = this.#writes.shift();
    if (error === undefined) write?.resolve();
    else write?.reject(error);
    await Promise.resolve();
    await Promise.resolve();
  }
}

const piece = (value: number): Uint8Array => new Uint8Array([value]);

Deno.test("input is typed in order, one piece after another, and acknowledged", async () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.begin(typed);
  for (const n of [1, 2, 3]) assertEquals(ledger.offer(n, piece(n)), "new");
  assertEquals(typed.bytes, [1]);
  for (let i = 0; i < 3; i++) await typed.take();
  assertEquals(typed.bytes, [1, 2, 3]);
  assertEquals(typed.acks, [1, 1, 1]);
  assertEquals(ledger.taken, 3);
});

Deno.test("input that came over an earlier socket is not typed again", async () => {
  const ledger = new InputLedger();
  const [first, second] = [new Typed(), new Typed()];
  ledger.begin(first);
  for (const n of [1, 2, 3]) ledger.offer(n, piece(n));
  await first.take();
  // The second is under way, and the third waits: it will come again.
  ledger.end(first);
  ledger.begin(second);
  assertEquals(ledger.taken, 1);
  assertEquals(ledger.offer(2, piece(2)), "duplicate");
  assertEquals(ledger.offer(3, piece(3)), "new");
  assertEquals(second.bytes, []);
  await first.take();
  assertEquals([first.bytes, second.bytes], [[1, 2], [3]]);
  await second.take();
  assertEquals(second.acks, [1, 1]);
  assertEquals(ledger.taken, 3);
  assertEquals([first.isReplaced, second.isReplaced], [false, false]);
});

Deno.test("a viewer that comes again takes the place of its earlier socket", () => {
  const ledger = new InputLedger();
  const [first, second] = [new Typed(), new Typed()];
  ledger.begin(first);
  ledger.begin(second);
  assertEquals([first.isReplaced, second.isReplaced], [true, false]);
  // The end of the earlier one changes nothing.
  ledger.end(first);
  assertEquals(ledger.active, true);
});

Deno.test("input that is missing in between, or too much at once, breaks the protocol", () => {
  const ledger = new InputLedger();
  ledger.begin(new Typed());
  assertThrows(() => ledger.offer(2, piece(2)), TerminalProtocolError);
  for (let n = 1; n <= 4; n++) ledger.offer(n, new Uint8Array(65_536));
  assertThrows(() => ledger.offer(5, piece(5)), TerminalProtocolError);
});

Deno.test("input that could not be typed is not taken, nor what came after it", async () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.begin(typed);
  ledger.offer(1, piece(1));
  ledger.offer(2, piece(2));
  await typed.take("full");
  assertEquals(typed.failures, ["full"]);
  assertEquals(ledger.taken, 0);
  ledger.begin(typed);
  assertEquals(ledger.offer(1, piece(1)), "new");
});

Deno.test("input is typed once and in order, wherever the sockets end", async () => {
  const steps = fc.array(fc.constantFrom("send", "take", "cut"), {
    maxLength: 60,
  });
  await fc.assert(fc.asyncProperty(steps, async (steps) => {
    const ledger = new InputLedger();
    const typed = new Typed();
    let next = 1;
    ledger.begin(typed);
    for (const step of steps) {
      if (step === "send") ledger.offer(next, piece(next++));
      if (step === "take") await typed.take();
      if (step === "cut") {
        ledger.begin(typed);
        next = ledger.taken + 1;
      }
    }
    assertEquals(typed.bytes, typed.bytes.map((_, at) => at + 1));
    assertEquals(typed.acks.length, typed.bytes.length - typed.writing);
  }));
});

Deno.test("an offset that is acknowledged gives back what was sent before it", () => {
  const ledger = new OutputLedger(100);
  ledger.sent = 150;
  ledger.skip(150, 400);
  ledger.sent = 410;
  assertEquals(ledger.acknowledge(120), 20);
  assertEquals(ledger.acknowledge(120), 0);
  assertEquals(ledger.acknowledge(200), 30);
  assertEquals(ledger.acknowledge(405), 5);
  assertEquals(ledger.acknowledge(410), 5);
  assertThrows(() => ledger.acknowledge(411), TerminalProtocolError);
});

Deno.test("all credit comes back, whatever is left out and acknowledged", () => {
  const step = fc.record({
    sent: fc.nat(50),
    skipped: fc.nat(50),
    acknowledged: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(step), (steps) => {
    const ledger = new OutputLedger(0);
    let [sent, credit] = [0, 0];
    for (const step of steps) {
      sent += step.sent;
      ledger.sent += step.sent;
      if (step.skipped > 0) {
        ledger.skip(ledger.sent, ledger.sent + step.skipped);
      }
      credit += ledger.acknowledge(Math.floor(ledger.sent * step.acknowledged));
    }
    assertEquals(credit + ledger.acknowledge(ledger.sent), sent);
  }));
});
