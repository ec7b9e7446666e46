// What somebody follows in the same process is what the rules let him see.
import { assertEquals, assertRejects } from "@std/assert";
import {
  authCollection,
  collection,
  relation,
  StoreError,
  text,
} from "../../src/store/mod.ts";
import { openStore } from "./support/open_store.ts";

const users = authCollection("users", { fields: { role: text() } });
const notes = collection("notes", {
  fields: { body: text(), owner: relation("users", { onDelete: "cascade" }) },
  rules: {
    list: "owner = @request.auth.id || @request.auth.role = 'editor'",
    view: true,
  },
});
const PASSWORD = "correct horse battery staple";

Deno.test("who follows changes in the process sees what the rules allow, as his account is by then", async () => {
  await using opened = await openStore({ collections: [users, notes] });
  const { data } = opened;
  const ann = await data.collection(users).create({
    email: "a@b.co",
    password: PASSWORD,
  });
  const all = data.collection(notes);
  const who = { kind: "record", collection: "users", id: ann.id, record: ann };
  const asAnn = data.as({ ...who, kind: "record" });
  await using own = asAnn.subscribe(notes);
  await using nobodys = data.as(null).subscribe(notes);
  await using supers = data.as({ kind: "superuser" }).subscribe(notes);
  await all.create({ body: "hidden" });
  const mine = await all.create({ body: "mine", owner: ann.id });
  await using one = data.as(null).subscribe(notes, { id: mine.id });
  await data.collection(users).update(ann.id, { role: "editor" });
  await all.create({ body: "edited" });
  const read = async (
    { next }: { next(): Promise<unknown> },
    count: number,
  ) => {
    const bodies: unknown[] = [];
    for (let i = 0; i < count; i++) {
      const { value } = await next() as {
        value: { record: { body: string } };
      };
      bodies.push(value.record.body);
    }
    return bodies;
  };
  const of = (subscription: typeof own) => ({
    next: () => subscription.next(),
  });
  // What was before she was an editor is not given afterwards.
  assertEquals(await read(of(own), 2), ["mine", "edited"]);
  assertEquals(await read(of(supers), 3), ["hidden", "mine", "edited"]);
  await all.update(mine.id, { body: "seen by id" });
  assertEquals(await read(of(one), 1), ["seen by id"]);
  assertEquals(await read(of(own), 1), ["seen by id"]);
  // What is left of the note is its end, and nothing was given to nobody.
  await data.collection(users).delete(ann.id);
  await assertRejects(
    async () => {
      for (let i = 0; i < 3; i++) await own.next();
    },
    StoreError,
    "was deleted",
  );
  const outcome = nobodys.next();
  await nobodys[Symbol.asyncDispose]();
  assertEquals((await outcome).done, true);
});
