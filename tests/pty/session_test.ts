import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  PtyAttachmentError,
  PtyEndedError,
  PtyInputFullError,
  PtyOffsetError,
  PtyReadOnlyError,
  PtySizeError,
} from "../../src/pty/errors.ts";
import type { PtyLimits } from "../../src/pty/options.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { pattern, utf8 } from "../support/bytes.ts";
import { bounded } from "../support/net.ts";
import { memorySession } from "./ptys.ts";
import { Screen } from "./screen.ts";

async function start(limits?: PtyLimits) {
  const clock = new ManualClock();
  const { system, session, pty } = memorySession(clock, limits);
  await system.idle();
  return {
    clock,
    system,
    session,
    pty,
    async [Symbol.asyncDispose]() {
      if (pty.exit === undefined) pty.end();
      if (!pty.closed) pty.endOutput();
      await system.shutdown();
    },
  };
}

/** A session with a viewer that already receives events. */
async function startWatched(limits?: PtyLimits) {
  const started = await start(limits);
  const screen = await Screen.of(started.session);
  await started.system.idle();
  return { ...started, screen };
}

/** Small limits, with the least that the window leaves. */
const small = { windowBytes: 1000, keptBytes: 132_072 };

Deno.test(
  "attaching again with the offset where one stopped misses nothing and repeats nothing",
  bounded,
  async () => {
    await using started = await startWatched();
    const { session, pty, system, screen } = started;
    pty.say("before ");
    screen.attachment.detach();
    await system.idle();
    pty.say("meanwhile ");
    const again = await Screen.of(session, { offset: screen.offset });
    pty.say("at once ");
    await system.idle();
    pty.say("after");
    started.clock.advance(10);
    await again.shows("after");
    assertEquals(screen.text + again.text, "before meanwhile at once after");
    assertEquals(again.gaps, []);
  },
);

Deno.test(
  "output that is no longer kept arrives as a gap",
  bounded,
  async () => {
    await using started = await startWatched(small);
    const { session, pty, system, screen } = started;
    pty.say("begin");
    screen.attachment.detach();
    await system.idle();
    pty.say(pattern(140_000));
    const again = await Screen.of(session, {
      offset: screen.offset,
      role: "view",
    });
    await again.until(() => again.offset === 140_005);
    assertEquals(again.gaps, [{ from: 5, to: 140_005 - 132_072 }]);
    assertEquals(again.bytes, pattern(140_000).slice(-132_072));
    assertEquals(again.faults, []);
  },
);

Deno.test(
  "an offset that the output has not reached is refused",
  bounded,
  async () => {
    await using started = await start();
    for (const offset of [1, -1, 0.5, NaN]) {
      await assertRejects(
        () => Screen.of(started.session, { offset }),
        PtyOffsetError,
        `${offset}`,
      );
    }
  },
);

Deno.test(
  "a controller without credit stops the reading until it acknowledges",
  bounded,
  async () => {
    await using started = await start(small);
    const { session, pty, system } = started;
    const screen = await Screen.of(session, { frozen: true });
    await system.idle();
    pty.say(pattern(999));
    assert(!pty.paused);
    pty.say(pattern(500));
    assert(pty.paused);
    started.clock.advance(10);
    assertEquals(screen.owed, 1000);
    screen.thaw();
    await screen.until(() => screen.length === 1499);
    await system.idle();
    assert(!pty.paused);
    assertEquals(screen.gaps, []);
  },
);

Deno.test(
  "a read-only viewer without credit stops nobody, and receives a gap when it continues",
  bounded,
  async () => {
    await using started = await startWatched(small);
    const { session, pty, system, screen } = started;
    const frozen = await Screen.of(session, { role: "view", frozen: true });
    await system.idle();
    const all = pattern(200_000);
    for (let at = 0; at < all.length; at += 500) {
      pty.say(all.subarray(at, at + 500));
      started.clock.advance(10);
      await system.idle();
      assert(!pty.paused);
    }
    await screen.until(() => screen.length === all.length);
    assertEquals(screen.bytes, all);
    assertEquals(frozen.length, 1000);
    frozen.thaw();
    await frozen.until(() => frozen.offset === all.length);
    assertEquals(frozen.gaps, [{ from: 1000, to: 200_000 - 132_072 }]);
    assertEquals(frozen.faults, []);
  },
);

