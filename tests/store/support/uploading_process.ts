// A process that writes records with files until it is killed, and says on
// stdout what was answered: `+ id name sha256` for a record whose file is that
// one, `- id` for one that was deleted, each behind its answer.
import { createHash } from "node:crypto";
import { ActorSystem } from "../../../src/actor/mod.ts";
import {
  type Collection,
  collection,
  file,
  store,
} from "../../../src/store/mod.ts";

/** The collection that it writes to. */
export const scans: Collection = collection("scans", {
  fields: { scan: file({ maxBytes: 2 ** 22 }) },
});

/** Writes for ever: several things at once, each of some that follow. */
async function writeForEver(path: string): Promise<void> {
  await using system = new ActorSystem();
  await using data = await store(system, {
    path,
    collections: [scans],
    limits: { readers: 1 },
  });
  const all = data.collection(scans);
  const encoder = new TextEncoder();
  // A process that is killed loses nothing that it has written so.
  const say = (line: string) =>
    Deno.stdout.writeSync(encoder.encode(`${line}\n`));
  say("ready");
  await Promise.all(Array.from({ length: 6 }, async (_, worker) => {
    for (let i = 0; true; i++) {
      const bytes = new Uint8Array(1 + (i * 7919 + worker * 104_729) % 300_000);
      bytes.fill(worker + i);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const scan = { name: "s.bin", body: new Blob([bytes]).stream() };
      const { id, scan: name } = await all.create({ scan });
      say(`+ ${id} ${name} ${sha256}`);
      if (i % 3 === 0) continue;
      const changed = await all.update(id, {
        scan: new File([`${worker} ${i}`], "t.txt"),
      });
      const hash = createHash("sha256").update(`${worker} ${i}`).digest("hex");
      say(`+ ${id} ${changed["scan"]} ${hash}`);
      if (i % 3 === 1) continue;
      await all.delete(id);
      say(`- ${id}`);
    }
  }));
}

if (import.meta.main) await writeForEver(Deno.args[0] ?? "");
