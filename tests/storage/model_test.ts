// Random operations do on every backend what they do in memory.
import { assertEquals } from "@std/assert";
import { memoryStorage, type ObjectStorage } from "../../src/storage/mod.ts";
import { seededRandom } from "../../src/testing/mod.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { BACKENDS } from "./backends.ts";
import { manyBytes, readAll, sha256, streamOf } from "./support.ts";

const STEPS = isSlow ? 800 : 120;
const SEGMENTS = ["a", "A", "b", "a.x", "é €", "🦕", "~+%"];

/** One operation, which says what came of it, errors by their names. */
type Operation = (storage: ObjectStorage) => Promise<unknown>;

/** Draws one operation after another. */
function operations(seed: number): () => Operation {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  const key = () =>
    Array.from({ length: 1 + below(3) }, () => pick(SEGMENTS)).join("/");
  return () => {
    const name = key();
    switch (below(6)) {
      case 0:
      case 1: {
        const bytes = manyBytes(below(5) === 0 ? 0 : below(3000));
        const contentType = pick(["text/plain", "image/png"]);
        const ifAbsent = below(3) === 0;
        const isStream = below(2) === 0;
        return async (storage) => {
          const body = isStream ? streamOf(bytes, 700) : bytes;
          const options = { contentType, ifAbsent };
          const { etag: _, ...receipt } = await storage.put(
            name,
            body,
            options,
          );
          return receipt;
        };
      }
      case 2: {
        const range = { offset: below(4000), length: 1 + below(2000) };
        const isWhole = below(2) === 0;
        return async (storage) => {
          const read = await storage.get(name, isWhole ? {} : { range });
          const { size, offset, length, contentType } = read;
          const hash = sha256(await readAll(read));
          return { size, offset, length, contentType, hash };
        };
      }
      case 3:
        return async (storage) => {
          const { size, contentType } = await storage.head(name);
          return { size, contentType };
        };
      case 4:
        return (storage) => storage.delete(name);
      default: {
        const prefix = pick(["", name.slice(0, 1 + below(3)), `${name}/`])
          .replace(/[\ud800-\udbff]$/, "");
        const after = below(2) === 0 ? "" : key();
        const limit = 1 + below(8);
        return async (storage) => {
          const list = storage.list({
            prefix,
            ...(after === "" ? {} : { after }),
            limit,
          });
          const infos = await Array.fromAsync(list);
          return infos.map(({ key, size }) => [key, size]);
        };
      }
    }
  };
}

async function outcome(
  operation: Operation,
  storage: ObjectStorage,
): Promise<unknown> {
  try {
    return await operation(storage);
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

// The emulator of S3 lists in no order, and has no pages.
for (
  const { name, open } of BACKENDS.filter(({ lacks }) =>
    !lacks.includes("order")
  )
) {
  Deno.test(
    `${name}: random operations have the outcomes that they have in memory`,
    bounded,
    async () => {
      await using backend = await open();
      const seed = isSlow ? Math.floor(Math.random() * 2 ** 31) : 4711;
      const next = operations(seed);
      const model = memoryStorage();
      for (let step = 0; step < STEPS; step++) {
        const operation = next();
        assertEquals(
          await outcome(operation, backend.storage),
          await outcome(operation, model),
          `step ${step} of seed ${seed}`,
        );
      }
      assertEquals(await backend.leftOvers(), []);
    },
  );
}
