import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  PtyDirectoryError,
  PtyExecError,
  PtyIdError,
  PtyLimitError,
  PtySizeError,
  PtySpawnError,
} from "../../src/pty/errors.ts";
import { resolveCommand } from "../../src/pty/command.ts";
import { openNodePty } from "../../src/pty/node_pty.ts";
import { ptySupervisor } from "../../src/pty/supervisor_actor.ts";
import { findPty, listPtys } from "../../src/pty/supervisor_calls.ts";
import { openDescriptors } from "../support/memory.ts";
import { isSlow } from "../support/slow.ts";
import { onPty, Ptys } from "./ptys.ts";
import { Screen } from "./screen.ts";

Deno.test("sessions are found by their ids until they end", onPty, async () => {
  await using ptys = new Ptys();
  const a = await ptys.spawn({ command: "cat", id: "a" });
  const b = await ptys.spawn({ command: "cat", id: "b" });
  assertEquals((await listPtys(ptys.supervisor)).map(({ id }) => id), [
    "a",
    "b",
  ]);
  assertEquals((await findPty(ptys.supervisor, "b"))?.id, "b");
  await a.close();
  assertEquals((await listPtys(ptys.supervisor)).map(({ id }) => id), ["b"]);
  assertEquals(await findPty(ptys.supervisor, "a"), undefined);
  assertEquals((await b.inspect()).command, "cat");
});

Deno.test(
  "an id is given once, and can be a name in the tree",
  onPty,
  async () => {
    await using ptys = new Ptys();
    // The second comes while the first is being started.
    const first = ptys.spawn({ command: "cat", id: "a" });
    await assertRejects(
      () => ptys.spawn({ command: "cat", id: "a" }),
      PtyIdError,
    );
    await (await first).close();
    await ptys.spawn({ command: "cat", id: "a" });
    for (const id of ["", "a/b"]) {
      await assertRejects(() => ptys.spawn({ command: "cat", id }), PtyIdError);
    }
  },
);

Deno.test("no more sessions exist than maxSessions", onPty, async () => {
  await using ptys = new Ptys({ maxSessions: 2 });
  const spawns = [1, 2, 3].map(() => ptys.spawn({ command: "cat" }));
  const [first, , third] = await Promise.allSettled(spawns);
  assert(third?.status === "rejected");
  assert(third.reason instanceof PtyLimitError);
  assert(first?.status === "fulfilled");
  await first.value.close();
  await ptys.spawn({ command: "cat" });
});

Deno.test(
  "a session that could not be started does not count",
  onPty,
  async () => {
    await using ptys = new Ptys({ maxSessions: 1 });
    await assertRejects(
      () => ptys.spawn({ command: "/no/such/command", id: "a" }),
      PtySpawnError,
    );
    await ptys.spawn({ command: "cat", id: "a" });
  },
);

Deno.test(
  "a program that cannot be started is refused with an error that names the cause",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const cwd = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${cwd}/plain`, "");
      for (
        const [spec, error] of [
          [{ command: "/no/such/command" }, PtyExecError],
          [{ command: "no-such-command" }, PtyExecError],
          [{ command: "" }, PtyExecError],
          [{ command: "./plain", cwd }, PtyExecError],
          [{ command: "/" }, PtyExecError],
          [{ command: "cat\0" }, PtyExecError],
          [{ command: "cat", args: ["\0"] }, PtyExecError],
          [{ command: "cat", env: { PATH: cwd } }, PtyExecError],
          [{ command: "cat", cwd: "/no/such/directory" }, PtyDirectoryError],
          [{ command: "cat", cwd: `${cwd}/plain` }, PtyDirectoryError],
          [{ command: "cat", size: { columns: 0, rows: 1 } }, PtySizeError],
        ] as const
      ) {
        await assertRejects(
          () => ptys.spawn(spec),
          error,
          undefined,
          Deno.inspect(spec),
        );
      }
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
);

Deno.test(
  "a script whose interpreter cannot be used is refused with an error that names it",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const cwd = await Deno.makeTempDir();
    try {
      for (
        const [name, line, why] of [
          ["missing", "#!/no/such/interpreter -x", "/no/such/interpreter"],
          ["plain", "#! ./text", "not executable"],
          ["deep", "#!./missing", "/no/such/interpreter"],
        ] as const
      ) {
        await Deno.writeTextFile(`${cwd}/text`, "");
        await Deno.writeTextFile(`${cwd}/${name}`, `${line}\n`, {
          mode: 0o755,
        });
        await assertRejects(
          () => ptys.spawn({ command: `./${name}`, cwd }),
          PtyExecError,
          why,
        );
      }
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
);

Deno.test(
  "a failure after the fork is reported with the exit",
  onPty,
  async () => {
    const cwd = await Deno.makeTempDir();
    const path = `${cwd}/script`;
    await Deno.writeTextFile(path, "#!/bin/sh\n", { mode: 0o755 });
    const command = await resolveCommand({ command: path, cwd: "/" });
    // It is gone when the program is started.
    await Deno.remove(cwd, { recursive: true });
    const pty = await openNodePty(command);
    await new Promise<void>((resolve) => {
      let ends = 0;
      const end = (): void => void (++ends === 2 && resolve());
      pty.start({ output() {}, closed: end, exited: end });
    });
    const { exit } = pty;
    assertEquals(exit?.code, 1);
    assert(exit?.error instanceof PtyExecError, Deno.inspect(exit));
  },
);

Deno.test(
  "a program that prints the message of a failed start has not failed to start",
  onPty,
  async () => {
    await using ptys = new Ptys();
    for (const call of ["execvp(3)", "chdir(2)"]) {
      const session = await ptys.sh(
        `echo '${call} failed.: No such file or directory'; exit 1`,
      );
      const { code, error } = await (await Screen.of(session)).exit();
      assertEquals([code, error], [1, undefined]);
    }
  },
);

Deno.test(
  "nor has one that prints it after it has removed its own file and directory",
  onPty,
  async () => {
    await using ptys = new Ptys();
    for (const call of ["execvp(3)", "chdir(2)"]) {
      const cwd = await Deno.makeTempDir();
      await Deno.writeTextFile(
        `${cwd}/once`,
        `#!/bin/sh\nrm -r "${cwd}"\necho '${call} failed.: No such file or directory'\nexit 1\n`,
        { mode: 0o755 },
      );
      const session = await ptys.spawn({ command: `${cwd}/once`, cwd });
      const { code, error } = await (await Screen.of(session)).exit();
      assertEquals([code, error], [1, undefined]);
      await assertRejects(() => Deno.stat(cwd), Deno.errors.NotFound);
    }
  },
);

