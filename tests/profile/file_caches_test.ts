import { assert, assertEquals, assertExists, assertRejects } from "@std/assert";
import {
  FileOperationsProfiler,
  memoryCacheLookup,
  reportToText,
} from "../../src/profile/mod.ts";
import { choiceFor, paysBelow } from "../../src/profile/compression_levels.ts";
import { zipfOrder } from "../../src/profile/measure_cache_sizes.ts";
import type { CompressionLevelReport } from "../../src/profile/file_operations_report.ts";
import { FileProfileError } from "../../src/profile/profile_errors.ts";
import { loadSharp } from "../../src/store/files/scale_image.ts";
import { directoryStorage, memoryStorage } from "../../src/storage/mod.ts";

const text = new TextEncoder().encode(
  Array.from({ length: 3000 }, (_, i) => `line ${i * i % 977} of a log\n`)
    .join(""),
);

Deno.test("each level of each algorithm restores the data, and higher ones of one are smaller", async () => {
  const report = await new FileOperationsProfiler({ repetitions: 2 })
    .compressionLevels(text, {
      levels: { gzip: [1, 9], deflate: [6], brotli: [0, 9], zstd: [1, 19] },
      linkBytesPerSecond: [1e9, 1e4],
    });
  const sizes = report.levels.map(({ algorithm, level, outputBytes }) =>
    [algorithm, level, outputBytes] as const
  );
  assertEquals(sizes.map(([algorithm, level]) => `${algorithm} ${level}`), [
    "gzip 1",
    "gzip 9",
    "deflate 6",
    "brotli 0",
    "brotli 9",
    "zstd 1",
    "zstd 19",
  ]);
  const bytes = Object.fromEntries(
    sizes.map(([algorithm, level, bytes]) => [`${algorithm} ${level}`, bytes]),
  );
  for (const [low, high] of [["gzip 1", "gzip 9"], ["brotli 0", "brotli 9"]]) {
    assert((bytes[low ?? ""] ?? 0) > (bytes[high ?? ""] ?? 0));
  }
  assert((bytes["zstd 1"] ?? 0) > (bytes["zstd 19"] ?? 0));
  for (const level of report.levels) {
    assert(level.ratio > 1 && (level.paysBelowBytesPerSecond ?? 0) > 0);
  }
  // The slowest link comes first, and there the data are compressed.
  const [slow, fast] = report.links;
  assertEquals([slow?.linkBytesPerSecond, fast?.linkBytesPerSecond], [
    1e4,
    1e9,
  ]);
  assert(
    slow?.algorithm !== null && (slow?.transferMs ?? 0) < (slow?.plainMs ?? 0),
  );
  assert(reportToText(report).includes("paysBelowBytesPerSecond"));
});

Deno.test("compression pays below the speed at which it takes the time that it saves", () => {
  const report: CompressionLevelReport = {
    algorithm: "gzip",
    level: 6,
    inputBytes: 1000,
    outputBytes: 400,
    ratio: 2.5,
    compressBytesPerSecond: 2000,
    decompressBytesPerSecond: 10_000,
    paysBelowBytesPerSecond: null,
  };
  // 600 bytes are saved by 0.5 s and 0.1 s of work.
  const speed = paysBelow(report) ?? NaN;
  assert(Math.abs(speed - 1000) < 1e-9);
  assertEquals(choiceFor(speed * 1.01, 1000, [report]).algorithm, null);
  const choice = choiceFor(speed * 0.99, 1000, [report]);
  assertEquals([choice.algorithm, choice.level], ["gzip", 6]);
  assertEquals(paysBelow({ ...report, outputBytes: 1000 }), null);
});

Deno.test("levels that an algorithm does not have are refused", async () => {
  const profiler = new FileOperationsProfiler();
  for (
    const options of [
      { levels: { gzip: [0] } },
      { levels: { brotli: [12] } },
      { levels: { zstd: [1.5] } },
      { linkBytesPerSecond: [0] },
    ]
  ) {
    await assertRejects(
      () => profiler.compressionLevels(text, options),
      RangeError,
    );
  }
  await assertRejects(
    () =>
      Reflect.apply(profiler.compressionLevels, profiler, [text, {
        levels: { lzma: [1] },
      }]),
    TypeError,
  );
});

Deno.test("a cache in memory keeps what was read last, up to its bytes", async () => {
  const storage = memoryStorage();
  for (const key of ["a", "b", "c", "large"]) {
    await storage.put(key, new Uint8Array(key === "large" ? 100 : 10));
  }
  const lookup = memoryCacheLookup(storage, { maxBytes: 20 });
  const { signal } = new AbortController();
  const read = async (keys: string): Promise<string> => {
    const seen: string[] = [];
    for (const key of keys) seen.push((await lookup(key, signal))[0] ?? "");
    return seen.join("");
  };
  assertEquals(await read("abab"), "mmhh");
  // "b" was read last, so "a" goes.
  assertEquals(await read("cba"), "mhm");
  assertEquals(await lookup("large", signal), "miss");
  assertEquals(await lookup("large", signal), "miss");
  assertEquals(await read("ba"), "hh");
});

