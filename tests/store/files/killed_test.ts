import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { directoryStorage } from "../../../src/storage/mod.ts";
import { store } from "../../../src/store/mod.ts";
import { engineOf, partsOf } from "../../../src/store/store.ts";
import { seededRandom } from "../../../src/testing/mod.ts";
import { isSlow } from "../../support/slow.ts";
import { TestDirectory } from "../support/open_store.ts";
import { scans } from "../support/uploading_process.ts";

const PROGRAM = new URL("../support/uploading_process.ts", import.meta.url);
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

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
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    // What it says until the signal arrives is read as well.
    if (text.split("\n").length > lines) child.kill("SIGKILL");
  }
  const { signal } = await child.status;
  assertEquals(signal, "SIGKILL");
  return text.split("\n").slice(1, -1);
}

Deno.test("a process that is killed while it stores files has each one that was answered whole, shows none that is not, and leaves none behind", async () => {
  const random = seededRandom(11);
  await using directory = new TestDirectory();
  const path = directory.file();
  /** What was answered last of each record; null if it was deleted. */
  const known = new Map<string, readonly [string, string] | null>();
  for (let round = 0; round < (isSlow ? 15 : 2); round++) {
    const lines = await killAfter(path, 5 + Math.floor(random() * 60));
    assert(lines.length > 0, "nothing was written");
    for (const line of lines) {
      const [kind, id = "", name = "", sha256 = ""] = line.split(" ");
      known.set(id, kind === "-" ? null : [name, sha256]);
    }
    await using system = new ActorSystem();
    await using data = await store(system, {
      path,
      collections: [scans],
      limits: { readers: 1 },
    });
    const { files } = partsOf(data);
    await files.idle();
    const records = new Map<string, string>();
    for (
      const { id, scan } of await engineOf(data).read({
        sql: `SELECT "id", "scan" FROM "scans"`,
        values: [],
      })
    ) records.set(`${id}`, `${scan}`);
    // Each record, answered or not, names a file that is there and whole.
    for (const [id, name] of records) {
      const file = await files.find("scans", id, name);
      assert(file !== undefined, `${id} names no file`);
      const read = await files.open(file);
      assert(read !== undefined, `${id} has no object`);
      const bytes = await new Response(read.body).bytes();
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      assertEquals(sha256, file.sha256);
      const [answered, hash] = known.get(id) ?? [];
      // What came after the last answer may have been done as well.
      if (answered === name) assertEquals(sha256, hash);
    }
    for (const [id, answer] of known) {
      // One that was answered may have been changed or deleted since, by what was
      // not answered any more; but it has been there.
      if (answer === null) assert(!records.has(id), `${id} is back`);
    }
    const objects = directoryStorage(`${path}-files`);
    const keys = await Array.fromAsync(objects.list());
    assertEquals(keys.length, records.size, "objects that no record names");
    // What is under way when it is killed is at most one write of each worker.
    const missing = [...known].filter(([id, answer]) =>
      answer !== null && !records.has(id)
    );
    assert(missing.length <= 6, `${missing.length} records are missing`);
    for (const [id] of missing) known.set(id, null);
  }
});
