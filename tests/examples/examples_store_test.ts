import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test("examples/store.ts has a rule, a generated and a computed attribute, a stored function and a live change", async () => {
  const script = new URL("examples/store.ts", ROOT);
  const [, permissions = ""] =
    (await Deno.readTextFile(script)).match(/Permissions: (-.*)/) ?? [];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...permissions.split(" "),
      script.href,
    ],
    cwd: ROOT,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals({ code, stderr: decoder.decode(stderr) }, {
    code: 0,
    stderr: "",
  });
  assertEquals(decoder.decode(stdout).trimEnd().split("\n"), [
    "Paint! 180 minutes",
    "live: create 180 minutes",
    "Ann sees 1 task",
    "others see 0",
  ]);
});
