import { assert, assertEquals } from "@std/assert";
import type { LoadResult } from "../../../src/load/result.ts";
import { bounded } from "../../support/net.ts";
import { Command } from "./command.ts";

const ROOT = new URL("../../../", import.meta.url);

const PHASES = [
  "phases.rampUpMs=200",
  "phases.steadyMs=1000",
  "phases.rampDownMs=0",
];

/** Each stage for less than half a second. */
const STAGES = [0, 1, 2, 3, 4].map((stage) =>
  `load.stages.${stage}.durationMs=400`
);

/** Runs an example for a second or two. */
async function runExample(
  name: string,
  changes: readonly string[],
): Promise<LoadResult> {
  await using command = new Command();
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-all", "src/load/cli/main.ts"],
      ...[`examples/load/${name}`, "--json", "--no-page"],
      ...["--out", `${command.directory}/out`],
      ...changes.flatMap((change) => ["--set", change]),
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

for (
  const [name, rows, changes] of [
    ["chat.yaml", 2, PHASES],
    ["api.yaml", 2, PHASES],
    ["shop.yaml", 7, PHASES],
    ["stages.yaml", 2, STAGES],
  ] as const
) {
  Deno.test(
    `examples/load/${name} starts its target, and every operation is done`,
    bounded,
    async () => {
      const { operations, reasons } = await runExample(name, changes);
      assertEquals(operations.length, rows);
      for (const { accounting, errors } of operations) {
        assertEquals(errors, [], reasons.join("\n"));
        assert(accounting.ok > 0);
      }
    },
  );
}
