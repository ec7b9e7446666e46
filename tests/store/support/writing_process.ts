// A process that writes to a store until it is killed, and says on stdout what
// was answered: `+ id name` for a record that was created, `= id name` for one
// that was changed, `- id` for one that was deleted, each behind its answer.
import { ActorSystem } from "../../../src/actor/mod.ts";
import {
  type Collection,
  collection,
  relation,
  store,
  text,
} from "../../../src/store/mod.ts";

const owners = collection("owners", {
  fields: { name: text({ required: true }) },
});
const items = collection("items", {
  fields: {
    name: text({ required: true }),
    owner: relation("owners", { onDelete: "cascade" }),
  },
});

/** The collections that it writes to. */
export const collections: readonly Collection[] = [owners, items];

/** Writes for ever: four things at once, each of several that follow. */
async function writeForEver(path: string): Promise<void> {
  await using system = new ActorSystem();
  await using data = await store(system, {
    path,
    collections,
    limits: { readers: 1 },
    changes: { keepHours: Infinity, keepCount: Infinity },
  });
  const [all, of] = [data.collection(owners), data.collection(items)];
  const encoder = new TextEncoder();
  // A process that is killed loses nothing that it has written so.
  const say = (line: string) =>
    Deno.stdout.writeSync(encoder.encode(`${line}\n`));
  say("ready");
  await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
    for (let i = 0; true; i++) {
      const owner = await all.create({ name: `${worker}.${i}` });
      say(`+ ${owner.id} ${owner.name}`);
      const item = await of.create({ name: owner.name, owner: owner.id });
      say(`+ ${item.id} ${item.name}`);
      const changed = await all.update(owner.id, { name: `${owner.name}!` });
      say(`= ${owner.id} ${changed.name}`);
      if (i % 2 === 0) continue;
      await all.delete(owner.id);
      say(`- ${owner.id}`);
      say(`- ${item.id}`);
    }
  }));
}

if (import.meta.main) await writeForEver(Deno.args[0] ?? "");
