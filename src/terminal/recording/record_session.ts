/**
 * Records a session as a read-only viewer, which delays nobody.
 *
 * @module
 */
import type { PtyAttachment, PtySession } from "../../pty/mod.ts";
import { checkRecordArguments } from "./arguments.ts";
import { AsciicastRecorder } from "./recorder.ts";
import type { RecorderOptions } from "./recorder_options.ts";

/** Options of {@linkcode recordSession}, which takes the size of the session. */
export type RecordSessionOptions = Omit<RecorderOptions, "size">;

/**
 * Records a session to asciicast v3, or v2, from its first byte to its exit. Output
 * that is no longer kept, or that the sink cannot take in time, is omitted, and
 * a marker says how much. A sink that fails ends only the recording, whose
 * `closed` then rejects.
 *
 * Markers can be added with `record`. Viewers do not receive input, so pass it
 * to `record` as well where you type it, and set the option `input`.
 *
 * A session that nobody else watches still ends after `graceMs`. The sink is
 * closed with the recording, and aborted if `recordSession` rejects.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { ptySupervisor, spawnPty } from "@troupe/troupe/pty";
 * import { recordSession } from "@troupe/troupe/terminal";
 *
 * await using system = new ActorSystem();
 * const terminals = system.spawn(ptySupervisor());
 * const session = await spawnPty(terminals, { command: "ls" });
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await using recording = await recordSession(session, writable);
 * await recording.closed;
 * console.log(await text);
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {RangeError} if an option is out of its range.
 * @throws {TypeError} if the session or the sink is none, the sink is locked, or
 * an option is not known or of the wrong type.
 * @throws {PtyAttachmentError} if the session has too many viewers.
 * @throws {ActorStoppedError} if the session has ended.
 */
export async function recordSession(
  session: PtySession,
  sink: WritableStream<Uint8Array>,
  options: RecordSessionOptions = {},
): Promise<AsciicastRecorder> {
  checkRecordArguments(session, sink, options);
  const { signal } = options;
  let attachment: PtyAttachment | undefined;
  try {
    attachment = await session.attach({
      role: "view",
      tap: true,
      offset: 0,
      borrows: true,
      viewer: {
        // Called from a later turn on, when the recorder exists.
        tell(event) {
          // The recorder bounds what waits for the sink.
          if (event.type !== "snapshot") recorder.record(event);
          return true;
        },
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const { size, ended } = attachment;
    const recorder = new AsciicastRecorder(sink, { ...options, size });
    ended.addEventListener("abort", () => {
      // An aborted recording is not finished.
      if (signal?.aborted !== true) recorder.close().catch(() => {});
    }, { once: true });
    const detach = (): void => attachment?.detach();
    recorder.closed.then(detach, detach);
    return recorder;
  } catch (error) {
    attachment?.detach();
    await sink.abort(error).catch(() => {});
    throw error;
  }
}
