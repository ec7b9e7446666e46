/**
 * What a stream stands on: time, a place to keep messages in, and the bus.
 *
 * @module
 */
import type { CommitQueue } from "./commit_queue.ts";
import type { KeptStream } from "./kept_stream.ts";
import type { StreamStorage } from "./store.ts";
import type { WallClock } from "./wall_clock.ts";

/** What a stream needs around it. */
export interface StreamSurroundings {
  readonly clock: WallClock;
  readonly storage: StreamStorage;
  readonly queue: CommitQueue;
  /** Publishes a dead letter; resolves when the bus has taken it. */
  readonly publish: (subject: string, bytes: Uint8Array) => Promise<void>;
  /** The stream is gone, and its subjects are free. */
  readonly onDelete: (stream: KeptStream) => void;
}
