/**
 * Writes a recording that is read in another version.
 *
 * @module
 */
import { checkCast, checkEncodeOptions } from "./arguments.ts";
import type { AsciicastLineVersion } from "./asciicast.ts";
import { AsciicastEncoder } from "./asciicast_encoder.ts";
import { encodeHeader } from "./asciicast_header.ts";
import type { Asciicast } from "./asciicast_reader.ts";

/** Options of {@linkcode encodeAsciicast}. */
export interface EncodeAsciicastOptions {
  /**
   * Version of the format that is written: 2 is for older players, which cannot
   * read 3. It has no tags, and no version of the terminal.
   * @default {3}
   */
  readonly version?: AsciicastLineVersion;
}

/**
 * Returns a recording as a file has it, in version 2 or 3 of asciicast. Events
 * are read as the stream is; an event that cannot be read is its error.
 *
 * @example
 * ```ts
 * import { encodeAsciicast, readAsciicast } from "@troupe/troupe/terminal";
 *
 * const file = new Blob([
 *   '{"version": 3, "term": {"cols": 80, "rows": 24}}\n[0.5, "o", "Hello"]\n',
 * ]);
 * await using cast = await readAsciicast(file.stream());
 * const older = encodeAsciicast(cast, { version: 2 });
 * console.log(await new Response(older).text());
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if there is no recording, an option is not known, or the
 * version is neither 2 nor 3.
 */
export function encodeAsciicast(
  cast: Pick<Asciicast, "header" | "events">,
  options: EncodeAsciicastOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  checkCast(cast);
  checkEncodeOptions(options);
  const { version = 3 } = options;
  return ReadableStream.from(linesOf(cast, version))
    .pipeThrough(new TextEncoderStream());
}

async function* linesOf(
  { header, events }: Pick<Asciicast, "header" | "events">,
  version: AsciicastLineVersion,
): AsyncGenerator<string, void> {
  yield encodeHeader(header, version);
  const encoder = new AsciicastEncoder(version);
  for await (const event of events) yield encoder.encode(event);
}
