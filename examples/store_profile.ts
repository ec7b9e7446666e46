/**
 * What limits a store, and the index that it lacks: a list without an index is
 * read under load, what all else waits for is named, and the index is tried on a
 * copy before it is recommended.
 *
 * Run it: deno run --allow-read --allow-write --allow-env --allow-ffi examples/store_profile.ts
 *
 * Permissions: --allow-read --allow-write --allow-env --allow-ffi
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe/actor";
import {
  BottleneckAnalyzer,
  correlateRun,
  DatabaseProfiler,
  reportToText,
} from "@troupe/troupe/profile";
import {
  collection,
  integer,
  store,
  type StoreStats,
  text,
} from "@troupe/troupe/store";

const tasks = collection("tasks", {
  fields: { title: text({ required: true }), level: integer() },
});
const directory = await Deno.makeTempDir();
{
  await using system = new ActorSystem();
  await using data = await store(system, {
    path: `${directory}/data.db`,
    collections: [tasks],
    slowQueries: { overMs: 1 },
    limits: { readers: 1, maxQueuedWrites: 20_000 },
  });
  const records = data.collection(tasks);
  await Promise.all(
    Array.from(
      { length: 20_000 },
      (_, i) => records.create({ title: `Task ${i}`, level: i % 500 }),
    ),
  );

  // Eight users who read the same list again and again, for a second.
  const samples: StoreStats[] = [data.stats()];
  const timer = setInterval(() => samples.push(data.stats()), 50);
  const end = Date.now() + 1000;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (Date.now() < end) await records.list({ filter: "level = 7" });
  }));
  clearInterval(timer);

  const analyzer = new BottleneckAnalyzer({ latencyP95Ms: 5 });
  const { summary } = analyzer.analyze({
    store: samples,
    slowQueries: data.slowQueries(),
  });
  console.log(summary);
  console.log(correlateRun({ store: samples }, { stepMs: 50 }).summary);

  const report = await new DatabaseProfiler().indexes(data);
  console.log(reportToText(report));
}
await Deno.remove(directory, { recursive: true });
