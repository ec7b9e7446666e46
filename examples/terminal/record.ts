/**
 * Recordings of sessions in files.
 *
 * @module
 */
import type { OpenRecording } from "../../src/terminal/mod.ts";

/** Returns a function that opens a new file for each recording. */
export function recordTo(path: string): OpenRecording {
  let count = 0;
  return async () => {
    const name = ++count === 1 ? path : `${path}.${count}`;
    // Only the user may read what the terminal shows.
    const file = await Deno.open(name, {
      createNew: true,
      write: true,
      mode: 0o600,
    });
    // The `writable` of the file buffers 64 KiB, which a crash would lose.
    return new WritableStream({
      async write(bytes) {
        for (let at = 0; at < bytes.length;) {
          at += await file.write(bytes.subarray(at));
        }
      },
      close: () => file.close(),
      abort: () => file.close(),
    });
  };
}
