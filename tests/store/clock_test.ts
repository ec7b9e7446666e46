// A clock of the machine that is set while a store is open.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  authCollection,
  collection,
  InvalidRecordError,
  StoreError,
  text,
} from "../../src/store/mod.ts";
import { openStore } from "./support/open_store.ts";

const HOUR = 3_600_000;
const PASSWORD = "correct horse";

const users = authCollection("users", { fields: {} });
const notes = collection("notes", { fields: { body: text() } });

/** Sets the clock of the machine, as this process sees it, until it is disposed. */
function setClock(): { by(ms: number): void } & Disposable {
  const real = Date.now;
  let offset = 0;
  Date.now = () => real() + offset;
  return {
    by: (ms) => offset += ms,
    [Symbol.dispose]: () => Date.now = real,
  };
}

Deno.test("a clock that jumps an hour back or a day forward locks nobody out, ends no session before its time and keeps the order of changes", async () => {
  using clock = setClock();
  await using opened = await openStore({ collections: [users, notes] });
  const { data, engine } = opened;
  const email = "ann@example.com";
  const { id } = await data.collection(users).create({
    email,
    password: PASSWORD,
  });
  const login = (password = PASSWORD) =>
    data.auth.authWithPassword("users", email, password);
  const whose = async (token: string) => {
    const who = (await data.auth.find(token))?.identity;
    return who?.kind === "record" ? who.id : null;
  };
  const cursors: string[] = [];
  using _changes = engine.subscribe((changes) => {
    cursors.push(...changes.map(({ cursor }) => cursor));
  });
  const tokens: string[] = [];
  let updated = "";
  const note = await data.collection(notes).create({ body: "0" });
  for (const [at, jump] of [0, -HOUR, 24 * HOUR, -24 * HOUR, HOUR].entries()) {
    clock.by(jump);
    // Wrong passwords count, and the right one is not locked out by a jump.
    await assertRejects(() => login("wrong horse"), StoreError);
    tokens.push((await login()).token);
    for (const token of tokens) assertEquals(await whose(token), id, `${at}`);
    const changed = await data.collection(notes).update(note.id, {
      body: `${at}`,
    });
    assert(changed.updated >= updated, `${changed.updated} < ${updated}`);
    updated = changed.updated;
    await data.collection(notes).create({ body: "another" });
  }
  assertEquals(
    cursors.map(Number),
    Array.from(cursors, (_, at) => Number(cursors[0]) + at),
  );
  const { changes } = await engine.changesSince("0", 1000);
  const times = changes.map(({ at }) => at);
  assertEquals(times, times.toSorted((a, b) => a - b));
  // A session that was revoked stays so, whatever the clock is.
  await data.auth.revokeSessions("users", id);
  clock.by(-48 * HOUR);
  for (const token of tokens) assertEquals(await whose(token), null);
  await assertRejects(
    () => data.collection(users).create({ email, password: "short" }),
    InvalidRecordError,
  );
  assertEquals(await whose((await login()).token), id);
});