Deno.test(
  "one controller without credit does not stop another",
  bounded,
  async () => {
    await using started = await startWatched(small);
    const { session, pty, system, screen } = started;
    const frozen = await Screen.of(session, { frozen: true });
    await system.idle();
    for (let i = 0; i < 10; i++) {
      pty.say(pattern(500));
      started.clock.advance(10);
      await system.idle();
    }
    assertEquals([screen.length, frozen.length, pty.paused], [
      5000,
      1000,
      false,
    ]);
    screen.attachment.detach();
    await system.idle();
    assert(pty.paused, "now nobody in control has credit");
    frozen.attachment.detach();
    await system.idle();
    assert(!pty.paused, "nobody is in control");
  },
);

Deno.test(
  "output that follows output is sent in one piece when it is due",
  bounded,
  async () => {
    await using started = await startWatched();
    const { clock, pty, screen, system } = started;
    pty.say("a");
    pty.say("b");
    pty.say("c");
    assertEquals(screen.text, "a");
    clock.advance(2);
    assertEquals(screen.events.length, 2);
    assertEquals(screen.text, "abc");
    pty.say("d");
    assertEquals(screen.text, "abcd", "after a silence");
    await screen.attachment.write(utf8("x"));
    pty.say("e");
    assertEquals(screen.text, "abcde", "after input");
    await system.idle();
  },
);

Deno.test(
  "a read-only viewer can neither type nor resize nor send signals",
  bounded,
  async () => {
    await using started = await start();
    const { session, pty } = started;
    const { attachment } = await Screen.of(session, { role: "view" });
    const size = { columns: 1, rows: 1 };
    await assertRejects(() => attachment.write(utf8("x")), PtyReadOnlyError);
    await assertRejects(() => attachment.resize(size), PtyReadOnlyError);
    await assertRejects(() => attachment.signal("SIGINT"), PtyReadOnlyError);
    assertEquals([pty.sizes, pty.signals], [[], []]);
  },
);

Deno.test(
  "a viewer that was detached can do nothing more",
  bounded,
  async () => {
    await using started = await startWatched();
    const { screen: { attachment } } = started;
    attachment.detach();
    assert(attachment.ended.aborted);
    await assertRejects(() => attachment.write(utf8("x")), PtyAttachmentError);
  },
);

Deno.test(
  "an attachment ends with the signal of its holder",
  bounded,
  async () => {
    await using started = await start();
    const { session } = started;
    const holder = new AbortController();
    const { attachment } = await Screen.of(session, { signal: holder.signal });
    holder.abort();
    assert(attachment.ended.aborted);
    assertEquals((await session.inspect()).controllers, 0);
  },
);

Deno.test("no more viewers are attached than maxViewers", bounded, async () => {
  await using started = await start({ maxViewers: 1 });
  const first = await Screen.of(started.session);
  await assertRejects(() => Screen.of(started.session), PtyAttachmentError);
  first.attachment.detach();
  await Screen.of(started.session);
});

Deno.test(
  "a viewer that takes no more events is detached, and the others are not",
  bounded,
  async () => {
    await using started = await startWatched();
    const { session, pty, system, screen } = started;
    const gone = await session.attach({ viewer: { tell: () => false } });
    const broken = await session.attach({
      viewer: {
        tell() {
          throw new Error("A viewer that is broken");
        },
      },
    });
    await system.idle();
    pty.say("x");
    await system.idle();
    assertEquals((await session.inspect()).controllers, 1);
    assert(gone.ended.aborted);
    assertEquals(screen.text, "x");
    broken.detach();
  },
);

Deno.test("a write is refused when too much input waits", bounded, async () => {
  await using started = await start({ maxInputBytes: 100 });
  const { pty, session } = started;
  await session.write(pattern(101));
  pty.waitingBytes = 60;
  await session.write(pattern(40));
  await assertRejects(() => session.write(pattern(41)), PtyInputFullError);
});