Deno.test("a larger cache has more hits, and one for all objects misses each once", async () => {
  const storage = memoryStorage();
  const reports = await new FileOperationsProfiler({ bytes: 100 })
    .cacheSizes(storage, { objects: 50, reads: 2000, seed: 3 });
  const ratios = reports.map(({ hitRatio }) => hitRatio);
  assertEquals(ratios, ratios.toSorted((a, b) => a - b));
  const all = reports.at(-1);
  assertExists(all);
  assertEquals([all.cacheBytes, all.objectsBytes], [5000, 5000]);
  const read = new Set(zipfOrder(50, 2000, 1, 3)).size;
  assertEquals(all.miss?.count, read);
  assertEquals(all.hitRatio, (2000 - read) / 2000);
  let left = 0;
  for await (const _ of storage.list()) left++;
  assertEquals(left, 0);
});

Deno.test("objects are read as often as their rank says", () => {
  const order = zipfOrder(10, 20_000, 1, 7);
  const counts = new Array<number>(10).fill(0);
  for (const rank of order) counts[rank] = (counts[rank] ?? 0) + 1;
  // The first is read 1 / 2.929 of the time, and twice as often as the second.
  assert(Math.abs((counts[0] ?? 0) / 20_000 - 0.3414) < 0.02);
  assert(Math.abs((counts[0] ?? 0) / (counts[1] ?? 1) - 2) < 0.2);
  assertEquals(zipfOrder(10, 50, 1, 7), order.slice(0, 50));
});

Deno.test("what a measurement of cache sizes has written is removed when it fails", async () => {
  const storage = memoryStorage();
  const failing = {
    name: "failing",
    put: storage.put.bind(storage),
    delete: storage.delete.bind(storage),
    get: () => Promise.reject(new Error("it is broken")),
  };
  await assertRejects(
    () => new FileOperationsProfiler({ bytes: 10 }).cacheSizes(failing),
    FileProfileError,
    "it is broken",
  );
  let left = 0;
  for await (const _ of storage.list()) left++;
  assertEquals(left, 0);
});

Deno.test("files are read from the system's memory, and cold only if the system says so", async () => {
  const directory = await Deno.makeTempDir({ prefix: "troupe_cache_" });
  try {
    const report = await new FileOperationsProfiler({
      repetitions: 3,
      bytes: 200_000,
    }).pageCache(directory);
    const { files, fileBytes, cold, coldReason, warm } = report;
    assertEquals([files, fileBytes, warm.latency.count], [3, 200_000, 3]);
    if (cold === null) assert((coldReason ?? "").length > 0);
    else {
      assertEquals(coldReason, null);
      assertEquals(cold.latency.count, 3);
      // It is claimed only of bytes that came from a disk.
      assert((cold.diskShare ?? 0) >= 0.5);
    }
    assertEquals(await Array.fromAsync(Deno.readDir(directory)), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** A directory that Linux has in memory. */
const MEMORY = "/dev/shm";
const hasMemory = Deno.build.os === "linux" &&
  await Deno.stat(MEMORY).then(() => true, () => false);

Deno.test(
  "files in a directory in memory are never cold",
  { ignore: !hasMemory },
  async () => {
    const directory = await Deno.makeTempDir({ dir: MEMORY });
    try {
      const { cold, coldReason } = await new FileOperationsProfiler({
        repetitions: 2,
        bytes: 100_000,
      }).pageCache(directory);
      assertEquals(cold, null);
      assert((coldReason ?? "").length > 0);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("thumbnails of each size are made of each image, by what is given", async () => {
  const image = new Uint8Array(500);
  const seen: string[] = [];
  const [small, large] = await new FileOperationsProfiler({ repetitions: 2 })
    .thumbnails([image, image], {
      sizes: ["10x10", "100x0"],
      make: (of, size) => {
        seen.push(size);
        return Promise.resolve(new Uint8Array(of.length / 5));
      },
    });
  assertEquals(seen.length, 8);
  assertEquals([small?.size, large?.size], ["10x10", "100x0"]);
  assertEquals(small?.thumbnails, 4);
  assertEquals([small?.inputBytes, small?.outputBytes], [2000, 400]);
  await assertRejects(
    () => new FileOperationsProfiler().thumbnails([image], { sizes: ["10"] }),
    TypeError,
    "100x50",
  );
});

Deno.test("thumbnails are made of a real image as a store makes them", async () => {
  const sharp = await loadSharp();
  const create = { width: 300, height: 200, channels: 3, background: "red" };
  const image = new Uint8Array(
    await sharp({ create: { ...create, channels: 3 } }).png().toBuffer(),
  );
  const [report] = await new FileOperationsProfiler({ repetitions: 2 })
    .thumbnails([image], { sizes: ["100x0"] });
  assertEquals([report?.thumbnails, report?.inputBytes], [2, 2 * image.length]);
  assert((report?.outputBytes ?? 0) > 0);
  const broken = new Uint8Array([1, 2, 3]);
  await assertRejects(
    () => new FileOperationsProfiler().thumbnails([broken]),
    FileProfileError,
  );
});

Deno.test("storage in a directory and a cache in front of it are measured together", async () => {
  const directory = await Deno.makeTempDir({ prefix: "troupe_cache_" });
  try {
    const [report] = await new FileOperationsProfiler({ bytes: 1000 })
      .cacheSizes(directoryStorage(directory), {
        objects: 5,
        reads: 50,
        cacheBytes: [5000],
      });
    assertExists(report?.hit);
    assertExists(report.miss);
    assert(report.miss.count <= 5);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
