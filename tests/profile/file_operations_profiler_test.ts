import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type CacheLookup,
  webCacheLookup,
} from "../../src/profile/cache_lookup.ts";
import { FileOperationsProfiler } from "../../src/profile/file_operations_profiler.ts";
import { FileProfileError } from "../../src/profile/profile_errors.ts";
import {
  directoryStorage,
  memoryStorage,
  type ObjectStorage,
} from "../../src/storage/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { bounded } from "../support/net.ts";
import { Services } from "./services.ts";

const profiler = new FileOperationsProfiler({ repetitions: 4, bytes: 30_000 });

Deno.test("uploads are measured", bounded, async () => {
  await using services = new Services();
  const report = await profiler.upload(services.url("/up"));
  assertEquals(services.received, 120_000);
  assertEquals([report.bytes, report.latency.count], [120_000, 4]);
  assert((report.bytesPerSecond ?? 0) > 0);
});

Deno.test("downloads are measured, up to their limit", bounded, async () => {
  await using services = new Services();
  const report = await profiler.download(services.url("/down"));
  assertEquals(report.latency.count, 4);
  assert(report.bytes >= 120_000 && report.bytes <= 400_000);
});

Deno.test("an upload that is refused is an error", bounded, async () => {
  await using services = new Services();
  await assertRejects(
    () => profiler.upload(services.url("/missing")),
    FileProfileError,
    "the response has status 404",
  );
});

/** Backends with what tells how much they hold. */
async function backends(): Promise<
  [ObjectStorage, () => number, () => Promise<void>][]
> {
  const directory = await Deno.makeTempDir();
  return [
    [memoryStorage(), () => 0, () => Promise.resolve()],
    [
      directoryStorage(directory),
      () =>
        [...Deno.readDirSync(directory)].filter(({ name }) =>
          name !== ".temporary"
        ).length +
        [...Deno.readDirSync(`${directory}/.temporary`)].length,
      () => Deno.remove(directory, { recursive: true }),
    ],
  ];
}

Deno.test("storage is measured in memory and in a directory, and left empty", async () => {
  for (const [backend, held, remove] of await backends()) {
    const report = await profiler.storage(backend);
    assertEquals(
      [report.write.count, report.read.count, report.remove.count],
      [4, 4, 4],
    );
    assertEquals([report.objectBytes, held()], [30_000, 0]);
    await remove();
  }
});

/** Memory of which a test sees what is in it. */
function watched(): Pick<ObjectStorage, "name" | "put" | "get" | "delete"> & {
  readonly keys: Set<string>;
} {
  const memory = memoryStorage();
  const keys = new Set<string>();
  return {
    keys,
    name: "watched",
    get: (key, options) => memory.get(key, options),
    put: (key, bytes, options) => {
      keys.add(key);
      return memory.put(key, bytes, options);
    },
    delete: (key) => {
      keys.delete(key);
      return memory.delete(key);
    },
  };
}

Deno.test("objects are removed when a read fails", async () => {
  const backend = watched();
  const failing = {
    ...backend,
    get: () => Promise.reject(new Error("the disk is gone")),
  };
  await assertRejects(
    () => profiler.storage(failing),
    FileProfileError,
    "Cannot measure the storage watched: the disk is gone",
  );
  assertEquals(backend.keys.size, 0);
});

Deno.test("a storage that returns other bytes is an error, and is left empty", async () => {
  const backend = watched();
  const memory = memoryStorage();
  const lying = {
    ...backend,
    get: async (key: string) => {
      await memory.put(key, new Uint8Array(30_000));
      return await memory.get(key);
    },
  };
  await assertRejects(
    () => profiler.storage(lying),
    FileProfileError,
    "it returned other bytes",
  );
  assertEquals(backend.keys.size, 0);
});

Deno.test("a measurement of a storage that hangs is cancelled by its signal, and leaves it empty", async () => {
  const backend = watched();
  const controller = new AbortController();
  const reason = new Error("enough");
  const hanging = {
    ...backend,
    get: () => {
      controller.abort(reason);
      return new Promise<never>(() => {});
    },
  };
  const error = await assertRejects(
    () => profiler.storage(hanging, { signal: controller.signal }),
  );
  assertStrictEquals(error, reason);
  assertEquals(backend.keys.size, 0);
});

