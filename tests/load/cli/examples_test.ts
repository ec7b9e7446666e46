import { assert, assertEquals } from "@std/assert";
import type { LoadResult } from "../../../src/load/result.ts";
import { bounded } from "../../support/net.ts";
import { Command } from "./command.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Runs an example for a second. */
async function runExample(name: string): Promise<LoadResult> {
  await using command = new Command();
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-all", "src/load/cli/main.ts"],
      ...[`examples/load/${name}`, "--json", "--no-page"],
      ...["--out", `${command.directory}/out`],
      ...["--set", "phases.rampUpMs=200", "--set", "phases.steadyMs=1000"],
      ...["--set", "phases.rampDownMs=0"],
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

for (
  const [name, rows] of [
    ["chat.yaml", 2],
    ["api.yaml", 2],
    ["shop.yaml", 7],
  ] as const
) {
  Deno.test(
    `examples/load/${name} starts its target, and every operation is done`,
    bounded,
    async () => {
      const { operations, reasons } = await runExample(name);
      assertEquals(operations.length, rows);
      for (const { accounting, errors } of operations) {
        assertEquals(errors, [], reasons.join("\n"));
        assert(accounting.ok > 0);
      }
    },
  );
}
