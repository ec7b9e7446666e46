// Writes one object after another, several at once, and says what is written.
import { directoryStorage } from "../../src/storage/mod.ts";
import { manyBytes, streamOf } from "./support.ts";

const [directory = "", life = ""] = Deno.args;
const storage = directoryStorage(directory);
const bytes = manyBytes(400_000);

async function write(writer: number): Promise<never> {
  for (let round = 0;; round++) {
    // Old ones are replaced, and new ones are made.
    const key = `${writer}/${round % 7}${round % 3 === 0 ? `-${life}` : ""}`;
    const body = streamOf(bytes.subarray(0, 1 + (round * 7919) % 400_000));
    const { sha256 } = await storage.put(key, body);
    console.log(JSON.stringify([key, sha256]));
  }
}

await Promise.all([0, 1, 2].map(write));
