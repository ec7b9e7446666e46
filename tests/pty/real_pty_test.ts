// Promises that only a real PTY can show; skipped where there is none.
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { PtyEndedError, PtySignalError } from "../../src/pty/errors.ts";
import { pattern, utf8 } from "../support/bytes.ts";
import { settledMemory } from "../support/memory.ts";
import { isSlow } from "../support/slow.ts";
import { onPty, Ptys } from "./ptys.ts";
import { Screen } from "./screen.ts";

Deno.test(
  "bytes through raw cat come back the same, however they are split",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.rawCat();
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 20 }),
        async (pieces) => {
          const before = screen.length;
          const all = pieces.flatMap((piece) => [...piece]);
          for (const piece of pieces) screen.attachment.write(piece);
          await screen.until(() => screen.length === before + all.length);
          assertEquals([...screen.bytes.subarray(before)], all);
        },
      ),
      { numRuns: 30 },
    );
    assertEquals(screen.faults, []);
  },
);

Deno.test(
  "10 MB in one write arrive whole, although nobody reads at first",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.rawCat();
    await using screen = await Screen.of(session, { frozen: true });
    const all = pattern(10_000_000);
    let taken = false;
    const written = screen.attachment.write(all).then(() => taken = true);
    await screen.until(() => screen.length === 131_072);
    assert(!taken, "the terminal cannot have taken everything");
    screen.thaw();
    await written;
    await screen.until(() => screen.length === all.length + 5);
    assertEquals(screen.bytes.subarray(5), all);
  },
);

Deno.test("exit comes after the last byte, every time", onPty, async () => {
  await using ptys = new Ptys();
  // Both frozen and not, with little and with much to read.
  for (let i = 0; i < 100; i += isSlow ? 1 : 3) {
    const session = await ptys.sh(`stty -opost; seq ${i * 10}; exit ${i}`);
    const screen = await Screen.of(session, { frozen: i % 2 === 0 });
    assertEquals((await screen.exit()).code, i);
    const lines = Array.from({ length: i * 10 }, (_, n) => `${n + 1}\n`);
    assertEquals(screen.text, lines.join(""));
  }
});

Deno.test(
  "the last bytes of a program that has long ended are read when there is credit",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("stty -opost; seq 100000");
    const screen = await Screen.of(session, { frozen: true });
    await screen.until(() => screen.length === 131_072);
    screen.thaw();
    await screen.exit();
    assertEquals(screen.length, 588_895);
    assert(screen.text.endsWith("99999\n100000\n"));
    assertEquals([screen.faults, screen.gaps], [[], []]);
  },
);

Deno.test(
  "yes with acknowledgements withheld keeps memory flat, obeys Ctrl-C, and no byte is missing",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.spawn({ command: "yes" });
    const screen = await Screen.of(session, { frozen: true });
    await screen.until(() => screen.length === 131_072);
    const before = await settledMemory();
    const held = (await session.inspect()).end;
    // Meanwhile it has the time to write, and disturbs nobody.
    const other = await Screen.of(await ptys.rawCat());
    for (let i = 0; i < 1000; i++) {
      await other.attachment.write(utf8("x"));
      await other.until(() => other.length > 5 + i);
    }
    const after = await settledMemory();
    const { end, paused } = await session.inspect();
    assert(paused);
    assertEquals(end, held, "it is not read on");
    assert(after.external - before.external < 1e6, "what waits grows");
    screen.thaw();
    await screen.until(() => screen.length > 1_000_000);
    screen.freeze();
    await screen.until(() => screen.owed > 0);
    await screen.attachment.write(utf8("\x03"));
    screen.thaw();
    assertEquals((await screen.exit()).signal, "SIGINT");
    assertEquals([screen.faults, screen.gaps], [[], []]);
  },
);

Deno.test(
  "a frozen viewer does not hold up another",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("stty -opost; read x; seq 100000; read x");
    const quick = await Screen.of(session);
    const frozen = await Screen.of(session, { role: "view", frozen: true });
    await quick.attachment.write(utf8("\r"));
    await quick.shows("99999\n100000\n");
    frozen.thaw();
    await quick.attachment.write(utf8("\r"));
    await Promise.all([quick.exit(), frozen.exit()]);
    const [gap, ...others] = frozen.gaps;
    assertEquals(others, []);
    assert(gap !== undefined);
    const all = quick.bytes;
    const seen = [...all.subarray(0, gap.from), ...all.subarray(gap.to)];
    assertEquals([...frozen.bytes], seen);
  },
);

