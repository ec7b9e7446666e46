import { assert, assertEquals, assertMatch } from "@std/assert";
import { bounded } from "../support/net.ts";
import { ROOT } from "./parts.ts";

function suite(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "tests/suite/main.ts", ...args],
    cwd: ROOT,
    stdout: "piped",
    env: { NO_COLOR: "1" },
  });
}

async function shell(line: string): Promise<{ code: number; text: string }> {
  const { code, stdout } = await new Deno.Command("sh", {
    args: ["-c", line],
    cwd: ROOT,
    stderr: "null",
    env: { NO_COLOR: "1" },
  }).output();
  return { code, text: new TextDecoder().decode(stdout) };
}

Deno.test(
  "a failing run ends with how to run just what failed",
  bounded,
  async () => {
    const path = "tests/suite/failing_fixture.ts";
    const { code, stdout } = await suite(path, "--no-check").output();
    assertEquals(code, 1);
    const [, list = ""] = new TextDecoder().decode(stdout)
      .split("What failed, and how to run just that:\n");
    assertMatch(
      list,
      /\nFAILED \| 1 passed \| 2 failed \| 1 ignored \(\d+s\)\n$/,
    );
    const commands = list.match(/(?<=^ {2}).*$/gm) ?? [];
    assertEquals(commands.length, 2, list);
    for (const command of commands) {
      const { code, text } = await shell(`${command} --no-check`);
      assertEquals(code, 1);
      assertMatch(text, /\nFAILED \| 0 passed \| 1 failed \(\d+s\)\n$/);
    }
  },
);

Deno.test("a run that is interrupted ends its processes", bounded, async () => {
  const path = "tests/suite/hanging_fixture.ts";
  const run = suite(path, "--no-check").spawn();
  let text = "";
  let pid: string | undefined;
  for await (const piece of run.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    pid ??= text.match(/^pid (\d+)$/m)?.[1];
    if (pid !== undefined) break;
  }
  run.kill("SIGTERM");
  assertEquals((await run.status).code, 1);
  assert(pid !== undefined, text);
  assertEquals((await shell(`kill -0 ${pid}`)).code, 1);
});
