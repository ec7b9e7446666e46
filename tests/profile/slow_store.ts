/**
 * A store that is made slow for real in one of several ways, the load that
 * finds out, and what limits it. Run as a program, it prints the report.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/mod.ts";
import { functionDriver } from "../../src/load/drivers/function.ts";
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { BottleneckAnalyzer } from "../../src/profile/bottleneck_analyzer.ts";
import type { BottleneckReport } from "../../src/profile/bottleneck_report.ts";
import {
  authCollection,
  collection,
  integer,
  store,
  storedFunction,
  type StoreStats,
  text,
} from "../../src/store/mod.ts";
import { ANY_MACHINE } from "../support/load_drivers.ts";

/** How a store is made slow. */
export type Slowness =
  /** Each commit waits for the disk, which is slow by other means. */
  | "disk"
  /** Lists without an index. */
  | "scan"
  /** Logins, each with a hash. */
  | "logins"
  /** Stored functions that wait for something else. */
  | "function"
  /** Nothing is. */
  | "fast";

const notes = collection("notes", {
  fields: { body: text(), level: integer() },
});
const users = authCollection("users", { fields: { name: text() } });
const anything = {
  "~standard": {
    version: 1,
    vendor: "troupe",
    validate: (value: unknown) => ({ value }),
  },
} as const;
const PASSWORD = "correct horse battery";

/** Loads a store that is slow in one way, and analyzes what limits it. */
export async function analyzeStore(way: Slowness): Promise<BottleneckReport> {
  const directory = await Deno.makeTempDir({ prefix: "troupe_slow_store_" });
  try {
    return await analyzeIn(directory, way);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function analyzeIn(
  directory: string,
  way: Slowness,
): Promise<BottleneckReport> {
  await using system = new ActorSystem();
  await using data = await store(system, {
    path: `${directory}/data.db`,
    collections: [notes, users],
    functions: {
      wait: storedFunction({
        input: anything,
        run: async ({ collection }) => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          await collection(notes).create({ body: "waited", level: 1 });
        },
      }),
    },
    auth: {
      hashesAtOnce: 1,
      triesPerAccount: 100_000,
      triesPerNetwork: 100_000,
    },
    limits: { readers: 1 },
    slowQueries: { overMs: 1 },
  });
  if (way === "scan") {
    await Promise.all(
      Array.from(
        { length: 3000 },
        (_, level) =>
          data.collection(notes).create({ body: "x".repeat(200), level }),
      ),
    );
  }
  if (way === "logins") {
    await data.collection(users).create({
      email: "ann@example.com",
      password: PASSWORD,
    });
  }
  const ways: Readonly<Record<Slowness, () => Promise<unknown>>> = {
    disk: () => data.collection(notes).create({ body: "a", level: 1 }),
    scan: () =>
      data.collection(notes).list({ filter: 'body ~ "y" && level = -1' }),
    logins: () =>
      data.auth.authWithPassword("users", "ann@example.com", PASSWORD),
    function: () => data.call("wait", null),
    fast: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return await data.collection(notes).count();
    },
  };
  const samples: StoreStats[] = [];
  await using collector = new MetricsCollector({ intervalMs: 50 });
  collector.start();
  const timer = setInterval(() => samples.push(data.stats()), 25);
  try {
    const load = await new LoadTestManager({
      drivers: {
        function: functionDriver({ go: async () => void await ways[way]() }),
      },
      health: ANY_MACHINE,
    }).run({
      name: way,
      load: { model: "closed", users: 8 },
      phases: { rampUpMs: 50, steadyMs: 500 },
      operations: [{
        name: "go",
        driver: "function",
        request: { function: "go" },
      }],
    });
    return new BottleneckAnalyzer({ latencyP50Ms: 0.01 }).analyze({
      load,
      store: samples,
      slowQueries: data.slowQueries(),
      service: collector.history,
      availableCores: navigator.hardwareConcurrency,
    });
  } finally {
    clearInterval(timer);
  }
}

if (import.meta.main) {
  const report = await analyzeStore(Deno.args[0] as Slowness);
  console.log(JSON.stringify(report));
  Deno.exit(0);
}
