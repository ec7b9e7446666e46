import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  InputLedger,
  type InputSink,
} from "../../../src/terminal/attach/input_ledger.ts";
import { OutputLedger } from "../../../src/terminal/attach/output_ledger.ts";
import { PtyInterruptedError } from "../../../src/pty/errors.ts";
import { TerminalProtocolError } from "../../../src/terminal/attach/protocol.ts";

/** A terminal that takes a piece when the test calls `take`. */
class Typed implements InputSink {
  readonly bytes: number[] = [];
  readonly acks: number[] = [];
  readonly failures: unknown[] = [];
  /** Bytes that an interrupt dropped, each time. */
  readonly drops: number[] = [];
  /** Whether a key is a signal, when the test says so. */
  verdict: PromiseWithResolvers<boolean> = Promise.withResolvers();
  isReplaced = false;
  #writes: ((error?: unknown) => void)[] = [];

  write(bytes: Uint8Array, done: (error?: unknown) => void): void {
    this.bytes.push(...bytes);
    this.#writes.push(done);
  }

  interrupt(): Promise<boolean> {
    return this.verdict.promise;
  }

  dropped(bytes: number): void {
    this.drops.push(bytes);
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
    this.#writes.shift()?.(error);
    await Promise.resolve();
  }
}

/** Lets everything that is settled be noticed. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

const piece = (value: number): Uint8Array => new Uint8Array([value]);

Deno.test("input is typed in order, one piece after another, and acknowledged", async () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.start(typed);
  for (const n of [1, 2, 3]) assertEquals(ledger.offer(n, piece(n)), "new");
  assertEquals(typed.bytes, [1]);
  for (let i = 0; i < 3; i++) await typed.take();
  assertEquals(typed.bytes, [1, 2, 3]);
  assertEquals(typed.acks, [1, 1, 1]);
  assertEquals(ledger.taken, 3);
});

Deno.test("an interrupt drops what waits, and nothing that is typed after it", async () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.start(typed);
  ledger.offer(1, new Uint8Array(10));
  ledger.offer(2, new Uint8Array(20));
  ledger.offer(3, piece(3));
  ledger.interrupt(3);
  ledger.offer(4, piece(7));
  await typed.take(new PtyInterruptedError(6));
  assertEquals(typed.drops, [26], "the key is not counted");
  assertEquals(ledger.taken, 3);
  typed.verdict.resolve(true);
  await settled();
  assertEquals(typed.bytes.slice(10), [7]);
  await typed.take();
  assertEquals([typed.drops, typed.failures], [[26], []]);
  assertEquals(ledger.taken, 4);
});

Deno.test("what waits is dropped although the terminal has just taken the piece before", async () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.start(typed);
  ledger.offer(1, new Uint8Array(10));
  ledger.offer(2, new Uint8Array(20));
  ledger.interrupt(3);
  await typed.take();
  assertEquals(typed.bytes.length, 10, "nothing is typed before the verdict");
  typed.verdict.resolve(true);
  await settled();
  assertEquals([typed.drops, ledger.taken], [[20], 2]);
  ledger.offer(3, piece(7));
  assertEquals(typed.bytes.slice(10), [7]);
});

Deno.test("a key that is no signal is typed in its turn, and drops nothing", async () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.start(typed);
  for (const n of [1, 2, 3]) ledger.offer(n, piece(n));
  ledger.interrupt(3);
  await typed.take();
  typed.verdict.resolve(false);
  await settled();
  await typed.take();
  await typed.take();
  assertEquals([typed.bytes, typed.drops], [[1, 2, 3], []]);
});

Deno.test("an interrupt when nothing waits asks nobody: its key was typed", () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.start(typed);
  ledger.offer(1, piece(3));
  ledger.interrupt(3);
  ledger.offer(2, piece(7));
  assertEquals([typed.bytes, typed.drops], [[3], []]);
});

Deno.test("input that arrived over an earlier socket is not typed again", async () => {
  const ledger = new InputLedger();
  const [first, second] = [new Typed(), new Typed()];
  ledger.start(first);
  for (const n of [1, 2, 3]) ledger.offer(n, piece(n));
  await first.take();
  // The second is under way, and the third waits: it will come again.
  ledger.end(first);
  ledger.start(second);
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

Deno.test("a viewer that attaches again replaces its earlier socket in the ledger", () => {
  const ledger = new InputLedger();
  const [first, second] = [new Typed(), new Typed()];
  ledger.start(first);
  ledger.start(second);
  assertEquals([first.isReplaced, second.isReplaced], [true, false]);
  // The end of the earlier one changes nothing.
  ledger.end(first);
  assertEquals(ledger.active, true);
});

Deno.test("missing input, or too much at once, breaks the protocol", () => {
  const ledger = new InputLedger();
  ledger.start(new Typed());
  assertThrows(() => ledger.offer(2, piece(2)), TerminalProtocolError);
  for (let n = 1; n <= 4; n++) ledger.offer(n, new Uint8Array(65_536));
  assertThrows(() => ledger.offer(5, piece(5)), TerminalProtocolError);
});

Deno.test("input that could not be typed is not taken, nor is the input after it", async () => {
  const ledger = new InputLedger();
  const typed = new Typed();
  ledger.start(typed);
  ledger.offer(1, piece(1));
  ledger.offer(2, piece(2));
  await typed.take("full");
  assertEquals(typed.failures, ["full"]);
  assertEquals(ledger.taken, 0);
  ledger.start(typed);
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
    ledger.start(typed);
    for (const step of steps) {
      if (step === "send") ledger.offer(next, piece(next++));
      if (step === "take") await typed.take();
      if (step === "cut") {
        ledger.start(typed);
        next = ledger.taken + 1;
      }
    }
    assertEquals(typed.bytes, typed.bytes.map((_, at) => at + 1));
    assertEquals(typed.acks.length, typed.bytes.length - typed.writing);
  }));
});

Deno.test("an acknowledged offset gives back the credit for the output before it", () => {
  const ledger = new OutputLedger(100);
  ledger.sentTo = 150;
  ledger.skip(150, 400);
  ledger.sentTo = 410;
  assertEquals(ledger.acknowledge(120), 20);
  assertEquals(ledger.acknowledge(120), 0);
  assertEquals(ledger.acknowledge(200), 30);
  assertEquals(ledger.acknowledge(405), 5);
  assertEquals(ledger.acknowledge(410), 5);
  assertThrows(() => ledger.acknowledge(411), TerminalProtocolError);
});

Deno.test("all credit comes back, whatever is skipped and acknowledged", () => {
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
      ledger.sentTo += step.sent;
      if (step.skipped > 0) {
        ledger.skip(ledger.sentTo, ledger.sentTo + step.skipped);
      }
      credit += ledger.acknowledge(
        Math.floor(ledger.sentTo * step.acknowledged),
      );
    }
    assertEquals(credit + ledger.acknowledge(ledger.sentTo), sent);
  }));
});