Deno.test(
  "a viewer that attaches again and again sees the same as one that stays",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("stty -opost; seq 60000");
    const whole = Screen.of(session, { role: "view" });
    const joined: number[] = [];
    let offset = 0;
    let ended = false;
    while (!ended) {
      const part = await Screen.of(session, { offset });
      const enough = (offset * 7919) % 20_000;
      await part.until(() =>
        part.length > enough || part.events.at(-1)?.type === "exit"
      );
      part.attachment.detach();
      for (const byte of part.bytes) joined.push(byte);
      assertEquals([part.faults, part.gaps], [[], []]);
      offset = part.offset;
      ended = part.events.at(-1)?.type === "exit";
    }
    const uncut = await whole;
    await uncut.exit();
    assertEquals(joined, [...uncut.bytes]);
  },
);

Deno.test(
  "a signal reaches all processes of the foreground process group",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh(
      "trap 'echo parent' USR1; (trap 'echo child; exit' USR1; echo ready; while :; do sleep 0.01; done) & while :; do wait; done",
    );
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    await screen.attachment.signal("SIGUSR1");
    await screen.shows("parent");
    await screen.shows("child");
  },
);

Deno.test(
  "a signal reaches the job that a shell has in the foreground",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh(
      "set -m; sh -c 'echo ready; sleep 1000'; echo interrupted; read x",
    );
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    await screen.attachment.signal("SIGTERM");
    await screen.shows("interrupted");
  },
);

Deno.test(
  "a signal that the system does not have is refused",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.rawCat();
    await assertRejects(() => session.signal("SIGNONE"), PtySignalError);
    await assertRejects(
      () => session.signal("SIGNIT"),
      PtySignalError,
      "did you mean SIGINT?",
    );
  },
);

Deno.test(
  "close() ends the whole process group, including processes that ignore HUP and TERM",
  onPty,
  async () => {
    await using ptys = new Ptys({ hangupMs: 20, terminateMs: 20 });
    const session = await ptys.sh(
      "trap '' HUP TERM; sleep 1000 & echo $! ready; wait; wait",
    );
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    const { pid } = await session.inspect();
    const child = parseInt(screen.text);
    await session.close();
    assertEquals((await screen.exit()).signal, "SIGKILL");
    for (const gone of [pid, child]) {
      assert(!isRunning(gone), `${gone} is still there`);
    }
  },
);

Deno.test(
  "processes that a program leaves in its group do not outlive it",
  onPty,
  async () => {
    await using ptys = new Ptys({ hangupMs: 20, terminateMs: 20 });
    const session = await ptys.sh(
      "trap '' HUP; sleep 1000 & echo $! ready; exit 4",
    );
    const screen = await Screen.of(session);
    assertEquals((await screen.exit()).code, 4);
    await session.ended;
    assert(!isRunning(parseInt(screen.text)));
  },
);

/** Whether a process does anything: one that nobody reaps does not. */
function isRunning(pid: number): boolean {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/\) [ZX] /.test(status);
  } catch {
    return false;
  }
}

Deno.test("a program sees no terminal but its own", onPty, async () => {
  await using ptys = new Ptys();
  await ptys.rawCat();
  await ptys.rawCat();
  const session = await ptys.sh("ls -l /proc/self/fd");
  const screen = await Screen.of(session);
  await screen.exit();
  assert(screen.text.includes("/dev/pts/"));
  assert(!screen.text.includes("ptmx"), screen.text);
});

Deno.test(
  "a storm of sizes ends with the last, and the program knows it",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh(
      "trap 'stty size' WINCH; echo ready; while :; do read x && stty size; done",
    );
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    const sizes = Array.from({ length: 500 }, (_, i) => ({
      columns: 1 + (i * 7919) % 10_000,
      rows: 1 + (i * 104_729) % 10_000,
    }));
    await Promise.all(sizes.map((size) => screen.attachment.resize(size)));
    await screen.attachment.resize({ columns: 123, rows: 45 });
    await screen.attachment.write(utf8("\r"));
    await screen.shows("45 123");
    assertEquals(
      screen.events.filter(({ type }) => type === "size").length,
      501,
    );
  },
);

Deno.test(
  "a write that the program did not take rejects when it ends",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("stty raw -echo; printf ready; sleep 1000");
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    const written = assertRejects(
      () => screen.attachment.write(pattern(1_000_000)),
      PtyEndedError,
    );
    await session.close();
    await written;
  },
);

Deno.test(
  "the terminal erases characters of several bytes as one",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("stty -echo; echo ready; read x; echo [$x]");
    const screen = await Screen.of(session);
    await screen.shows("ready");
    await screen.attachment.write(utf8("aé\x7fb\r"));
    await screen.exit();
    assert(screen.text.includes("[ab]"), screen.text);
  },
);
