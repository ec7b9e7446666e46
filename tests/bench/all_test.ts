import { assertEquals } from "@std/assert";
import { all } from "../../bench/ratios/all.ts";
import { rowNames } from "../../bench/ratios/rows.ts";

Deno.test("every row of the list has a name of its own", () => {
  const names = all.flatMap(rowNames);
  assertEquals(names.length, new Set(names).size);
});

for (const entry of all) {
  Deno.test(`the list and the module of ${entry.name} name the same baselines`, async () => {
    const found = Object.keys((await entry.load()).baselines);
    if (entry.peers === undefined) assertEquals(found.length, 1);
    else assertEquals(found, [...entry.peers]);
  });
}
