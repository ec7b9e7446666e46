import {
  assert,
  assertEquals,
  assertExists,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { DatabaseProfiler } from "../../src/profile/database_profiler.ts";
import {
  factorOf,
  verdictOf,
  type WeighedGain,
  withoutCovered,
} from "../../src/profile/index_verdict.ts";
import type { IndexTrialReport } from "../../src/profile/database_report.ts";
import { DatabaseProfileError } from "../../src/profile/profile_errors.ts";
import {
  bool,
  collection,
  integer,
  relation,
  type StoredFunctions,
  text,
} from "../../src/store/mod.ts";
import { openStore, type TestStore } from "../store/support/open_store.ts";

const owners = collection("owners", { fields: { name: text() } });
const tasks = collection("tasks", {
  fields: {
    title: text({ required: true }),
    level: integer(),
    done: bool(),
    owner: relation("owners"),
    code: text(),
  },
  indexes: [{ fields: ["code"], isUnique: true }],
});

/** A store with tasks that only some lists have an index for. */
async function withTasks(count: number): Promise<TestStore<StoredFunctions>> {
  const opened = await openStore({
    collections: [owners, tasks],
    synchronous: "normal",
  });
  const { data } = opened;
  const owner = await data.collection(owners).create({ name: "Ann" });
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      data.collection(tasks).create({
        title: `Task ${i} ${"x".repeat(100)}`,
        level: i % 500,
        done: i % 2 === 0,
        owner: owner.id,
        code: `c${i}`,
      })),
  );
  return opened;
}

const SCAN = { collection: "tasks", filter: "level = 7", count: 10 };

async function temporary(): Promise<string[]> {
  const names: string[] = [];
  const root = (await Deno.makeTempDir()).replace(/[^/]+$/, "");
  for await (const { name } of Deno.readDir(root)) {
    if (name.startsWith("troupe-profile-")) names.push(name);
  }
  return names;
}

Deno.test("an index that a list lacks is tried on a copy, and recommended with its gain and its cost", async () => {
  await using opened = await withTasks(2000);
  const { data } = opened;
  const stages: string[] = [];
  const report = await new DatabaseProfiler({ rounds: 8 }).indexes(
    data,
    {
      queries: [SCAN, { collection: "tasks", filter: 'code = "c5"' }],
      onProgress: ({ stage }) => stages.push(stage),
    },
  );
  const [scanned, found] = report.queries;
  assertEquals([scanned?.needsScan, found?.needsScan], [true, false]);
  const [index, ...others] = report.indexes;
  assertExists(index, JSON.stringify(report));
  assertEquals(others, []);
  assertEquals(index.verdict, "recommended", JSON.stringify(index, null, 2));
  assertEquals(index.fields, ["level"]);
  const [gain] = index.queries;
  assertExists(gain);
  assert(gain.before.medianMs > gain.after.medianMs);
  assert(gain.speedup.low > 1.2 && gain.speedup.low <= gain.speedup.high);
  assert(gain.plan.some((step) => step.includes("trial_index_tasks_level")));
  // 2,000 entries with a number and a row number.
  assert(index.bytes >= 2000 * 4 && index.bytes < 2000 * 100);
  assertExists(index.writes);
  assert(index.writes.createsPerSecondBefore > 0);
  assert(index.writes.slowdown.low > 0);
  assertEquals(stages, ["copying", "trying"]);
  // The store itself is as it was.
  const plan = await data.collection(tasks).explain({ filter: "level = 7" });
  assert(plan.needsScan);
  assertEquals(await data.collection(tasks).count(), 2000);
});

Deno.test("the slow queries of a store are what indexes are tried for, and their values are not told", async () => {
  await using opened = await openStore({
    collections: [owners, tasks],
    slowQueries: { overMs: 0 },
  });
  const { data } = opened;
  await data.collection(tasks).create({ title: "One", code: "secret" });
  for (let i = 0; i < 3; i++) {
    await data.collection(tasks).list({ filter: 'title = "hidden"' });
  }
  const report = await new DatabaseProfiler({ rounds: 8 }).indexes(data);
  const listed = report.queries.find(({ query }) => query.includes("title"));
  assertExists(listed, JSON.stringify(report, null, 2));
  assertEquals([listed.count, listed.index], [3, ["title"]]);
  assert(!JSON.stringify(report).includes("hidden"));
});

