import { assert } from "@std/assert";
import { randomFrom } from "../../support/random.ts";
import { isSlow } from "../../support/slow.ts";
import { utf8 } from "../../support/bytes.ts";
import { assertRestored, type Part, type Size } from "./restored.ts";
import { type Random, randomOutput } from "./sequences.ts";

const RECORDED_POINTS = isSlow ? 500 : 30;
const RANDOM_POINTS = isSlow ? 400 : 30;
const FOLDER = new URL("./recordings/", import.meta.url);
/** Bytes after the snapshot that both terminals are given. */
const FURTHER = 2000;

/** Cuts output at random bytes; some parts end with another size. */
function cut(random: Random, bytes: Uint8Array, resizes: boolean): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(random() * bytes.length);
    const size: Size | undefined = resizes && random() < 0.2
      ? {
        columns: 5 + Math.floor(random() * 80),
        rows: 2 + Math.floor(random() * 30),
      }
      : undefined;
    parts.push({ bytes: bytes.subarray(at, end), size });
    at = end;
  }
  return parts;
}

Deno.test("what real programs wrote is restored by a snapshot at any byte", async () => {
  const recordings: [string, Size, Uint8Array][] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    const [, columns, rows] = /_(\d+)x(\d+)\.bin$/.exec(name) ?? [];
    if (columns === undefined) continue;
    const size = { columns: Number(columns), rows: Number(rows) };
    recordings.push([name, size, await Deno.readFile(new URL(name, FOLDER))]);
  }
  recordings.sort(([a], [b]) => a < b ? -1 : 1);
  for (let i = 0; i < RECORDED_POINTS; i++) {
    const random = randomFrom(i);
    const recording = recordings[i % recordings.length];
    if (recording === undefined) throw new Error("There is no recording");
    const [name, size, bytes] = recording;
    const at = Math.floor(random() * bytes.length);
    const resizes = random() < 0.3;
    assertRestored(
      size,
      cut(random, bytes.subarray(0, at), resizes),
      cut(random, bytes.subarray(at, at + FURTHER), resizes),
      `${name} at byte ${at}, seed ${i}`,
    );
  }
});

Deno.test("random sequences are restored by a snapshot at any byte", () => {
  let compared = 0;
  for (let i = 0; compared < RANDOM_POINTS; i++) {
    assert(i < 2 * RANDOM_POINTS, "too many points cannot be compared");
    const random = randomFrom(10_000 + i);
    const bytes = utf8(randomOutput(random, 1200));
    const at = Math.floor(random() * bytes.length);
    const size = {
      columns: 4 + Math.floor(random() * 40),
      rows: 2 + Math.floor(random() * 12),
    };
    const isCompared = assertRestored(
      size,
      cut(random, bytes.subarray(0, at), false),
      cut(random, bytes.subarray(at), random() < 0.3),
      `random output at byte ${at} of ${size.columns}x${size.rows}, seed ${i}`,
    );
    if (isCompared) compared++;
  }
});
