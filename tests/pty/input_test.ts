// Input of real programs, which arrives whether or not they write anything.
import { assert, assertEquals } from "@std/assert";
import { PtyInterruptedError } from "../../src/pty/errors.ts";
import type { PtySession } from "../../src/pty/pty_session.ts";
import { pattern, utf8 } from "../support/bytes.ts";
import { onPty, Ptys } from "./ptys.ts";
import { Screen } from "./screen.ts";

/** A temporary folder, which is removed at the end. */
async function folder() {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

for (const [size, pieces] of [[10_000_000, 1], [100_000, 100]] as const) {
  Deno.test(
    `${size} bytes in ${pieces} writes arrive whole, although the program writes nothing`,
    onPty,
    async () => {
      await using ptys = new Ptys();
      await using temp = await folder();
      const file = `${temp.path}/input`;
      // It starts to read when the terminal has been full for a while.
      const session = await ptys.sh(
        `stty raw -echo; printf ready; sleep 0.1; head -c ${size} >${file}`,
      );
      const screen = await Screen.of(session);
      await screen.shows("ready");
      const all = pattern(size);
      const length = size / pieces;
      await Promise.all(
        Array.from(
          { length: pieces },
          (_, at) =>
            session.write(all.subarray(at * length, (at + 1) * length)),
        ),
      );
      assertEquals((await screen.exit()).code, 0);
      assertEquals(screen.text, "ready", "it writes nothing else");
      assertEquals(await Deno.readFile(file), all);
    },
  );
}

/** A paste that leaves more than a terminal holds. */
const PASTE = utf8("echo RAN-$((40 + 2))\n".repeat(5000));

/** A shell whose foreground job reads nothing of what was pasted. */
async function stalled(
  ptys: Ptys,
  shell: string,
): Promise<{ session: PtySession; screen: Screen; pasted: Promise<number> }> {
  const session = await ptys.spawn({
    command: shell,
    args: shell.endsWith("bash") ? ["--norc", "--noprofile", "-i"] : ["-i"],
    env: { PATH: "/usr/bin:/bin", PS1: "$ ", HISTFILE: "", ENV: "" },
    cwd: "/",
  });
  const screen = await Screen.of(session);
  await screen.shows("$ ");
  // A signal that comes while the shell starts a job can be lost in the shell.
  await session.write(
    utf8("sh -c 'echo started-$((40 + 2)); exec sleep 1000'\r"),
  );
  await screen.shows("started-42");
  const pasted = session.write(PASTE).then(
    () => 0,
    (error) => {
      assert(error instanceof PtyInterruptedError, Deno.inspect(error));
      return error.droppedBytes;
    },
  );
  assert((await session.inspect()).waitingBytes > 0, "the terminal is full");
  return { session, screen, pasted };
}

const INTERRUPTS: Readonly<
  Record<string, (session: PtySession) => Promise<unknown>>
> = {
  "Ctrl-C": (session) => session.write(utf8("\x03")),
  "interrupt()": (session) => session.interrupt(),
  'signal("SIGINT")': (session) => session.signal("SIGINT"),
};

for (const shell of ["/bin/sh", "/bin/bash"]) {
  for (const [name, interrupt] of Object.entries(INTERRUPTS)) {
    Deno.test(
      `after ${name}, ${shell} runs nothing of the paste that waited`,
      { ...onPty, ignore: onPty.ignore || !exists(shell) },
      async () => {
        await using ptys = new Ptys();
        const { session, screen, pasted } = await stalled(ptys, shell);
        const { waitingBytes } = await session.inspect();
        const result = await interrupt(session);
        const dropped = await pasted;
        assert(dropped > 0 && dropped <= waitingBytes, "what waited is gone");
        if (name === "interrupt()") assertEquals(result, dropped);
        await session.write(utf8("echo after-$((40 + 2))\r"));
        await screen.shows("after-42");
        assert(!screen.text.includes("RAN-42"), screen.text.slice(-2000));
      },
    );
  }
}

Deno.test(
  "Ctrl-C ends a program that does not read, although the kernel holds a paste",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("echo ready; exec sleep 1000");
    const screen = await Screen.of(session);
    await screen.shows("ready");
    // More lines than a program may be behind, and less than the kernel holds.
    await session.write(PASTE.subarray(0, 8000));
    await session.write(utf8("\x03"));
    assertEquals((await screen.exit()).signal, "SIGINT");
  },
);

Deno.test(
  "where the terminal makes no key a signal, Ctrl-C waits its turn and drops nothing",
  onPty,
  async () => {
    await using ptys = new Ptys();
    await using temp = await folder();
    const file = `${temp.path}/input`;
    await new Deno.Command("mkfifo", { args: [`${temp.path}/go`] }).output();
    const session = await ptys.sh(
      `stty raw -echo; printf ready; read x <${temp.path}/go; head -c 100001 >${file}`,
    );
    const screen = await Screen.of(session);
    await screen.shows("ready");
    const all = pattern(100_000);
    const written = session.write(all);
    const typed = session.write(utf8("\x03"));
    assertEquals(await session.interrupt(), undefined, "it is no signal");
    assert((await session.inspect()).waitingBytes > 0);
    await Deno.writeTextFile(`${temp.path}/go`, "\n");
    await Promise.all([written, typed]);
    assertEquals((await screen.exit()).code, 0);
    const came = await Deno.readFile(file);
    assertEquals(came.subarray(0, -1), all);
    assertEquals(came.at(-1), 3);
  },
);

Deno.test(
  "a program that ends while its output is paused loses none of it",
  onPty,
  async () => {
    await using ptys = new Ptys({ windowBytes: 1000, keptBytes: 132_072 });
    const session = await ptys.sh(
      "stty -opost -echo; printf ready; read x; seq 1000; read x; seq 1001 1700; exit 7",
    );
    const screen = await Screen.of(session, { frozen: true });
    const ended = (await Screen.of(session, { role: "view", tap: true }))
      .exit();
    await screen.shows("ready");
    await session.write(utf8("\n"));
    await screen.until(() => screen.length === 1000);
    assert((await session.inspect()).paused);
    // The kernel holds what the program writes now, and then it ends.
    await session.write(utf8("\n"));
    await ended;
    screen.thaw();
    assertEquals((await screen.exit()).code, 7);
    const lines = Array.from({ length: 1700 }, (_, at) => `${at + 1}\n`);
    assertEquals(screen.text, "ready" + lines.join(""));
    assertEquals(screen.gaps, []);
  },
);

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
