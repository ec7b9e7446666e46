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
    return Array.from({ length: count }, () => source.take(0)["n"]);
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

Deno.test("each user has one record, whichever worker it is on", () => {
  const records = [{ n: 1 }, { n: 2 }];
  const take = (
    users: readonly number[],
    order?: "random" | "once",
    share = { index: 0, count: 1 },
  ) => {
    const feeder = { records, per: "user", ...order && { order } } as const;
    const source = new RecordSource("numbers", feeder, 1, share);
    return users.map((user) => source.take(user)["n"]);
  };
  assertEquals(take([0, 1, 0, 1]), [1, 2, 1, 2]);
  // There are fewer records than users, who share them.
  assertEquals(take([2, 3, 2]), [1, 2, 1]);
  assertEquals(take([1, 3], undefined, { index: 1, count: 2 }), [2, 2]);
  assertEquals(take([1, 1], "once"), [2, 2]);
  assertThrows(() => take([2], "once"), FeederExhaustedError);
  const users = Array.from({ length: 20 }, (_, user) => user);
  const drawn = take(users, "random");
  assertEquals(new Set(drawn).size, 2);
  assertEquals(take(users, "random", { index: 1, count: 2 }), drawn);
  assertEquals(take([...users].reverse(), "random").reverse(), drawn);
});
