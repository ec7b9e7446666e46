// What a stream holds in memory does not grow with what it keeps on the disk.
import { assert, assertEquals } from "@std/assert";
import { isSlow } from "../support/slow.ts";
import type { Replayed } from "./stream_replayer.ts";

const MESSAGES = isSlow ? 100_000 : 5000;
const MESSAGE_BYTES = 2000;
/** Garbage included, which is some 30 MB; the slow size keeps 200 MB. */
const MOST_BYTES = 80e6;

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

Deno.test(`a replay of ${MESSAGES} messages to a slow reader has a few of them in memory`, async () => {
  const directory = await Deno.makeTempDir();
  try {
    const { stdout, code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--allow-all",
        new URL("stream_replayer.ts", import.meta.url).href,
        directory,
        `${MESSAGES}`,
        `${MESSAGE_BYTES}`,
      ],
      stderr: "inherit",
    }).output();
    assertEquals(code, 0);
    const { messages, mostBytes, residentBytes }: Replayed = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    assertEquals(messages, MESSAGES);
    console.log(
      `${megabytes(MESSAGES * MESSAGE_BYTES)} replayed: ${
        megabytes(mostBytes)
      } in use at most; resident before, filled and after: ${
        residentBytes.map(megabytes).join(", ")
      }`,
    );
    assert(mostBytes < MOST_BYTES, megabytes(mostBytes));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
