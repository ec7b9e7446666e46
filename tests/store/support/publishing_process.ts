// A process that writes to a store and publishes its changes in a stream on disk,
// until it is killed. It says on stdout how often it has written.
import { ActorSystem } from "../../../src/actor/mod.ts";
import { Bus } from "../../../src/bus/mod.ts";
import { publishChanges, store } from "../../../src/store/mod.ts";
import { collections } from "./writing_process.ts";

const [path = "", directory = ""] = Deno.args;
await using system = new ActorSystem();
await using bus = new Bus(system, { directory });
const stream = await bus.stream("changes", {
  subjects: ["store.>"],
  duplicateWindowMs: 3_600_000,
});
await using data = await store(system, {
  path,
  collections,
  limits: { readers: 1 },
  changes: { keepHours: Infinity, keepCount: Infinity },
});
await using _feed = await publishChanges(data, stream, {
  prefix: "store.main",
});
const [owners] = collections;
if (owners === undefined) throw new Error("There are no collections");
const all = data.collection(owners);
const line = new TextEncoder().encode("written\n");
await Promise.all(Array.from({ length: 4 }, async (_, worker) => {
  for (let i = 0; true; i++) {
    const { id } = await all.create({ name: `${worker}.${i}` });
    await all.update(id, { name: `${worker}.${i}!` });
    if (i % 3 === 0) await all.delete(id);
    Deno.stdout.writeSync(line);
  }
}));
