import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import type { Change, Row } from "../../src/store/engine/engine.ts";
import { store } from "../../src/store/mod.ts";
import { engineOf } from "../../src/store/store.ts";
import { isSlow } from "../support/slow.ts";
import { seededRandom } from "../../src/testing/mod.ts";
import { TestDirectory } from "./support/open_store.ts";
import { collections } from "./support/writing_process.ts";

const PROGRAM = new URL("./support/writing_process.ts", import.meta.url);
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Runs the process until it has said so many lines, and kills it. */
async function killAfter(path: string, lines: number): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "-A",
      "--config",
      CONFIG,
      PROGRAM.pathname,
      path,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const decoder = new TextDecoder();
  let text = "";
  let count = 0;
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    count = text.split("\n").length - 1;
    // What it says until the signal arrives is read as well.
    if (count >= lines) child.kill("SIGKILL");
  }
  const { signal } = await child.status;
  assertEquals(signal, "SIGKILL");
  return text.split("\n").slice(1, -1);
}

/** What was answered, as the records that must be there and their names. */
function answeredBy(
  lines: readonly string[],
  known: Map<string, string | null>,
): void {
  for (const line of lines) {
    const [kind, id = "", name = ""] = line.split(" ");
    known.set(id, kind === "-" ? null : name);
  }
}

/** Returns the records that the change log makes, from its beginning on. */
function replayed(changes: readonly Change[]): Map<string, Row> {
  const records = new Map<string, Row>();
  for (const { collection, id, kind, record, before } of changes) {
    const key = `${collection} ${id}`;
    assertEquals(records.get(key) ?? null, before, `before ${kind} of ${key}`);
    if (record === null) records.delete(key);
    else records.set(key, record);
  }
  return records;
}

Deno.test("a process that is killed while it writes loses nothing that was answered and leaves nothing half, and the change log agrees with the records", async () => {
  const random = seededRandom(7);
  await using directory = new TestDirectory();
  const path = directory.file();
  const known = new Map<string, string | null>();
  const changes: Change[] = [];
  for (let round = 0; round < (isSlow ? 60 : 10); round++) {
    const lines = 20 + Math.floor(random() * 400);
    const before = new Set(known.keys());
    answeredBy(await killAfter(path, lines), known);
    assert(known.size > before.size, "nothing was written");
    await using system = new ActorSystem();
    await using data = await store(system, {
      path,
      collections,
      limits: { readers: 1 },
      changes: { keepHours: Infinity, keepCount: Infinity },
    });
    const engine = engineOf(data);
    const rows = new Map<string, Row>();
    for (const name of ["owners", "items"]) {
      const found = await engine.read({
        sql: `SELECT * FROM "${name}"`,
        values: [],
      }, { maxRows: 1_000_000 });
      for (const row of found) rows.set(`${name} ${row.id}`, row);
    }
    const byId = new Map([...rows.values()].map((row) => [row.id, row]));
    for (const [id, name] of known) {
      const row = byId.get(id);
      // What was not answered may be done all the same: the next step of each.
      if (name === null) assertEquals(row, undefined, `${id} was deleted`);
      else if (row !== undefined) {
        assert(
          [name, `${name}!`].includes(String(row.name)),
          `${id} is ${row.name}`,
        );
      }
    }
    let cursor = changes.at(-1)?.cursor ?? "0";
    for (let isAll = false; !isAll;) {
      const page = await engine.changesSince(cursor, 10_000);
      changes.push(...page.changes);
      ({ cursor, isAll } = page);
    }
    assertEquals(replayed(changes), rows);
    // What was answered and is gone was deleted by an entry of the log.
    const deleted = new Set(
      changes.filter(({ kind }) => kind === "delete").map(({ id }) => id),
    );
    for (const [id, name] of known) {
      if (name !== null && !byId.has(id)) {
        assert(deleted.has(id), `${id} is lost`);
      }
      if (!byId.has(id)) known.set(id, null);
    }
    assertEquals(
      changes.map((change) => Number(change.cursor)),
      [
        ...changes.keys(),
      ].map((index) => index + 1),
    );
    if (round % 5 === 4) assertEquals(await data.integrityCheck(), []);
  }
});
