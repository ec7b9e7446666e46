import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { HistoryRing } from "../../src/metrics/history_ring.ts";
import { MetricsHistoryError } from "../../src/metrics/metrics_errors.ts";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";
import { SqliteHistory } from "../../src/metrics/sqlite_history.ts";
import { fullSnapshot } from "./snapshots.ts";

const limits = { retentionMs: 60_000, maxSnapshots: 100 };

function snapshot(sequence: number, atMs: number): MetricsSnapshot {
  return { ...fullSnapshot(sequence), atMs, steadyMs: atMs };
}

function numbers(snapshots: readonly MetricsSnapshot[]): number[] {
  return snapshots.map(({ sequence }) => sequence);
}

Deno.test("the history in memory keeps the newest snapshots, within its limits of time and number", () => {
  const steps = fc.array(fc.nat(20), { maxLength: 200 });
  fc.assert(fc.property(
    steps,
    fc.nat(100),
    fc.integer({ min: 1, max: 20 }),
    (steps, retentionMs, maxSnapshots) => {
      const ring = new HistoryRing({ retentionMs, maxSnapshots });
      let model: MetricsSnapshot[] = [];
      let atMs = 0;
      steps.forEach((step, index) => {
        const next = snapshot(index + 1, atMs += step);
        ring.push(next);
        model = [...model, next].slice(-maxSnapshots)
          .filter((kept) => kept.atMs >= atMs - retentionMs);
        assertEquals(numbers(ring.toArray()), numbers(model));
      });
    },
  ));
});

/** A directory for files of a test. */
class Directory implements Disposable {
  readonly #path = Deno.makeTempDirSync();

  file(name = "history.db"): string {
    return `${this.#path}/${name}`;
  }

