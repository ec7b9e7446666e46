import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** Runs an example with the permissions that its first comment states. */
async function lines(path: string): Promise<string[]> {
  const script = new URL(path, ROOT);
  const [, permissions = ""] =
    (await Deno.readTextFile(script)).match(/Permissions: (-.*)/) ?? [];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...permissions.split(" ").filter(Boolean),
      script.href,
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
  return decoder.decode(stdout).trimEnd().split("\n");
}

Deno.test("examples/bus_jobs.ts tries again what fails, and gives up after three times", async () => {
  assertEquals(await lines("examples/bus_jobs.ts"), [
    "job 3 is given up: broken.png, max_deliveries, 3",
    "done: a.png, b.png, slow.png",
  ]);
});

Deno.test("examples/bus_stream.ts loses nothing that was acknowledged before a kill -9", async () => {
  assertEquals(await lines("examples/bus_stream.ts"), [
    "all that were acknowledged are kept: true",
    "order 1 again: number 1, true",
    "in order, and each once: true",
  ]);
});
