// A process that writes is killed, again and again.
import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import { directoryStorage } from "../../src/storage/mod.ts";
import { seededRandom } from "../../src/testing/mod.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { filesIn } from "./backends.ts";
import { readAll } from "./support.ts";

const LIVES = isSlow ? 15 : 3;

/** Lets a process write until it has said so many objects; returns them. */
async function live(
  directory: string,
  life: number,
  most: number,
): Promise<[key: string, sha256: string][]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      new URL("write_in_process.ts", import.meta.url).pathname,
      directory,
      String(life),
    ],
    stdout: "piped",
  }).spawn();
  const written: [string, string][] = [];
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    // What it said before it was killed counts as well.
    if (line.endsWith("]")) written.push(JSON.parse(line));
    if (written.length === most) child.kill("SIGKILL");
  }
  await child.status;
  return written;
}

Deno.test(
  "a directory whose writers are killed has each object that was reported, and each one whole",
  bounded,
  async () => {
    const random = seededRandom(11);
    const directory = await Deno.makeTempDir();
    try {
      const last = new Map<string, string>();
      for (let life = 1; life <= LIVES; life++) {
        const most = 1 + Math.floor(random() * 40);
        const written = await live(directory, life, most);
        assert(written.length >= most);
        for (const [key, sha256] of written) last.set(key, sha256);
        const storage = directoryStorage(directory);
        const found = new Set<string>();
        for await (const { key, etag } of storage.list()) {
          // Its etag is the SHA-256 of what was put.
          await readAll(await storage.get(key, { sha256: etag }));
          found.add(key);
        }
        assertEquals([...last.keys()].filter((key) => !found.has(key)), []);
        await storage.put("after", new Uint8Array());
        assertEquals(filesIn(`${directory}/.temporary`), []);
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);