  get names(): string[] {
    return [...Deno.readDirSync(this.#path)].map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#path, { recursive: true });
  }
}

Deno.test("snapshots are read from the file as they were written", () => {
  using directory = new Directory();
  const snapshots = [1, 2, 3].map((n) => snapshot(n, 1000 * n));
  {
    using history = new SqliteHistory(directory.file(), limits);
    assertEquals(history.read(0), []);
    for (const one of snapshots) history.push(one);
  }
  assertEquals(directory.names, ["history.db"]);
  using history = new SqliteHistory(directory.file(), limits);
  assertEquals(history.read(3000), snapshots);
});

Deno.test("snapshots older than the retention are deleted, and the file stays small", () => {
  using directory = new Directory();
  {
    using history = new SqliteHistory(directory.file(), {
      retentionMs: 10_000,
      maxSnapshots: 1000,
    });
    for (let n = 1; n <= 1000; n++) history.push(snapshot(n, 1000 * n));
  }
  using database = new DatabaseSync(directory.file());
  const rows = database.prepare("SELECT sequence FROM snapshots").all();
  assertEquals(
    rows.map(({ sequence }) => sequence),
    [990, 991, 992, 993, 994, 995, 996, 997, 998, 999, 1000],
  );
  assert(Deno.statSync(directory.file()).size < 100_000);
});

Deno.test("snapshots over the limit are deleted", () => {
  using directory = new Directory();
  {
    using history = new SqliteHistory(directory.file(), {
      retentionMs: 1e9,
      maxSnapshots: 3,
    });
    for (let n = 1; n <= 50; n++) history.push(snapshot(n, 1000 * n));
  }
  using history = new SqliteHistory(directory.file(), limits);
  assertEquals(numbers(history.read(0)), [48, 49, 50]);
});

Deno.test("snapshots that have become too old are not read, except the last one", () => {
  using directory = new Directory();
  {
    using history = new SqliteHistory(directory.file(), limits);
    for (let n = 1; n <= 5; n++) history.push(snapshot(n, 10_000 * n));
  }
  using history = new SqliteHistory(directory.file(), limits);
  assertEquals(numbers(history.read(95_000)), [4, 5]);
  assertEquals(numbers(history.read(1e9)), [5]);
});

Deno.test("snapshots are written together, every five seconds", () => {
  using directory = new Directory();
  using history = new SqliteHistory(directory.file(), limits);
  using reader = new DatabaseSync(directory.file(), { readOnly: true });
  const count = reader.prepare("SELECT count(*) AS count FROM snapshots");
  const counts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => {
    history.push(snapshot(n + 1, 1000 * n));
    return count.get()?.count;
  });
  assertEquals(counts, [1, 1, 1, 1, 1, 6, 6, 6, 6, 6, 11]);
});

Deno.test("the order of snapshots and their age do not depend on the time of day", () => {
  const ring = new HistoryRing({ retentionMs: 10_000, maxSnapshots: 100 });
  using directory = new Directory();
  using history = new SqliteHistory(directory.file(), limits);
  using reader = new DatabaseSync(directory.file(), { readOnly: true });
  const jumps = [0, 86_400_000, -86_400_000, 0, -3_600_000];
  jumps.forEach((jumpMs, index) => {
    const one = snapshot(index + 1, 5000 * index);
    const moved = { ...one, atMs: one.atMs + jumpMs };
    ring.push(moved);
    history.push(moved);
  });
  assertEquals(numbers(ring.toArray()), [3, 4, 5]);
  const count = reader.prepare("SELECT count(*) AS count FROM snapshots");
  assertEquals(count.get()?.count, 5);
});

/** What comes of an attempt to open and read a file. */
function openError(path: string): MetricsHistoryError {
  return assertThrows(() => {
    using history = new SqliteHistory(path, limits);
    history.read(0);
  }, MetricsHistoryError);
}

Deno.test("a file that is not a database is refused, and left as it was", () => {
  using directory = new Directory();
  const text = "This is no database. ".repeat(1000);
  Deno.writeTextFileSync(directory.file(), text);
  const error = openError(directory.file());
  assertStringIncludes(error.message, "Cannot open the history");
  assertStringIncludes(error.message, "move it away or choose another path");
  assertInstanceOf(error.cause, Error);
  assertEquals(Deno.readTextFileSync(directory.file()), text);
});

Deno.test("a damaged database is refused", () => {
  using directory = new Directory();
  {
    using history = new SqliteHistory(directory.file(), limits);
    for (let n = 1; n <= 50; n++) history.push(snapshot(n, n));
  }
  const bytes = Deno.readFileSync(directory.file());
  bytes.fill(0x55, 4096);
  Deno.writeFileSync(directory.file(), bytes);
  const error = openError(directory.file());
  assertStringIncludes(error.message, "it is damaged");
});

Deno.test("an invalid snapshot in the file is refused", () => {
  using directory = new Directory();
  new SqliteHistory(directory.file(), limits)[Symbol.dispose]();
  {
    using database = new DatabaseSync(directory.file());
    database.exec(`INSERT INTO snapshots VALUES (1, 1, '{"sequence":1,')`);
  }
  const error = openError(directory.file());
  assertStringIncludes(error.message, "Cannot read the history");
  assertStringIncludes(error.message, "it is damaged");
});

Deno.test("the database of another program is refused, and left as it was", () => {
  using directory = new Directory();
  {
    using database = new DatabaseSync(directory.file());
    database.exec("CREATE TABLE orders (id INTEGER)");
  }
  const before = Deno.readFileSync(directory.file());
  const error = openError(directory.file());
  assertStringIncludes(error.message, "another program, choose another path");
  assertEquals(Deno.readFileSync(directory.file()), before);
  assertEquals(directory.names, ["history.db"]);
});

Deno.test("a file with another format is refused", () => {
  using directory = new Directory();
  new SqliteHistory(directory.file(), limits)[Symbol.dispose]();
  {
    using database = new DatabaseSync(directory.file());
    database.exec("PRAGMA user_version = 99");
  }
  assertStringIncludes(openError(directory.file()).message, "format is 99");
});

Deno.test("a file in a missing directory is refused", () => {
  using directory = new Directory();
  const { message } = openError(directory.file("none/history.db"));
  assertStringIncludes(message, "its directory must exist");
});

Deno.test("snapshots that could not be written are written later", () => {
  using directory = new Directory();
  {
    using history = new SqliteHistory(directory.file(), limits);
    history.push(snapshot(1, 0));
    {
      using other = new DatabaseSync(directory.file());
      other.exec("BEGIN IMMEDIATE");
      const error = assertThrows(
        () => history.push(snapshot(2, 5000)),
        MetricsHistoryError,
        "Cannot write the history",
      );
      assertStringIncludes(error.message, "another process holds it");
      // Not tried before five more seconds have passed.
      history.push(snapshot(3, 9000));
    }
    history.push(snapshot(4, 10_000));
  }
  using history = new SqliteHistory(directory.file(), limits);
  assertEquals(numbers(history.read(0)), [1, 2, 3, 4]);
});

Deno.test("a second writer to one file gets an error", () => {
  using directory = new Directory();
  using one = new SqliteHistory(directory.file(), limits);
  using other = new SqliteHistory(directory.file(), limits);
  one.push(snapshot(1, 0));
  assertThrows(
    () => other.push(snapshot(1, 0)),
    MetricsHistoryError,
    "another process writes to it",
  );
  assertThrows(() => other[Symbol.dispose](), MetricsHistoryError);
});
