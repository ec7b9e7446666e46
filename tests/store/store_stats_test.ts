import { assert, assertEquals } from "@std/assert";
import { collection, integer } from "../../src/store/mod.ts";
import { openStore } from "./support/open_store.ts";

const numbers = collection("numbers", { fields: { value: integer() } });

Deno.test("the stats of a store say how long its threads were busy, and what they have done", async () => {
  await using opened = await openStore({ collections: [numbers] });
  const { data } = opened;
  const before = data.stats();
  const writes = Array.from(
    { length: 20 },
    (_, value) => data.collection(numbers).create({ value }),
  );
  await Promise.all(writes);
  await data.collection(numbers).list();
  await data.collection(numbers).count();
  const { writer, readers, auth } = data.stats();
  assertEquals(writer.writes - before.writer.writes, 20);
  // They came at once, so they share commits.
  const commits = writer.commits - before.writer.commits;
  assert(commits >= 1 && commits < 20, `${commits}`);
  assertEquals(readers.reads - before.readers.reads, 2);
  assertEquals([readers.threads, readers.waiting, writer.waiting], [1, 0, 0]);
  assert(writer.busyMs > before.writer.busyMs);
  assert(writer.commitMs > before.writer.commitMs);
  assert(writer.commitMs <= writer.busyMs);
  assert(writer.heldMs > before.writer.heldMs);
  assert(readers.busyMs > before.readers.busyMs);
  assertEquals(auth.hashesBusyMs, 0);
});

Deno.test("a read that goes on counts as work of its thread already", async () => {
  await using opened = await openStore({ collections: [numbers] });
  const { data } = opened;
  for (let value = 0; value < 5; value++) {
    await data.collection(numbers).create({ value });
  }
  const { engine } = opened;
  const before = data.stats().readers.busyMs;
  // Ten joins of the five records: the thread is not back at once.
  const tables = Array.from({ length: 10 }, (_, i) => `numbers AS n${i}`);
  const reading = engine.read({
    sql: `SELECT count(*) AS n FROM ${tables.join(", ")}`,
    values: [],
  });
  let during = before;
  const timer = setInterval(() => during = data.stats().readers.busyMs, 1);
  await reading;
  clearInterval(timer);
  assert(during > before, `${during}`);
  // Nothing is counted twice: idle threads do not grow.
  const after = data.stats().readers.busyMs;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(data.stats().readers.busyMs, after);
});
