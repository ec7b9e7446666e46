import { assertEquals, assertRejects } from "@std/assert";
import {
  compare,
  contestant,
  type Entry,
  runRounds,
  type Start,
} from "../../bench/ratios/harness.ts";

Deno.test("runRounds() turns the order each round and drops the warm-up", async () => {
  const calls: string[] = [];
  const measures = ["a", "b"].map((name) => () => calls.push(name));
  const figures = await runRounds(measures, 2);
  assertEquals(calls.join(""), "abba" + "abba");
  assertEquals(figures, [[5, 8], [6, 7]]);
});

Deno.test("runRounds() begins with the last contestant when reversed", async () => {
  const calls: string[] = [];
  const measures = ["a", "b"].map((name) => () => calls.push(name));
  await runRounds(measures, 1, { isReversed: true });
  assertEquals(calls.join(""), "baabba");
});

for (const figure of [0, -1, NaN, Infinity]) {
  Deno.test(`runRounds() refuses a figure of ${figure}`, async () => {
    await assertRejects(() => runRounds([() => figure], 1), RangeError);
  });
}

function entryOf(
  starts: { ours: Start; [peer: string]: Start },
  peers?: string[],
): Entry {
  const { ours, ...baselines } = starts;
  return {
    name: "test/self",
    ...(peers === undefined ? {} : { peers }),
    load: () => Promise.resolve({ unit: "us", ours, baselines }),
  };
}

Deno.test("compare() of a contestant with itself is a draw", async () => {
  const start = () => contestant(() => 5);
  assertEquals(await compare(entryOf({ ours: start, same: start })), [{
    name: "test/self",
    ours: 5,
    baseline: 5,
    ratio: 1,
    unit: "us",
    rounds: 15,
    spread: 0,
  }]);
});

Deno.test("compare() keeps ours apart from the baseline in reversed sittings", async () => {
  const entry = entryOf({
    ours: () => contestant(() => 3),
    other: () => contestant(() => 4),
  });
  const [row] = await compare(entry, { rounds: 7 });
  assertEquals(row?.rounds, 7);
  assertEquals(row?.ratio, 0.75);
  assertEquals(row?.spread, 0);
});

Deno.test("compare() starts anew for each sitting, in turning order, and ends what it started", async () => {
  const events: string[] = [];
  const start = (name: string) => () => {
    events.push(`${name} starts`);
    const resources = {
      [Symbol.asyncDispose]() {
        events.push(`${name} ends`);
        return Promise.resolve();
      },
    };
    return contestant(() => 1, resources);
  };
  const entry = entryOf({ ours: start("a"), other: start("b") });
  await compare(entry, { rounds: 6 });
  assertEquals(events, [
    ...["a starts", "b starts", "b ends", "a ends"],
    ...["b starts", "a starts", "a ends", "b ends"],
  ]);
});

Deno.test("compare() ends what it started when a contestant throws", async () => {
  let ended = 0;
  const resources = {
    [Symbol.asyncDispose]() {
      ended++;
      return Promise.resolve();
    },
  };
  const entry = entryOf({
    ours: () => contestant(() => 1, resources),
    other: () => contestant(() => Promise.reject(new Error("boom")), resources),
  });
  await assertRejects(() => compare(entry), Error, "boom");
  assertEquals(ended, 2);
});

Deno.test("compare() tells the progress up to the last round", async () => {
  const start = () => contestant(() => 1);
  const seen: string[] = [];
  await compare(entryOf({ ours: start, same: start }), {
    rounds: 4,
    onRound: (done, total) => seen.push(`${done}/${total}`),
  });
  assertEquals([seen.length, seen.at(-1)], [8, "8/8"]);
});

Deno.test("compare() refuses peers that the list does not name", async () => {
  const start = () => contestant(() => 1);
  const entry = entryOf({ ours: start, a: start, b: start }, ["a"]);
  await assertRejects(() => compare(entry), TypeError, '"a"');
  const unlisted = entryOf({ ours: start, a: start, b: start });
  await assertRejects(() => compare(unlisted), TypeError, '"a,b"');
});