Deno.test(
  "the size that was set last counts, and when its viewer leaves, the one before",
  bounded,
  async () => {
    await using started = await startWatched();
    const { session, pty, system, screen } = started;
    const other = await Screen.of(session);
    await system.idle();
    await screen.attachment.resize({ columns: 100, rows: 50 });
    await other.attachment.resize({ columns: 40, rows: 20 });
    await other.attachment.resize({ columns: 40, rows: 20 });
    other.attachment.detach();
    await system.idle();
    const sizes = screen.events.filter((event) => event.type === "size");
    assertEquals(sizes.map(({ size: { columns } }) => columns), [100, 40, 100]);
    assertEquals(pty.sizes.map(({ columns }) => columns), [100, 40, 100]);
    screen.attachment.detach();
    await system.idle();
    assertEquals((await session.inspect()).size, { columns: 100, rows: 50 });
  },
);

Deno.test(
  "sizes that no terminal can have are refused with PtySizeError",
  bounded,
  async () => {
    await using started = await start();
    for (const columns of [0, -1, 1.5, NaN, Infinity, 10_001, 65_536]) {
      const rows = 24;
      await assertRejects(
        () => started.session.resize({ columns, rows }),
        PtySizeError,
        `${columns}`,
      );
      await assertRejects(
        () => started.session.resize({ columns: rows, rows: columns }),
        PtySizeError,
      );
    }
    assertEquals(started.pty.sizes, []);
  },
);

for (const first of ["output", "program"] as const) {
  Deno.test(
    `the exit is reported after the last byte, when the ${first} ends first`,
    bounded,
    async () => {
      await using started = await startWatched();
      const { pty, session, screen } = started;
      if (first === "program") pty.end(3);
      pty.say("the last ");
      pty.say("bytes");
      pty.endOutput();
      if (first === "output") pty.end(3);
      assertEquals((await screen.exit()).code, 3);
      assertEquals(screen.text, "the last bytes");
      await session.ended;
      assert(screen.attachment.ended.aborted);
    },
  );
}

Deno.test(
  "the exit waits for a viewer without credit, and reading does not",
  bounded,
  async () => {
    await using started = await start(small);
    const { pty, session, system } = started;
    const screen = await Screen.of(session, { frozen: true });
    await system.idle();
    pty.say(pattern(1500));
    assert(pty.paused);
    pty.end();
    assert(!pty.paused);
    pty.say("the end");
    pty.endOutput();
    await system.idle();
    assertEquals(screen.length, 1000);
    screen.thaw();
    await screen.exit();
    assertEquals(screen.length, 1507);
    assertEquals(screen.gaps, []);
    await session.ended;
  },
);

Deno.test(
  "a session whose program has ended waits for a controller to come back, for graceMs",
  bounded,
  async () => {
    await using started = await start({ graceMs: 1000 });
    const { pty, session, system, clock } = started;
    pty.say("result");
    pty.end();
    pty.endOutput();
    await system.idle();
    clock.advance(999);
    const screen = await Screen.of(session);
    await screen.exit();
    assertEquals(screen.text, "result");
    await session.ended;
  },
);

Deno.test(
  "requests to a program that has ended are refused with PtyEndedError",
  bounded,
  async () => {
    await using started = await start();
    const { pty, session, system } = started;
    pty.end();
    pty.endOutput();
    await system.idle();
    const size = { columns: 1, rows: 1 };
    await assertRejects(() => session.write(utf8("x")), PtyEndedError);
    await assertRejects(() => session.resize(size), PtyEndedError);
    await assertRejects(() => session.signal("SIGINT"), PtyEndedError);
  },
);

Deno.test(
  "a session without a viewer ends after graceMs, and not before",
  bounded,
  async () => {
    await using started = await start({ graceMs: 1000 });
    const { clock, pty, session, system } = started;
    clock.advance(900);
    const screen = await Screen.of(session);
    clock.advance(5000);
    await system.idle();
    screen.attachment.detach();
    await system.idle();
    clock.advance(999);
    await system.idle();
    assertEquals(pty.signals, []);
    clock.advance(1);
    await system.idle();
    assertEquals(pty.signals, ["SIGHUP 100"]);
  },
);

