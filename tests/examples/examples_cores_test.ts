import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "examples/cores/main.ts loses the sessions of one worker and no others",
  onLinux,
  async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-net=127.0.0.1",
        "--allow-read=.",
        "examples/cores/main.ts",
      ],
      cwd: ROOT,
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assertEquals(
      { code, stderr: decoder.decode(stderr) },
      { code: 0, stderr: "" },
    );
    assertEquals(decoder.decode(stdout).trimEnd().split("\n"), [
      '{ text: "hello, Ada", worker: 0 } { text: "hello, Ada", worker: 1 }',
      "worker 0 has failed: true",
      '{ text: "hello, Ada", worker: 1 }',
      "[ 2, 1 ]",
    ]);
  },
);
