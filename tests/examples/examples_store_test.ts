import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** Runs an example with the permissions that it states; returns its lines. */
async function run(name: string): Promise<string[]> {
  const script = new URL(`examples/${name}`, ROOT);
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
  return decoder.decode(stdout).trimEnd().split("\n");
}

Deno.test("examples/store.ts has a rule, a generated and a computed attribute, a stored function, a file and a live change", async () => {
  assertEquals(await run("store.ts"), [
    "Paint! 180 minutes",
    "live: create 180 minutes",
    "thumbnail: 200 image/png",
    "strangers see 0",
  ]);
});

Deno.test("examples/store_live.ts follows a store over a cut, and misses nothing", async () => {
  assertEquals(await run("store_live.ts"), [
    "the server is away",
    "create Sweep",
    "update Sweep the yard",
    "delete what is done",
    "create Paint",
  ]);
});
