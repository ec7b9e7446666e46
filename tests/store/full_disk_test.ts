// A disk that is really full: a small one in memory. Where tests may not mount
// one they are ignored, and `maxFileBytes` stands for it in store_test.ts.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  collection,
  restoreBackup,
  type Store,
  store,
  StoreError,
  StoreFileError,
  StoreFullError,
  text,
} from "../../src/store/mod.ts";
import { engineOf } from "../../src/store/store.ts";
import { TestDirectory } from "./support/open_store.ts";
import { canMount, SmallDisk } from "./support/small_disk.ts";

const BYTES = 2 ** 21;
const notes = collection("notes", { fields: { body: text() } });

/** Mounts a disk, which is there as the tests run only where it can be. */
async function smallDisk(): Promise<SmallDisk> {
  const disk = await SmallDisk.mount(BYTES);
  if (disk === undefined) throw new Error("The disk could not be mounted");
  return disk;
}

function open(system: ActorSystem, path: string): Promise<Store> {
  return store(system, { path, collections: [notes], limits: { readers: 1 } });
}

/** Writes until there is no room; returns the ids that were answered. */
async function fillUp(data: Store): Promise<string[]> {
  const ids: string[] = [];
  const refused: unknown[] = [];
  while (refused.length === 0) {
    const outcomes = await Promise.allSettled(
      Array.from(
        { length: 20 },
        (_, at) =>
          data.collection(notes).create({ body: `${at} `.padEnd(4000, "x") }),
      ),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") ids.push(outcome.value.id);
      else refused.push(outcome.reason);
    }
  }
  for (const error of refused) {
    assert(error instanceof StoreFullError, `${error}`);
  }
  return ids;
}

/** The ids of all records, and those that the change log has. */
async function idsOf(data: Store): Promise<[string[], string[]]> {
  const engine = engineOf(data);
  const rows = await engine.read({
    sql: `SELECT "id" FROM "notes"`,
    values: [],
  });
  const { changes } = await engine.changesSince("0", 10_000);
  return [
    rows.map(({ id }) => `${id}`).toSorted(),
    changes.filter(({ kind }) => kind === "create").map(({ id }) => id)
      .toSorted(),
  ];
}

Deno.test(
  "on a disk that is full nothing that was answered is lost, reads go on, and writes do when there is room",
  { ignore: !canMount },
  async () => {
    await using disk = await smallDisk();
    await using system = new ActorSystem();
    const data = await open(system, disk.file("data.db"));
    const ids = await fillUp(data);
    assert(ids.length > 20, `${ids.length}`);
    await disk.fill();
    for (let round = 0; round < 3; round++) {
      const body = "y".repeat(4900);
      await assertRejects(
        () => data.collection(notes).create({ body }),
        StoreFullError,
        `Cannot write to the store ${disk.file("data.db")}: there is no room`,
      );
    }
    assertEquals(await idsOf(data), [ids.toSorted(), ids.toSorted()]);
    assertEquals(await data.integrityCheck(), []);

    // A backup there is refused and leaves nothing; one elsewhere is whole.
    await assertRejects(
      () => data.backup(disk.file("backup.db")),
      StoreFullError,
    );
    assert((await disk.names()).every((name) => !name.startsWith("backup")));
    await using directory = new TestDirectory();
    const backup = directory.file("backup.db");
    await data.backup(backup);
    await assertRejects(
      () => restoreBackup(backup, disk.file("restored.db")),
      StoreFullError,
    );
    const left = (await disk.names()).filter((name) =>
      name.startsWith("restored") && !name.endsWith("-lock")
    );
    assertEquals(left, []);

    // Without being opened again it goes on when there is room.
    await disk.grow(1.25 * BYTES);
    const more = await fillUp(data);
    assert(more.length > 0);
    ids.push(...more);

    // It may be closed and opened meanwhile, or says why it cannot be.
    await data.close();
    const again = await open(system, disk.file("data.db"))
      .catch((error: unknown) => error);
    if (again instanceof Error) {
      assert(
        again instanceof StoreFullError || again instanceof StoreFileError,
        `${again}`,
      );
    } else await (again as Store).close();

    await disk.grow(2 * BYTES);
    const whole = await open(system, disk.file("data.db"));
    assertEquals(await idsOf(whole), [ids.toSorted(), ids.toSorted()]);
    const { id } = await whole.collection(notes).create({ body: "room" });
    assertEquals((await whole.collection(notes).get(id)).body, "room");
    assertEquals(await whole.integrityCheck(), []);
    await whole.close();
  },
);

Deno.test(
  "a store that there is no room for is refused with a typed error, and can be opened when there is",
  { ignore: !canMount },
  async () => {
    await using disk = await smallDisk();
    await using system = new ActorSystem();
    await disk.fill();
    const path = disk.file("data.db");
    await assertRejects(() => open(system, path), StoreError, path);
    await disk.free();
    await using data = await open(system, path);
    await data.collection(notes).create({ body: "room" });
  },
);
