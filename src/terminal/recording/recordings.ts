/**
 * The recordings of a server.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import type { PtySession } from "../../pty/mod.ts";
import type { TerminalCounters } from "../metrics.ts";
import { recordSession } from "./record_session.ts";
import { type AsciicastRecorder, RecordingError } from "./recorder.ts";

/** A session for which a recording is opened. */
export interface RecordedSession {
  /** Id of the session. */
  readonly id: string;
  /** Name of the command that it runs. */
  readonly command: string;
  /** Time at which it is started. */
  readonly createdAt: Date;
}

/** Opens the sink of a session's recording, or returns none to skip it. */
export type OpenRecording = (session: RecordedSession) =>
  | WritableStream<Uint8Array>
  | undefined
  | Promise<WritableStream<Uint8Array> | undefined>;

/** Options of {@linkcode Recordings}. */
export interface RecordingsOptions {
  /** Opens the sink of each recording; without it, no session is recorded. */
  readonly open: OpenRecording | undefined;
  /** Counters of the server, for recordings that fail. */
  readonly counters: TerminalCounters;
  /** Source of time. */
  readonly clock: Clock;
}

/** All recordings of a server. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #unfinished = new Set<Promise<void>>();

  /** Starts without recordings. */
  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Resolves when all started recordings are written, or have failed. */
  async finished(): Promise<void> {
    await Promise.all(this.#unfinished);
  }

  /**
   * Starts a session with `spawn`, and its recording. A session that must be
   * recorded does not run without its recording.
   *
   * @throws {RecordingError} if the recording cannot be opened.
   */
  async start(
    session: RecordedSession,
    spawn: () => Promise<PtySession>,
  ): Promise<PtySession> {
    const sink = await this.#open(session);
    if (sink === undefined) return await spawn();
    let pty: PtySession | undefined;
    try {
      pty = await spawn();
      const { clock } = this.#options;
      const title = session.command;
      this.#follow(session, await recordSession(pty, sink, { clock, title }));
      return pty;
    } catch (error) {
      await Promise.allSettled([pty?.close(), sink.abort(error)]);
      throw error;
    }
  }

  async #open(
    session: RecordedSession,
  ): Promise<WritableStream<Uint8Array> | undefined> {
    try {
      return await this.#options.open?.(session);
    } catch (cause) {
      throw new RecordingError(
        `Cannot start ${session.command}: its recording cannot be opened: ${
          reasonOf(cause)
        }`,
        { cause },
      );
    }
  }

  #follow({ id }: RecordedSession, { closed }: AsciicastRecorder): void {
    const { counters } = this.#options;
    const finished = closed.catch((error) => {
      counters.recordingsFailed++;
      console.error(`The recording of session ${id} failed:`, error);
    }).then(() => {
      this.#unfinished.delete(finished);
      counters.recordings--;
    });
    this.#unfinished.add(finished);
    counters.recordings++;
  }
}
