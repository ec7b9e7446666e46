import { assertEquals, assertMatch } from "@std/assert";

const decoder = new TextDecoder();

/** Runs an example without any permission, and gives its lines. */
async function lines(path: string): Promise<string[]> {
  const script = new URL(`../../${path}`, import.meta.url);
  assertMatch(await Deno.readTextFile(script), /Permissions: none\n/);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", script.href],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(
    { code, stderr: decoder.decode(stderr) },
    { code: 0, stderr: "" },
  );
  return decoder.decode(stdout).trimEnd().split("\n");
}

Deno.test("examples/supervision.ts is healthy again after three restarts", async () => {
  const shown = await lines("examples/supervision.ts");
  assertEquals(shown.map((line) => line.replace(/\d+ ms/, "N ms")), [
    "failed /root/prices: Error: an item without a name",
    "restart 1 after N ms",
    "failed /root/prices: Error: the source is down",
    "restart 2 after N ms",
    "failed /root/prices: Error: the source is down",
    "restart 3 after N ms",
    "healthy again: tea costs 3",
  ]);
});

Deno.test("examples/state_machine.ts lets in who waited, and locks again", async () => {
  assertEquals(await lines("examples/state_machine.ts"), [
    '{ phase: "locked", mistakes: 1 }',
    '{ phase: "open", entered: 0 }',
    '{ phase: "open", entered: 1 }',
    '{ phase: "open", entered: 2 }',
    '[ "welcome", "welcome" ]',
    '{ phase: "locked", mistakes: 0 }',
  ]);
});

Deno.test("examples/lease.ts opens once, and closes when both holders are gone", async () => {
  assertEquals(await lines("examples/lease.ts"), [
    "opened",
    "TEA",
    "TEA",
    "leases: 2, open: true",
    "leases: 1, open: true",
    "leases: 0, open: true",
    "closed",
  ]);
});

Deno.test("examples/service_test.ts passes without any permission", async () => {
  const script = new URL("../../examples/service_test.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--quiet", "--no-prompt", "--no-check", script.href],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const shown = decoder.decode(stdout);
  assertEquals(code, 0, shown);
  assertMatch(shown, /2 passed \| 0 failed/);
});
