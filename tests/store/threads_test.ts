// Threads of a store that end again and again.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  collection,
  StoreClosedError,
  StoreError,
  StoreLostError,
  text,
} from "../../src/store/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { openStore, TestDirectory } from "./support/open_store.ts";

const notes = collection("notes", { fields: { body: text() } });

Deno.test("a store whose threads end more than ten times a minute gives up: it is closed, says why, and its file can be opened again", async () => {
  const clock = new ManualClock();
  await using directory = new TestDirectory();
  const opened = await openStore({ collections: [notes] }, {
    directory,
    system: { clock },
  });
  const { data, engine, system } = opened;
  using _events = system.events.subscribe(() => {}, { handlesFailures: true });
  const all = data.collection(notes);
  const answered: string[] = [];
  let isClosed = false;
  void engine.closed.then(() => isClosed = true);
  const idle = clock.pending;
  let ends = 0;
  while (!isClosed) {
    let isSettled = false;
    const write = all.create({ body: `${ends}` }).then(
      ({ id }) => void answered.push(id),
      (error) =>
        assert(
          error instanceof StoreLostError || error instanceof StoreClosedError,
          `${error}`,
        ),
    ).finally(() => isSettled = true);
    while (!isSettled) {
      // What waits to be started again is; otherwise time stands still.
      if (clock.pending > idle) clock.advance(50);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await write;
    assert(++ends < 100, "it never gave up");
    engine.endThreads("writer");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert(ends > 10 && answered.length >= 10, `${ends} ${answered.length}`);
  const error = await assertRejects(
    () => all.create({ body: "late" }),
    StoreClosedError,
    "it is closed, as it has failed",
  );
  assert(error.cause instanceof StoreError);
  await assertRejects(() => all.list(), StoreClosedError);
  await data.close();

  await using again = await openStore({ collections: [notes] }, { directory });
  const { items } = await again.data.collection(notes).list({ limit: 1000 });
  const found = new Set(items.map(({ id }) => id));
  assertEquals(answered.filter((id) => !found.has(id)), []);
  await opened[Symbol.asyncDispose]();
});
