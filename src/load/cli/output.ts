/**
 * Text for people and programs, on standard output and standard error.
 *
 * @module
 */

/** Milliseconds until an output that was not ready is tried again. */
const RETRY_MS = 10;

const encoder = new TextEncoder();

/** A pipe takes so many bytes as a whole or not at all (PIPE_BUF). */
const PIECE_BYTES = 4096;
const NEWLINE = 10;

/**
 * Writes a text that ends with a line break, all of it. A pipe that another
 * program has made non-blocking, such as a terminal multiplexer or a CI runner,
 * is full now and then: `console.log` then loses the rest, and here the text
 * waits until the pipe is read. If nobody reads it any more, the rest is of no
 * use.
 *
 * An error does not say how much was written before it, so pieces are written
 * that are taken as a whole. They end with a line break or are full, as others
 * are kept in a buffer.
 */
async function writeText(
  name: "stdout" | "stderr",
  text: string,
): Promise<void> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) {
    const full = Math.min(at + PIECE_BYTES, bytes.length);
    const lineEnd = bytes.lastIndexOf(NEWLINE, full - 1) + 1;
    const piece = bytes.subarray(at, lineEnd > at ? lineEnd : full);
    try {
      await Deno[name].write(piece);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    at += piece.length;
  }
}

/** Writes lines for programs or people to standard output. */
export function print(text: string): Promise<void> {
  return writeText("stdout", `${text}\n`);
}

/** Writes lines for people to standard error. */
export function note(text: string): Promise<void> {
  return writeText("stderr", `${text}\n`);
}
