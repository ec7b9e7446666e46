/**
 * Many publishes and acknowledgements in one commit: what comes in one turn of
 * the event loop is written together, in order, and acknowledged afterwards.
 *
 * @module
 */
import { nextTurn } from "../../actor/internal.ts";
import type { PublishAck } from "../stream.ts";
import { StreamConflictError, StreamFullError } from "../errors.ts";
import type { StreamStorage } from "./store.ts";
import type { WallClock } from "./wall_clock.ts";

/** Publishes of one commit, at most: one more is written at once. */
const MAX_PUBLISHES = 1000;
/** Bytes of one commit, but for one message that is larger. */
const MAX_BYTES = 4_194_304;

/** A message that is to be kept. */
export interface Publish {
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** Bytes of the subject and the payload. */
  readonly size: number;
  readonly id: string | undefined;
  readonly expectedLastSequence: number | undefined;
}

/** What a commit needs of a stream. */
export interface Committed {
  readonly isSynced: boolean;
  /**
   * Keeps a message.
   *
   * @throws {StreamFullError | StreamConflictError} if it is refused.
   */
  append(publish: Publish, nowMs: number): PublishAck;
  /** Makes room: removes what is not needed, or too old. */
  makeRoom(nowMs: number): void;
  /** Writes whatever else has changed. */
  writeChanges(nowMs: number): void;
  /** The commit is done; or it has failed, and nothing of it was written. */
  afterCommit(isDone: boolean): void;
}

interface Waiting {
  readonly stream: Committed;
  readonly publish: Publish;
  readonly resolve: (ack: PublishAck) => void;
  readonly reject: (error: unknown) => void;
  outcome: PublishAck | Error | undefined;
}

/** What waits to be written to one storage. */
export class CommitQueue {
  readonly #storage: StreamStorage;
  readonly #clock: WallClock;
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** Streams with changes, that of commits that have failed included. */
  #changed = new Set<Committed>();
  #done: PromiseWithResolvers<void> | undefined;
  #isScheduled = false;
  #isWriting = false;

  constructor(storage: StreamStorage, clock: WallClock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Keeps a message, with what else comes in this turn. */
  publish(stream: Committed, publish: Publish): Promise<PublishAck> {
    const { promise, resolve, reject } = Promise.withResolvers<PublishAck>();
    this.#add({ stream, publish, resolve, reject, outcome: undefined });
    return promise;
  }

  /** Keeps a message for somebody who need not know its number. */
  capture(stream: Committed, publish: Publish): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const kept = (): void => resolve();
    this.#add({ stream, publish, resolve: kept, reject, outcome: undefined });
    // Many publish without waiting, and have not asked whether it is kept.
    promise.catch(() => {});
    return promise;
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#changed.add(waiting.stream);
    this.#bytes += waiting.publish.size;
    const isFull = this.#waiting.length >= MAX_PUBLISHES ||
      this.#bytes >= MAX_BYTES;
    if (isFull && !this.#isWriting) this.flush();
    else this.#schedule();
  }

  /** Writes what has changed about a stream; resolves when that is done. */
  change(stream: Committed): Promise<void> {
    this.touch(stream);
    if (this.#done === undefined) {
      this.#done = Promise.withResolvers();
      // Whoever waits for it has the error; nobody has to.
      this.#done.promise.catch(() => {});
    }
    return this.#done.promise;
  }

  /** Writes what has changed about a stream, and nobody waits for it. */
  touch(stream: Committed): void {
    this.#changed.add(stream);
    this.#schedule();
  }

  /** Forgets a stream that is deleted. */
  forget(stream: Committed): void {
    this.#changed.delete(stream);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTurn(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Writes all that waits. */
  flush(): void {
    if (this.#isWriting) return this.#schedule();
    const changed = this.#changed;
    if (changed.size === 0) return;
    const waiting = this.#waiting;
    const done = this.#done;
    this.#waiting = [];
    this.#bytes = 0;
    this.#done = undefined;
    this.#changed = new Set();
    this.#isWriting = true;
    let failure: unknown;
    let isDone = false;
    try {
      this.#storage.commit(isSynced(changed), () => {
        const nowMs = this.#clock.now();
        for (const stream of changed) stream.makeRoom(nowMs);
        for (const one of waiting) one.outcome = attempt(one, nowMs);
        for (const stream of changed) stream.writeChanges(nowMs);
      });
      isDone = true;
    } catch (error) {
      failure = error;
      for (const stream of changed) this.#changed.add(stream);
    } finally {
      this.#isWriting = false;
    }
    for (const { outcome, resolve, reject } of waiting) {
      if (!isDone) reject(failure);
      else if (outcome instanceof Error) reject(outcome);
      else if (outcome !== undefined) resolve(outcome);
    }
    if (isDone) done?.resolve();
    else done?.reject(failure);
    for (const stream of changed) stream.afterCommit(isDone);
  }
}

function isSynced(streams: Iterable<Committed>): boolean {
  for (const { isSynced } of streams) if (isSynced) return true;
  return false;
}

/** A message that is refused spoils no other; what is broken spoils all. */
function attempt(
  { stream, publish }: Waiting,
  nowMs: number,
): PublishAck | Error {
  try {
    return stream.append(publish, nowMs);
  } catch (error) {
    if (
      error instanceof StreamFullError || error instanceof StreamConflictError
    ) return error;
    throw error;
  }
}