Deno.test("an index that gains nothing is not recommended", async () => {
  await using opened = await withTasks(60);
  const { indexes } = await new DatabaseProfiler({ rounds: 8, leastGain: 4 })
    .indexes(opened.data, {
      queries: [{ collection: "tasks", filter: "done = true" }],
    });
  const [index] = indexes;
  assertExists(index);
  assertEquals(index.fields, ["done"]);
  assertEquals(index.verdict, "no_gain", JSON.stringify(index, null, 2));
});

Deno.test("records that others relate to can be created again on a copy", async () => {
  await using opened = await openStore({ collections: [owners, tasks] });
  const { data } = opened;
  for (let i = 0; i < 25; i++) {
    const { id } = await data.collection(owners).create({ name: `${i}` });
    await data.collection(tasks).create({
      title: "Task",
      owner: id,
      code: `${i}`,
    });
  }
  const { indexes } = await new DatabaseProfiler({ rounds: 8 })
    .indexes(data, {
      queries: [{ collection: "owners", filter: 'name = "3"' }],
    });
  assertExists(indexes[0]?.writes);
});

Deno.test("a store that is too large is not copied unless asked for", async () => {
  await using opened = await withTasks(1);
  const before = await temporary();
  const error = await assertRejects(
    () =>
      new DatabaseProfiler({ maxStoreBytes: 1000 }).indexes(opened.data, {
        queries: [SCAN],
      }),
    DatabaseProfileError,
    "raise maxStoreBytes",
  );
  assert(error.message.includes("over 1000"));
  assertEquals(await temporary(), before);
});

Deno.test("a trial of indexes that is aborted removes its copies", async () => {
  await using opened = await withTasks(100);
  const before = await temporary();
  const reason = new Error("enough");
  const controller = new AbortController();
  const error = await assertRejects(() =>
    new DatabaseProfiler().indexes(opened.data, {
      queries: [SCAN],
      signal: controller.signal,
      onProgress({ stage }) {
        if (stage === "trying") controller.abort(reason);
      },
    })
  );
  assertEquals(error, reason);
  assertEquals(await temporary(), before);
});

Deno.test("a database profiler refuses what it cannot use", async () => {
  assertThrows(() => new DatabaseProfiler({ rounds: 2 }), RangeError, "rounds");
  await using opened = await withTasks(1);
  const profiler = new DatabaseProfiler();
  for (const query of [{ collection: 3 }, { collection: "tasks", of: 1 }]) {
    await assertRejects(
      () =>
        Reflect.apply(profiler.indexes, profiler, [opened.data, {
          queries: [query],
        }]),
      TypeError,
    );
  }
});

const measured = (medianMs: number) => ({
  medianMs,
  lowMs: medianMs,
  highMs: medianMs,
  samples: 8,
});

function gainOf(
  query: string,
  beforeMs: number,
  afterMs: number,
  count = 1,
): WeighedGain {
  const factor = beforeMs / afterMs;
  return {
    query,
    count,
    before: measured(beforeMs),
    after: measured(afterMs),
    speedup: { estimate: factor, low: factor, high: factor },
    plan: [],
  };
}

Deno.test("an index that slows down all lists together is not recommended", () => {
  const fast = gainOf("a", 10, 1);
  assertEquals(verdictOf([fast, gainOf("b", 1, 1.1)], 1.2), "recommended");
  assertEquals(verdictOf([fast, gainOf("b", 1, 2, 100)], 1.2), "slows_others");
  assertEquals(verdictOf([gainOf("a", 10, 9.9)], 1.2), "no_gain");
});

Deno.test("an index whose lists another one serves as well is covered by it", () => {
  const trial = (
    fields: string[],
    ...queries: WeighedGain[]
  ): IndexTrialReport => ({
    collection: "tasks",
    fields,
    verdict: "recommended",
    bytes: 1,
    buildMs: 1,
    queries,
    writes: null,
  });
  const wide = trial(["a", "b"], gainOf("a", 10, 1), gainOf("ab", 10, 1));
  const narrow = trial(["a"], gainOf("a", 10, 1), gainOf("ab", 10, 5));
  const verdicts = withoutCovered([narrow, wide], 1.2)
    .map(({ fields, verdict }) => [fields.join(), verdict]);
  assertEquals(verdicts, [["a,b", "recommended"], ["a", "covered"]]);
});

Deno.test("pairs that differ by noise alone have a factor around 1", () => {
  const { low, estimate, high } = factorOf(
    Array.from({ length: 12 }, (_, i) => ({
      before: 10 + (i % 3),
      after: 10 + ((i + 1) % 3),
    })),
  );
  assert(low < 1.2 && low <= estimate && estimate <= high);
});
