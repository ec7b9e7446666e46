// Files as the program itself writes them, what becomes of those of writes that
// fail, and who sees which.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { StoreFilesOptions } from "../../../src/store/mod.ts";
import {
  authCollection,
  type Collection,
  collection,
  file,
  type FileStream,
  InvalidRecordError,
  NotUniqueError,
  relation,
  storedFunction,
  StoreError,
  text,
} from "../../../src/store/mod.ts";
import { memoryStorage, type ObjectStorage } from "../../../src/storage/mod.ts";
import { z } from "zod";
import { ManualClock } from "../../../src/testing/mod.ts";
import { resolveFilesOptions } from "../../../src/store/files/files_options.ts";
import { partsOf } from "../../../src/store/store.ts";
import { bounded } from "../../support/net.ts";
import { openStore } from "../support/open_store.ts";
import { openTestStore } from "../support/served_test_store.ts";
import { albums, noise, openFileStore } from "./support.ts";

const shelves = collection("shelves", { fields: { name: text() } });
const books = collection("books", {
  fields: {
    title: text(),
    scan: file({ maxBytes: 100_000 }),
    pages: file({ max: 3 }),
    shelf: relation("shelves", { onDelete: "cascade" }),
  },
  indexes: [{ fields: ["title"], isUnique: true }],
});

async function keysOf(storage: ObjectStorage): Promise<string[]> {
  return (await Array.fromAsync(storage.list())).map(({ key }) => key);
}

Deno.test(
  "a program writes a File, a Blob or a stream with a name, and reads the names",
  bounded,
  async () => {
    const storage = memoryStorage();
    await using opened = await openStore({
      collections: [shelves, books],
      files: { storage },
    });
    const all = opened.data.collection(books);
    const stream: FileStream = {
      name: "ways/über alles.TXT",
      body: new Blob(["stream"]).stream(),
    };
    const book = await all.create({
      scan: new File(["file"], "a b.txt"),
      pages: [new Blob(["blob"]), stream],
    });
    assertMatch(book.scan ?? "", /^a_b_[a-z0-9]{10}\.txt$/);
    assertMatch(book.pages[0] ?? "", /^file_[a-z0-9]{10}$/);
    assertMatch(book.pages[1] ?? "", /^uber_alles_[a-z0-9]{10}\.txt$/);
    const texts = await Promise.all(
      (await keysOf(storage)).map(async (key) =>
        await new Response((await storage.get(key)).body).text()
      ),
    );
    assertEquals(texts.sort(), ["blob", "file", "stream"]);
    // A name that the record has stays with its file; one that is left out goes.
    const [first = ""] = book.pages;
    const changed = await all.update(book.id, { pages: [first], scan: null });
    assertEquals(changed.pages, [first]);
    await partsOf(opened.data).files.idle();
    assertEquals((await keysOf(storage)).length, 1);
  },
);

Deno.test(
  "a write that fails leaves none of its files, and a record cannot name one of another",
  bounded,
  async () => {
    const storage = memoryStorage();
    await using opened = await openStore({
      collections: [shelves, books],
      files: { storage },
    });
    const all = opened.data.collection(books);
    const one = await all.create({ title: "x", scan: new Blob(["1"]) });
    const before = await keysOf(storage);
    const other = { title: "x", scan: new Blob(["2"]) };
    await assertRejects(() => all.create(other), NotUniqueError);
    const failing: FileStream = {
      name: "cut.txt",
      body: new ReadableStream({
        pull(controller) {
          controller.error(new Error("the source is gone"));
        },
      }),
    };
    await assertRejects(() => all.create({ scan: failing }), Error, "is gone");
    const late = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(noise(60_000));
      },
    });
    await assertRejects(
      () => all.create({ scan: { name: "endless", body: late } }),
      InvalidRecordError,
      "at most 100000 bytes",
    );
    await assertRejects(
      () => all.create({ scan: one.scan }),
      InvalidRecordError,
      "the name of one that the record has",
    );
    await partsOf(opened.data).files.idle();
    assertEquals(await keysOf(storage), before);
  },
);

Deno.test(
  "files go with records that are deleted with others, and a stored function removes them only if it is committed",
  bounded,
  async () => {
    const storage = memoryStorage();
    const functions = {
      clear: storedFunction({
        input: z.object({ id: z.string() }),
        async run({ collection }, { id }) {
          await collection(books).update(id, { scan: null });
          if (id !== "") throw new Error("it changed its mind");
        },
      }),
      add: storedFunction({
        input: z.null(),
        run: ({ collection }) =>
          collection(books).create({ scan: new Blob(["x"]) }),
      }),
    };
    await using opened = await openStore({
      collections: [shelves, books],
      functions,
      files: { storage },
    });
    const { data } = opened;
    const { files } = partsOf(data);
    const shelf = await data.collection(shelves).create({ name: "s" });
    const book = await data.collection(books).create({
      shelf: shelf.id,
      scan: new Blob(["1"]),
    });
    await assertRejects(
      () => data.call("clear", { id: book.id }),
      Error,
      "mind",
    );
    await assertRejects(
      () => data.call("add", null),
      StoreError,
      "stored function",
    );
    await files.idle();
    assertEquals((await keysOf(storage)).length, 1);
    await data.collection(shelves).delete(shelf.id);
    await files.idle();
    assertEquals(await keysOf(storage), []);
  },
);

