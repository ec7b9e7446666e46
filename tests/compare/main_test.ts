import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { TextLineStream } from "@std/streams";
import { bounded } from "../support/net.ts";

const MAIN = new URL("../../src/compare/main.ts", import.meta.url);

function command(
  args: readonly string[],
  directory?: string,
  env: Record<string, string> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN.href, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env,
    ...directory === undefined ? {} : { cwd: directory },
  });
}

async function run(
  args: readonly string[],
  directory?: string,
  env?: Record<string, string>,
) {
  const { code, stdout, stderr } = await command(args, directory, env)
    .output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [
      "-C",
      directory,
      "-c",
      "user.name=t",
      "-c",
      "user.email=t@t",
      ...args,
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** A repository with a value of 10 in HEAD~1 and HEAD, and 20 where one works. */
async function repository(): Promise<AsyncDisposable & { directory: string }> {
  const directory = await Deno.makeTempDir();
  await git(directory, "init", "--quiet");
  const write = (n: number) =>
    Deno.writeTextFile(`${directory}/value.json`, `{"n": ${n}}\n`);
  await write(10);
  await git(directory, "add", ".");
  await git(directory, "commit", "--quiet", "-m", "first");
  await git(directory, "commit", "--quiet", "--allow-empty", "-m", "second");
  await write(20);
  return {
    directory,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

const FEW = ["--noise-pairs", "8", "--max-pairs", "12", "--metric", "n"];

Deno.test(
  "the command line compares HEAD with the working tree, and leaves no work tree behind",
  bounded,
  async () => {
    await using repo = await repository();
    const { code, out } = await run(
      [...FEW, "--", "cat", "value.json"],
      repo.directory,
    );
    assertEquals(code, 1);
    assertMatch(out, /^REGRESSED: the working tree against HEAD, 12 pairs/);
    assertStringIncludes(out, "change +100 %");
    const trees = await git(repo.directory, "worktree", "list");
    assertEquals(trees.split("\n").length, 1);
  },
);

Deno.test(
  "the command line compares two revisions, as JSON",
  bounded,
  async () => {
    await using repo = await repository();
    const { code, out } = await run(
      ["--json", ...FEW, "HEAD~1", "HEAD", "--", "cat", "value.json"],
      repo.directory,
    );
    assertEquals(code, 0);
    const report = JSON.parse(out);
    assertEquals(report.verdict, "pass");
    assertEquals([report.a.label, report.b.label], ["HEAD~1", "HEAD"]);
  },
);

Deno.test(
  "the command line exits with 4 for an improvement, and with 3 if it is inconclusive",
  bounded,
  async () => {
    const two = (b: string, ...more: string[]) =>
      run([...FEW, ...more, "--a", `echo '{"n": 9}'`, "--b", b]);
    assertEquals((await two(`echo '{"n": 3}'`)).code, 4);
    assertEquals((await two(`echo '{"n": 3}'`, "--max-pairs", "2")).code, 3);
  },
);

Deno.test(
  "the command line exits with 2 for wrong usage, and with 5 if a run or git fails",
  bounded,
  async () => {
    const usage = await run(["--a", "true"]);
    assertEquals(usage.code, 2);
    assertStringIncludes(usage.err, "--b is missing");
    const failed = await run(["--a", "exit 9", "--b", "true"]);
    assertEquals(failed.code, 5);
    assertStringIncludes(failed.err, "its exit code is 9");
    await using repo = await repository();
    const revision = await run(["nowhere", "--", "true"], repo.directory);
    assertEquals(revision.code, 5);
    assertStringIncludes(revision.err, "nowhere is not a revision");
  },
);

Deno.test(
  "the command line has a verdict on a metric that is 0 in some runs",
  bounded,
  async () => {
    const two = (a: number, b: number) =>
      run([...FEW, "--a", `echo '{"n": ${a}}'`, "--b", `echo '{"n": ${b}}'`]);
    assertEquals((await two(0, 0)).code, 0);
    assertEquals((await two(3, 0)).code, 4);
    const worse = await two(0, 3);
    assertEquals(worse.code, 1);
    assertStringIncludes(worse.out, "A 0, B 3, change +100 %");
    assertStringIncludes(worse.out, "some runs are 0");
  },
);

Deno.test(
  "a run that fails once is repeated, and named in the report",
  bounded,
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      const failing = (when: string) =>
        `echo >> runs; [ $(wc -l < runs) ${when} ] && exit 7; echo '{"n": 9}'`;
      const sides = (
        when: string,
      ) => ["--a", failing(when), "--b", failing(when)];
      const once = await run([...FEW, ...sides("= 5")], directory);
      assertEquals(once.code, 0, once.err);
      assertStringIncludes(once.out, "Runs that failed and were repeated: 1");
      assertStringIncludes(once.out, "its exit code is 7");
      await Deno.remove(`${directory}/runs`);
      assertEquals((await run([...FEW, ...sides("-gt 4")], directory)).code, 5);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "a revision has its submodules, and an error names what git ignores",
  bounded,
  async () => {
    await using library = await repository();
    await using repo = await repository();
    const { directory } = repo;
    await git(
      directory,
      ...["-c", "protocol.file.allow=always", "submodule", "--quiet"],
      ...["add", library.directory, "library"],
    );
    await Deno.writeTextFile(`${directory}/.gitignore`, "built/\n");
    await Deno.mkdir(`${directory}/built`);
    await Deno.writeTextFile(`${directory}/built/n.json`, '{"n": 1}\n');
    await git(directory, "add", ".");
    await git(directory, "commit", "--quiet", "-m", "third");
    // Git clones no submodule from a path unless it may.
    const env = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "protocol.file.allow",
      GIT_CONFIG_VALUE_0: "always",
    };
    const there = await run(
      [...FEW, "--", "cat", "library/value.json"],
      directory,
      env,
    );
    assertEquals(there.code, 0, there.err);
    const ignored = await run(
      [...FEW, "--", "cat", "built/n.json"],
      directory,
      env,
    );
    assertEquals(ignored.code, 5);
    assertStringIncludes(ignored.err, "lacks what git ignores: built/.");
    const trees = await git(directory, "worktree", "list");
    assertEquals(trees.split("\n").length, 1);
  },
);

Deno.test("the command line prints its usage", bounded, async () => {
  const { code, out } = await run(["--help"]);
  assertEquals(code, 0);
  assertStringIncludes(out, "Exit code:");
});

Deno.test(
  "Ctrl-C ends the run and what it started, and removes the work tree",
  bounded,
  async () => {
    await using repo = await repository();
    await using child = command(
      [
        "--",
        "sh",
        "-c",
        'sleep 1000 & echo $! > "$0"; wait',
        `${repo.directory}/pid`,
      ],
      repo.directory,
    ).spawn();
    const watcher = Deno.watchFs(repo.directory);
    for await (const { paths } of watcher) {
      const written = paths.some((path) => path.endsWith("/pid")) &&
        await Deno.readTextFile(`${repo.directory}/pid`).catch(() => "");
      if (written) break;
    }
    const pid = Number(await Deno.readTextFile(`${repo.directory}/pid`));
    child.kill("SIGINT");
    const lines = child.stderr.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    assertEquals(await Array.fromAsync(lines), ["warm-up: 2 runs"]);
    assertEquals((await child.status).code, 130);
    await child.stdout.cancel();
    assertEquals(await state(pid), "gone");
    const trees = await git(repo.directory, "worktree", "list");
    assertEquals(trees.split("\n").length, 1);
  },
);

/** Whether a process lives; one that nobody has waited for does not. */
async function state(pid: number): Promise<"alive" | "gone"> {
  // Without `ps`, which not every machine has.
  const line = 'read -r _ _ state _ < "/proc/$0/stat" && echo "$state"';
  const { stdout } = await new Deno.Command(
    Deno.build.os === "linux" ? "sh" : "ps",
    {
      args: Deno.build.os === "linux"
        ? ["-c", line, String(pid)]
        : ["-o", "stat=", "-p", String(pid)],
      stderr: "null",
    },
  ).output();
  const text = new TextDecoder().decode(stdout).trim();
  return text === "" || text.startsWith("Z") ? "gone" : "alive";
}
