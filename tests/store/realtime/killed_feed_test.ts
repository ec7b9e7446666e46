// A process that is killed while it publishes the changes of its store.
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { Bus } from "../../../src/bus/mod.ts";
import { publishChanges, store } from "../../../src/store/mod.ts";
import { engineOf } from "../../../src/store/store.ts";
import { seededRandom } from "../../../src/testing/mod.ts";
import { isSlow } from "../../support/slow.ts";
import { TestDirectory } from "../support/open_store.ts";
import { collections } from "../support/writing_process.ts";

const PROGRAM = fileURLToPath(
  new URL("../support/publishing_process.ts", import.meta.url),
);
const CONFIG = fileURLToPath(new URL("../../../deno.json", import.meta.url));

/** Runs the process until it has written so often, and kills it. */
async function killAfter(
  lines: number,
  ...args: readonly string[]
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", "--config", CONFIG, PROGRAM, ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let count = 0;
  for await (const chunk of child.stdout) {
    count += new TextDecoder().decode(chunk).split("\n").length - 1;
    if (count >= lines) child.kill("SIGKILL");
  }
  assertEquals((await child.status).signal, "SIGKILL");
}

Deno.test("a process that is killed while it publishes loses no change and doubles none, and those of a record keep their order", async () => {
  const random = seededRandom(11);
  await using directory = new TestDirectory();
  const path = directory.file();
  for (let round = 0; round < (isSlow ? 4 : 2); round++) {
    const lines = 10 + Math.floor(random() * 150);
    await killAfter(lines, path, directory.path);
  }
  await using system = new ActorSystem();
  await using bus = new Bus(system, { directory: directory.path });
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
  const logged: string[] = [];
  const engine = engineOf(data);
  let cursor = "0";
  for (let isAll = false; !isAll;) {
    const page = await engine.changesSince(cursor, 1000);
    logged.push(...page.changes.map(({ cursor }) => cursor));
    ({ cursor, isAll } = page);
  }
  const before = (await stream.info()).messages;
  assert(before > 0, "nothing was published");
  {
    await using feed = await publishChanges(data, stream, {
      prefix: "store.main",
    });
    while (feed.cursor !== data.cursor) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const published: string[] = [];
  const lastOf = new Map<string, number>();
  await using consumer = await stream.consume("store.main.>");
  while (published.length < (await stream.info()).messages) {
    const message = await consumer.receive();
    assert(message !== undefined);
    const cursor = String(Object(message.value).cursor);
    published.push(cursor);
    const last = lastOf.get(message.subject) ?? 0;
    assert(Number(cursor) > last, `${cursor} comes behind ${last}`);
    lastOf.set(message.subject, Number(cursor));
    // Otherwise it comes again where reading takes long.
    await message.ack();
  }
  const inOrder = published.toSorted((a, b) => Number(a) - Number(b));
  assertEquals(inOrder, logged);
});