Deno.test("a temporary directory is measured, and removed afterwards", async () => {
  const made: string[] = [];
  const makeTempDir = Deno.makeTempDir;
  Deno.makeTempDir = async (options) => {
    const path = await makeTempDir(options);
    made.push(path);
    return path;
  };
  try {
    assertEquals((await profiler.temporaryDirectory()).backend, "directory");
  } finally {
    Deno.makeTempDir = makeTempDir;
  }
  assertEquals(made.length, 1);
  await assertRejects(() => Deno.stat(made[0] ?? ""), Deno.errors.NotFound);
});

Deno.test("each algorithm compresses repeated text, and restores it", async () => {
  const text = new TextEncoder().encode("to and fro ".repeat(5000));
  const reports = await profiler.compression(text);
  assertEquals(
    reports.map(({ algorithm }) => algorithm),
    ["gzip", "deflate", "brotli", "zstd"],
  );
  for (const { ratio, inputBytes, outputBytes } of reports) {
    assertEquals(ratio, inputBytes / outputBytes);
    assert(ratio > 50, `${ratio}`);
  }
});

Deno.test("random bytes do not get smaller", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  for (const { ratio } of await profiler.compression(bytes)) {
    assert(ratio < 1.001, `${ratio}`);
  }
});

Deno.test("only the requested algorithms are measured", async () => {
  const reports = await profiler.compression(new Uint8Array(10), {
    algorithms: ["zstd"],
  });
  assertEquals(reports.map(({ algorithm }) => algorithm), ["zstd"]);
});

Deno.test("a cache is cold at first and warm afterwards, by the clock", async () => {
  const clock = new ManualClock();
  const cached = new Set<string>();
  const lookup: CacheLookup = (key) => {
    const hit = cached.has(key);
    cached.add(key);
    clock.advance(hit ? 2 : 50);
    return Promise.resolve(hit ? "hit" : "miss");
  };
  const report = await new FileOperationsProfiler({ clock, repetitions: 3 })
    .cache(lookup, ["a", "b", "c"]);
  assertEquals([report.cold.hitRatio, report.warm.hitRatio], [0, 1]);
  assertEquals([report.cold.latency.p50, report.warm.latency.p50], [50, 2]);
  assertEquals([report.warm.latency.count, report.speedup], [9, 25]);
});

Deno.test("a cache that is too small has the ratio of its hits", async () => {
  const lookup: CacheLookup = (key) =>
    Promise.resolve(key === "a" ? "hit" : "miss");
  const { warm } = await profiler.cache(lookup, ["a", "b", "c", "d"]);
  assertEquals(warm.hitRatio, 0.25);
});

Deno.test("Deno's own cache is measured", bounded, async () => {
  const name = `profile-${crypto.randomUUID()}`;
  const cache = await caches.open(name);
  try {
    let loads = 0;
    const lookup = webCacheLookup(cache, () => {
      loads++;
      return Promise.resolve(new Response("text"));
    });
    const urls = ["http://files.test/a", "http://files.test/b"];
    const report = await profiler.cache(lookup, urls);
    assertEquals([report.cold.hitRatio, report.warm.hitRatio], [0, 1]);
    assertEquals(loads, 2);
  } finally {
    await caches.delete(name);
  }
});

Deno.test("a measurement of a cache that hangs ends after its time limit", async () => {
  const clock = new ManualClock();
  const limited = new FileOperationsProfiler({ clock, timeoutMs: 100 });
  const asked = Promise.withResolvers<void>();
  const failing = assertRejects(
    () =>
      limited.cache(() => {
        asked.resolve();
        return new Promise(() => {});
      }, ["a"]),
    FileProfileError,
    "took longer than 100 ms",
  );
  await asked.promise;
  clock.advance(100);
  await failing;
});

Deno.test("options out of their range are refused", async () => {
  assertThrows(() => new FileOperationsProfiler({ bytes: 0 }), RangeError);
  await assertRejects(() => profiler.compression(new Uint8Array()), RangeError);
  await assertRejects(
    () => profiler.cache(() => Promise.resolve("hit"), []),
    RangeError,
  );
});