Deno.test("what cannot be removed is tried again later", bounded, async () => {
  const inner = memoryStorage();
  let isDown = false;
  let failed = Promise.withResolvers<void>();
  const storage: ObjectStorage = {
    name: "memory",
    put: (...call) => inner.put(...call),
    get: (...call) => inner.get(...call),
    head: (...call) => inner.head(...call),
    list: (...call) => inner.list(...call),
    delete: (...call) => {
      if (!isDown) return inner.delete(...call);
      failed.resolve();
      return Promise.reject(new Error("the storage is down"));
    },
  };
  const clock = new ManualClock();
  await using opened = await openStore(
    { collections: [shelves, books], files: { storage } },
    { system: { clock } },
  );
  const all = opened.data.collection(books);
  const { files } = partsOf(opened.data);
  const { id } = await all.create({ scan: new Blob(["1"]) });
  isDown = true;
  const error = console.error;
  console.error = () => {};
  try {
    await all.delete(id);
    await failed.promise;
    await files.idle();
  } finally {
    console.error = error;
  }
  assertEquals((await keysOf(inner)).length, 1);
  isDown = false;
  failed = Promise.withResolvers();
  clock.advance(60_000);
  await files.idle();
  assertEquals(await keysOf(inner), []);
});

Deno.test(
  "files that are on their way are bounded, and options that make no sense are refused",
  bounded,
  async () => {
    await using store = await openFileStore({ files: { maxTransfers: 1 } });
    const all = store.data.collection(albums);
    const gate = Promise.withResolvers<void>();
    const reading = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        reading.resolve();
        await gate.promise;
        controller.enqueue(noise(10));
        controller.close();
      },
    });
    const first = all.create({ cover: { name: "slow.bin", body } });
    await reading.promise;
    await assertRejects(
      () => all.create({ cover: new Blob(["x"]) }),
      StoreError,
      "maxTransfers",
    );
    gate.resolve();
    await first;
    const wrong: [unknown, typeof RangeError | typeof TypeError][] = [
      [{ maxThumbs: 0 }, RangeError],
      [{ storage: {} }, TypeError],
      [{ stroage: memoryStorage() }, TypeError],
    ];
    for (const [options, error] of wrong) {
      assert(
        throws(() =>
          resolveFilesOptions(options as StoreFilesOptions, "data.db", true)
        ) instanceof error,
      );
    }
    for (const size of ["100", "0x0", "5000x1", "0x5t", "1x1z"]) {
      assert(
        throws(() => file({ thumbs: [size] })) instanceof TypeError,
        size,
      );
    }
  },
);

function throws(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

const users: Collection = authCollection("users", {
  fields: { team: text() },
  rules: { view: true },
});
const papers: Collection = collection("papers", {
  fields: {
    owner: relation("users"),
    isPublic: text(),
    open: file(),
    closed: file({ isProtected: true }),
  },
  rules: {
    view:
      "isPublic = 'yes' || owner = @request.auth.id || (@request.auth.team != '' && owner.team = @request.auth.team)",
  },
});

Deno.test(
  "over HTTP everybody reads the protected files of the records that a model of the rules lets them view, and no others",
  bounded,
  async () => {
    await using served = await openTestStore({
      collections: [users, papers],
      files: { storage: memoryStorage() },
    });
    const { data, url } = served;
    const password = "correct horse battery staple";
    const accounts = await Promise.all(
      ["a", "a", "b", ""].map((team, at) =>
        data.collection(users).create({
          email: `u${at}@example.com`,
          password,
          team,
        })
      ),
    );
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, at) => {
        const owner = accounts[at % 5]?.id ?? null;
        return data.collection(papers).create({
          owner,
          isPublic: at % 4 === 0 ? "yes" : "no",
          open: new Blob([`open ${at}`]),
          closed: new Blob([`closed ${at}`]),
        });
      }),
    );
    const tokens = await Promise.all(accounts.map(async ({ email }) => {
      const { token } = await data.auth.authWithPassword(
        "users",
        `${email}`,
        password,
      );
      return await data.auth.fileToken(token) ?? "";
    }));
    const read = async (at: number, field: string, token: string) => {
      const paper = made[at];
      const response = await fetch(
        `${url}/api/files/papers/${paper?.id}/${paper?.[field]}?token=${token}`,
      );
      const text = await response.text();
      return response.status === 200 ? text : response.status;
    };
    const askers = [undefined, ...accounts];
    for (const [who, asker] of askers.entries()) {
      const token = who === 0 ? "" : tokens[who - 1] ?? "";
      for (const [at, paper] of made.entries()) {
        const owner = accounts.find(({ id }) => id === paper["owner"]);
        const isViewed = paper["isPublic"] === "yes" ||
          asker !== undefined &&
            (owner?.id === asker.id ||
              asker["team"] !== "" && owner?.["team"] === asker["team"]);
        const outcome = await read(at, "closed", token);
        assertEquals(outcome, isViewed ? `closed ${at}` : 404, `${who} ${at}`);
        // The name of what is open is all that one needs.
        assertEquals(await read(at, "open", token), `open ${at}`);
      }
    }
    // A token ends with its session.
    const [ann] = accounts;
    await data.auth.revokeSessions("users", `${ann?.id}`);
    const own = made.findIndex((paper) =>
      paper["owner"] === ann?.id && paper["isPublic"] === "no"
    );
    assertEquals(await read(own, "closed", tokens[0] ?? ""), 404);
  },
);
