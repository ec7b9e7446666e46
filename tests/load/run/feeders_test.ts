import { assertEquals, assertThrows } from "@std/assert";
import { FeederExhaustedError } from "../../../src/load/load_errors.ts";
import { RecordSource } from "../../../src/load/run/feeders.ts";

Deno.test("records are handed out in turn, at random or once", () => {
  const records = [{ n: 1 }, { n: 2 }];
  const take = (order?: "in_turn" | "random" | "once", count = 5) => {
    const source = new RecordSource("numbers", {
      records,
      ...(order === undefined ? {} : { order }),
    }, 1);
    return Array.from({ length: count }, () => source.take()["n"]);
  };
  assertEquals(take(), [1, 2, 1, 2, 1]);
  assertEquals(new Set(take("random", 20)).size, 2);
  assertEquals(take("once", 2), [1, 2]);
  assertThrows(
    () => take("once", 3),
    FeederExhaustedError,
    "all 2 have been used once",
  );
});
