/**
 * Records a session as one who looks on, and so holds up nobody.
 *
 * @module
 */
import type { PtyAttachment, PtySession } from "../../pty/mod.ts";
import { AsciicastRecorder } from "./recorder.ts";
import type { RecorderOptions } from "./recorder_options.ts";

/** Options of {@linkcode recordSession}: the session tells its size. */
export type RecordSessionOptions = Omit<RecorderOptions, "size">;

/**
 * Records a session to asciicast v3, from its first byte to its exit. Output
 * that it does not keep any more, and output that the sink cannot take in
 * time, is left out, and a marker says how much. A sink that fails ends the
 * recording alone: its `closed` rejects then.
 *
 * The recorder may be given markers besides. Input is not told to those who
 * look on: whoever types hands it to `record`, and asks for it with the option
 * `input`.
 *
 * A session that nobody else watches ends after `graceMs` all the same. The
 * sink is closed with the recording, and aborted when this rejects.
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
 * @throws {RangeError} when an option is out of its range.
 * @throws {TypeError} when the sink is locked.
 * @throws {PtyAttachmentError} when there are too many viewers.
 * @throws {ActorStoppedError} when the session is over.
 */
export async function recordSession(
  session: PtySession,
  sink: WritableStream<Uint8Array>,
  options: RecordSessionOptions = {},
): Promise<AsciicastRecorder> {
  const { signal } = options;
  let attachment: PtyAttachment | undefined;
  try {
    attachment = await session.attach({
      role: "view",
      tap: true,
      offset: 0,
      borrows: true,
      viewer: {
        // Called from a later turn on, when there is a recorder.
        tell(event) {
          // What waits for the sink is bounded there.
          recorder.record(event);
          return true;
        },
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const { size, ended } = attachment;
    const recorder = new AsciicastRecorder(sink, { ...options, size });
    ended.addEventListener("abort", () => {
      // What is given up is not finished.
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
