import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { bounded } from "../support/net.ts";

const SCRIPT = new URL("collect_until_killed.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** A directory that is gone after the test. */
async function tempDirectory() {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

interface Run {
  readonly historyPath: string;
  /** Milliseconds from one snapshot to the next. */
  readonly stepMs: number;
  readonly snapshots: number;
  /** It is killed when it has said so many. */
  readonly killAfter: number;
}

/** Collects in a process that is killed, and gives the last that it said. */
async function collectAndKill(
  { historyPath, stepMs, snapshots, killAfter }: Run,
): Promise<number> {
  await using child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--quiet",
      `--config=${CONFIG}`,
      `--allow-read=${historyPath}`,
      `--allow-write=${historyPath}`,
      SCRIPT,
      historyPath,
      `${stepMs}`,
      `${snapshots}`,
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  let last = 0;
  let said = 0;
  for await (const line of lines) {
    last = Number(line);
    if (++said === killAfter) child.kill("SIGKILL");
  }
  assertEquals((await child.status).signal, "SIGKILL");
  return last;
}

/** What a collector after it finds. */
async function sequences(historyPath: string): Promise<number[]> {
  await using collector = new MetricsCollector({
    historyPath,
    retentionMs: Infinity,
    timeOfDay: () => 0,
  });
  return collector.history.map(({ sequence }) => sequence);
}

Deno.test(
  "a process that is killed loses at most the snapshots of the last five seconds",
  bounded,
  async () => {
    await using directory = await tempDirectory();
    const historyPath = `${directory.path}/history.db`;
    const run = { historyPath, stepMs: 1000, snapshots: 10, killAfter: 10 };
    assertEquals(await collectAndKill(run), 10);
    assertEquals(await sequences(historyPath), [1, 2, 3, 4, 5, 6]);
    // The next one goes on from there.
    assertEquals(await collectAndKill(run), 16);
  },
);

Deno.test(
  "a process that is killed during a write keeps the snapshots before it",
  bounded,
  async () => {
    await using directory = await tempDirectory();
    for (const killAfter of [20, 77, 150]) {
      const historyPath = `${directory.path}/${killAfter}.db`;
      const run = { historyPath, stepMs: 6000, snapshots: 1e6, killAfter };
      const last = await collectAndKill(run);
      const kept = await sequences(historyPath);
      // Each was written before it was said, one more perhaps not said.
      const newest = kept.at(-1) ?? 0;
      assert(newest === last || newest === last + 1, `${last}, ${newest}`);
      const [oldest = 0] = kept;
      assertEquals(kept, kept.map((_, index) => oldest + index));
    }
  },
);
