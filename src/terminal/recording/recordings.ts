/**
 * The recordings of a server.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { PtySession } from "../../pty/mod.ts";
import type { TerminalCounters } from "../metrics.ts";
import { recordSession } from "./record_session.ts";
import { type AsciicastRecorder, RecordingError } from "./recorder.ts";

/** A session that is about to be started. */
export interface RecordedSession {
  /** Its id. */
  readonly id: string;
  /** The name of its command. */
  readonly command: string;
  /** When it is started. */
  readonly createdAt: Date;
}

/** Opens that to which a session is recorded; without one, it is not. */
export type OpenRecording = (session: RecordedSession) =>
  | WritableStream<Uint8Array>
  | undefined
  | Promise<WritableStream<Uint8Array> | undefined>;

/** What recordings are made of. */
export interface RecordingsOptions {
  /** Opens each of them; without it, there are none. */
  readonly open: OpenRecording | undefined;
  /** Where those are counted that fail. */
  readonly counters: TerminalCounters;
  /** The source of time. */
  readonly clock: Clock;
}

/** All recordings of a server. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #unfinished = new Set<Promise<void>>();

  /** No recordings yet. */
  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** How many are not finished. */
  get size(): number {
    return this.#unfinished.size;
  }

  /** Resolves when all that have begun are written, or have failed. */
  async finished(): Promise<void> {
    await Promise.all(this.#unfinished);
  }

  /**
   * Starts a session with `spawn`, and its recording. One that is to be
   * recorded does not run without it.
   *
   * @throws {RecordingError} when the recording cannot be opened.
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
      const why = cause instanceof Error ? cause.message : cause;
      throw new RecordingError(
        `Cannot start ${session.command}: its recording cannot be opened: ${why}`,
        { cause },
      );
    }
  }

  #follow({ id }: RecordedSession, { closed }: AsciicastRecorder): void {
    const finished = closed.catch((error) => {
      this.#options.counters.recordingsFailed++;
      console.error(`The recording of session ${id} has failed:`, error);
    }).then(() => void this.#unfinished.delete(finished));
    this.#unfinished.add(finished);
  }
}
