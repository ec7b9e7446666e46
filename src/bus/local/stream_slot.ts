/**
 * Where the streams of a bus are plugged in.
 *
 * @module
 */
import type { Payload } from "../payload.ts";
import type { BusStream, StreamOptions } from "../stream.ts";

/** The streams of a bus. */
export interface StreamKeeper {
  /**
   * Keeps a message that was published on the bus, if a stream wants its
   * subject; resolves as the durability of the stream says.
   */
  capture(subject: string, payload: Payload): Promise<void> | undefined;
  /** Creates a stream, or returns the one of that name. */
  stream(name: string, options: StreamOptions): Promise<BusStream>;
  /** Returns the names of all streams. */
  streams(): Promise<readonly string[]>;
  /** Ends all consumers, and closes what streams are kept in. */
  close(): Promise<void>;
}
