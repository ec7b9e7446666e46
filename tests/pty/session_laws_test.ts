// What holds of a session whatever happens to it, and in whatever order.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { PtyExit } from "../../src/pty/pty.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { utf8 } from "../support/bytes.ts";
import { MemoryPty } from "./memory_pty.ts";
import { memorySession } from "./ptys.ts";
import { Screen } from "./screen.ts";

/** A PTY with a kernel's buffer: what is not read waits, and the end after it. */
class BufferedPty extends MemoryPty {
  /** All that was handed to the session. */
  readonly read: number[] = [];
  #unread: Uint8Array[] = [];
  #ends = false;

  print(bytes: Uint8Array): void {
    if (!this.#ends && !this.closed) this.#unread.push(bytes);
    this.#deliver();
  }

  /** The last process that had the terminal open closes it. */
  hangUp(): void {
    this.#ends = true;
    this.#deliver();
  }

  exitOnce(code: number): void {
    if (this.exit === undefined) this.end(code);
  }

  get unread(): number {
    return this.#unread.reduce((sum, { length }) => sum + length, 0);
  }

  override resume(): void {
    super.resume();
    queueMicrotask(() => this.#deliver());
  }

  override close(): void {
    this.#unread = [];
    super.close();
  }

  #deliver(): void {
    let bytes: Uint8Array | undefined;
    while (!this.paused && (bytes = this.#unread.shift()) !== undefined) {
      this.read.push(...bytes);
      this.say(bytes);
    }
    if (this.#ends && !this.paused && !this.closed) this.endOutput();
  }
}

const index = fc.nat(3);

/** One thing that happens to a session. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("print"), size: fc.nat(1500) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("attach"),
      role: fc.constantFrom("control", "view"),
      frozen: fc.boolean(),
      tap: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("wait"),
      ms: fc.constantFrom(1, 2, 10, 500, 1000),
    }),
  },
  fc.record({ type: fc.constantFrom("thaw", "freeze", "detach"), index }),
  fc.record({ type: fc.constantFrom("write", "exit", "hang_up") }),
  fc.record({ type: fc.constantFrom("close", "kill", "stubborn") }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A session, its viewers, and the requests made to it. */
class World {
  readonly clock = new ManualClock();
  readonly pty = new BufferedPty();
  readonly session = memorySession(this.clock, {
    windowBytes: 1000,
    keptBytes: 132_072,
    graceMs: 1500,
  }, this.pty);
  readonly screens: Screen[] = [];
  readonly writes: Promise<unknown>[] = [];
  killed = false;
  closing = false;

  async apply(step: Step): Promise<void> {
    const { pty, session: { session, ref } } = this;
    switch (step.type) {
      case "print":
        return pty.print(new Uint8Array(step.size).fill(pty.read.length));
      case "attach": {
        const { role, frozen, tap } = step;
        const screen = await Screen.of(session, { role, frozen, tap })
          .catch(() => undefined);
        if (screen !== undefined) this.screens.push(screen);
        return;
      }
      case "wait":
        return this.clock.advance(step.ms);
      case "thaw":
        return this.screens[step.index]?.thaw();
      case "freeze":
        return this.screens[step.index]?.freeze();
      case "detach":
        return this.screens[step.index]?.attachment.detach();
      case "write":
        return void this.writes.push(session.write(utf8("x")).catch(String));
      case "exit":
        return pty.exitOnce(3);
      case "hang_up":
        return pty.hangUp();
      case "close":
        this.closing = true;
        return ref.tell({ type: "close" }), undefined;
      case "kill":
        this.killed = true;
        return ref.kill();
      case "stubborn":
        // A process of its group ignores every signal.
        return void pty.groups.add(100);
      default:
        step satisfies never;
    }
  }

  /** Removes every obstacle, so that the session comes to its end. */
  async finish(): Promise<void> {
    const { clock, pty, session: { session, system } } = this;
    for (const screen of this.screens) screen.thaw();
    pty.exitOnce(3);
    pty.hangUp();
    for (let i = 0; i < 4; i++) {
      await system.idle();
      clock.advance(1000);
    }
    await session.close();
    await system.shutdown();
  }
}

Deno.test("a session reports the end once, after all output, and leaves nothing, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30, size: "max" }),
      async (steps) => {
        const world = new World();
        const { pty, session: { system, session } } = world;
        await system.idle();
        for (const step of steps) {
          await world.apply(step);
          await system.idle();
          if (pty.exit === undefined || pty.closed) continue;
          assert(
            !pty.paused,
            "the output of a program that has ended is read to its end",
          );
        }
        await world.finish();
        await session.ended;
        await Promise.all(world.writes);
        if (!world.killed) assertEquals(pty.unread, 0);
        for (const screen of world.screens) check(screen, world);
        assertEquals(world.clock.pending, 0);
      },
    ),
    { numRuns: 200 },
  );
});

/** What one viewer saw: the output in order, then the end, then nothing. */
function check(screen: Screen, { pty }: World): void {
  const { events, attachment } = screen;
  assert(attachment.ended.aborted);
  assertEquals(screen.faults, []);
  const exits = events.filter(({ type }) => type === "exit");
  assert(exits.length <= 1, "the end is reported once");
  if (exits.length === 1) {
    assertEquals(events.at(-1)?.type, "exit");
    assertEquals(screen.offset, pty.read.length);
  }
  for (const event of events) {
    if (event.type !== "output") continue;
    assertEquals(
      event.bytes,
      new Uint8Array(pty.read.slice(event.offset).slice(0, event.bytes.length)),
    );
  }
}

for (const order of ["program, then output", "output, then program"] as const) {
  Deno.test(
    `output that is unread when the program ends while nobody reads is not lost: ${order}`,
    async () => {
      const world = new World();
      const { pty, session: { system, session } } = world;
      const screen = await Screen.of(session, { frozen: true });
      await system.idle();
      for (let i = 0; i < 100; i++) pty.print(new Uint8Array(1000).fill(i));
      assert(pty.paused);
      assert(pty.unread > 90_000);
      if (order === "output, then program") pty.hangUp();
      pty.exitOnce(3);
      // Much longer than node-pty would have kept it.
      world.clock.advance(500);
      await system.idle();
      pty.hangUp();
      screen.thaw();
      const exit: PtyExit = await screen.exit();
      assertEquals([exit.code, screen.length, screen.gaps], [3, 100_000, []]);
      await world.finish();
    },
  );
}