Deno.test(
  "a program has the directory, the environment and the terminal that it was given",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.spawn({
      command: "sh",
      args: ["-c", "pwd; stty size; env"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", ONLY: "this" },
      term: "vt100",
      size: { columns: 100, rows: 30 },
    });
    const screen = await Screen.of(session);
    await screen.exit();
    const lines = screen.text.trimEnd().split("\r\n");
    assertEquals(lines.slice(0, 2), ["/", "30 100"]);
    assertEquals(
      lines.slice(2).filter((line) => !/^(OLDPWD|_|SHLVL)=/.test(line)).sort(),
      ["ONLY=this", "PATH=/usr/bin:/bin", "PWD=/", "TERM=vt100"],
    );
  },
);

Deno.test("limits out of their range are refused", () => {
  for (
    const options of [
      { maxSessions: 0 },
      { windowBytes: 0 },
      { graceMs: -1 },
      { idleMs: NaN },
      { keptBytes: 262_143 },
      { keptBytes: Infinity },
    ]
  ) {
    assertThrows(() => ptySupervisor(options), RangeError, undefined);
  }
});

Deno.test(
  "a shutdown ends all sessions, including those being started",
  onPty,
  async () => {
    const ptys = new Ptys();
    const sessions = await Promise.all(
      Array.from({ length: 20 }, () => ptys.spawn({ command: "cat" })),
    );
    const screens = await Promise.all(sessions.map((one) => Screen.of(one)));
    const late = assertRejects(
      () => ptys.spawn({ command: "cat" }),
      PtySpawnError,
      "stopped",
    );
    // The reply comes after it: it is being started when the shutdown comes.
    await listPtys(ptys.supervisor);
    const ending = ptys.system.shutdown();
    await late;
    assertEquals((await ending).killed, []);
    for (const screen of screens) {
      assertEquals((await screen.exit()).signal, "SIGHUP");
    }
    assertEquals(children(), []);
  },
);

/** Ids of the children of this process. */
function children(): string[] {
  try {
    const path = `/proc/${Deno.pid}/task/${Deno.pid}/children`;
    return Deno.readTextFileSync(path).trim().split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

Deno.test(
  "sessions leave descriptors, threads, children and PTYs as they were",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const cycle = async () => {
      const session = await ptys.sh("exit 0");
      const screen = await Screen.of(session);
      await screen.exit();
      await session.ended;
    };
    for (let i = 0; i < 10; i++) {
      await cycle();
    }
    const before = held();
    for (let i = 0; i < (isSlow ? 1000 : 25); i++) await cycle();
    const { threads, ...after } = held();
    const { threads: threadsBefore, ...rest } = before;
    assertEquals(after, rest);
    // The runtime has a pool that grows and shrinks as it likes.
    assert(threads < threadsBefore + 50, `${threadsBefore} to ${threads}`);
  },
);

function held() {
  return {
    descriptors: openDescriptors(),
    masters: masters(),
    threads: threads(),
    children: children(),
  };
}

/** PTYs of this process: the machine may have others. */
function masters(): number {
  try {
    const targets = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/self/fd/${name}`);
      } catch {
        return "gone";
      }
    });
    return targets.filter((target) => target.includes("ptmx")).length;
  } catch {
    return 0;
  }
}

function threads(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(status.match(/^Threads:\s+(\d+)$/m)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