for (
  const [name, limits] of [
    ["idleMs without input", { idleMs: 1000, graceMs: Infinity }],
    ["maxAgeMs", { maxAgeMs: 1900, graceMs: Infinity }],
  ] as const
) {
  Deno.test(
    `a session ends after ${name}, even while viewers are attached`,
    bounded,
    async () => {
      await using started = await startWatched(limits);
      const { clock, pty, screen, system } = started;
      clock.advance(900);
      await screen.attachment.write(utf8("x"));
      pty.say("y");
      clock.advance(999);
      await system.idle();
      assertEquals(pty.signals, []);
      clock.advance(1);
      await system.idle();
      assertEquals(pty.signals, ["SIGHUP 100"]);
    },
  );
}

Deno.test(
  "processes that do not end get HUP, TERM and KILL, in both process groups",
  bounded,
  async () => {
    await using started = await start({ hangupMs: 1000, terminateMs: 500 });
    const { clock, pty, session, system } = started;
    pty.foregroundGroup = 200;
    pty.groups.add(200);
    const ended = session.close();
    await system.idle();
    assertEquals(pty.signals.splice(0), ["SIGHUP 100", "SIGHUP 200"]);
    pty.groups.delete(100);
    for (const [ms, signal] of [[1000, "SIGTERM"], [500, "SIGKILL"]] as const) {
      clock.advance(ms - 1);
      assertEquals(pty.signals, []);
      clock.advance(1);
      assertEquals(pty.signals.splice(0), [`${signal} 200`]);
    }
    pty.groups.clear();
    pty.end();
    pty.endOutput();
    clock.advance(20);
    await ended;
  },
);

Deno.test(
  "processes that a program leaves behind in its group are ended at once",
  bounded,
  async () => {
    await using started = await start({ hangupMs: 1000 });
    const { clock, pty, session } = started;
    pty.end(0, 100);
    pty.endOutput();
    assertEquals(pty.signals, ["SIGHUP 100"]);
    clock.advance(1000);
    assertEquals(pty.signals, ["SIGHUP 100", "SIGTERM 100"]);
    pty.groups.clear();
    clock.advance(20);
    assertEquals((await session.inspect()).exit?.code, 0);
  },
);

Deno.test(
  "a session that is killed kills its program at once",
  bounded,
  async () => {
    const clock = new ManualClock();
    const { system, ref, pty } = memorySession(clock);
    await system.idle();
    ref.kill();
    await system.idle();
    assertEquals(pty.signals, ["SIGHUP 100", "SIGKILL 100"]);
    pty.end();
    pty.endOutput();
    await system.shutdown();
    assertEquals(clock.pending, 0);
  },
);

Deno.test(
  "a session that is closed sends its viewers all output, or a gap, and then the exit",
  bounded,
  async () => {
    await using started = await startWatched(small);
    const { pty, session, system, screen } = started;
    const frozen = await Screen.of(session, { frozen: true });
    await system.idle();
    pty.say(pattern(900));
    await system.idle();
    const ended = session.close();
    await system.idle();
    pty.say("bye");
    pty.say(pattern(200));
    pty.end();
    pty.endOutput();
    await ended;
    assertEquals([screen.length, screen.gaps], [1103, []]);
    assertEquals(frozen.gaps, [{ from: 1000, to: 1103 }]);
    for (const { events } of [screen, frozen]) {
      assertEquals(events.at(-1)?.type, "exit");
    }
  },
);

Deno.test(
  "a program that keeps running without its terminal is ended after a second",
  bounded,
  async () => {
    await using started = await startWatched();
    const { clock, pty, system } = started;
    pty.endOutput();
    clock.advance(999);
    await system.idle();
    assertEquals(pty.signals, []);
    clock.advance(1);
    await system.idle();
    assertEquals(pty.signals, ["SIGHUP 100"]);
  },
);

Deno.test(
  "a terminal that another process keeps open is closed after a second of silence",
  bounded,
  async () => {
    await using started = await startWatched();
    const { clock, pty, session, system, screen } = started;
    pty.end();
    clock.advance(999);
    pty.say("late");
    clock.advance(1);
    await system.idle();
    assert(!pty.closed);
    clock.advance(1000);
    await system.idle();
    assert(pty.closed);
    await screen.exit();
    assertEquals(screen.text, "late");
    await session.ended;
  },
);
