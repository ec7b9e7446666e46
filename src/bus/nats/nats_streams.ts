/**
 * The streams of a bus on JetStream.
 *
 * @module
 */
import type { BusStream, StreamOptions } from "../stream.ts";
import { checkSame, resolveStream } from "../streams/stream_config.ts";
import { CODES } from "./js_errors.ts";
import { hasCode, type JetStreamAccess } from "./js_access.ts";
import type { NatsParts } from "./nats_core.ts";
import { natsStream, type OpenReader } from "./nats_stream.ts";
import { OWN_STREAMS } from "./own_stream.ts";
import {
  checkStream,
  toResolvedStream,
  toStreamConfig,
} from "./stream_mapping.ts";

/** All streams, and the readers of this bus. */
export class NatsStreams {
  readonly #parts: NatsParts;
  readonly #access: JetStreamAccess;
  readonly #readers = new Set<OpenReader>();

  constructor(parts: NatsParts, access: JetStreamAccess) {
    this.#parts = parts;
    this.#access = access;
  }

  /** Creates a stream, or returns the one of that name. */
  async stream(name: string, options: StreamOptions): Promise<BusStream> {
    const asked = resolveStream(name, options, true);
    const { connection, uplink, options: settings } = this.#parts;
    checkStream(asked, options, settings.syncAlways);
    const there = await this.#access.api(
      `have stream ${name}`,
      async ({ streams }) => {
        try {
          return await streams.add(toStreamConfig(asked));
        } catch (error) {
          if (!hasCode(error, CODES.streamNameInUse)) throw error;
          return await streams.info(name);
        }
      },
    );
    checkSame(toResolvedStream(there.config), asked);
    return natsStream({
      connection,
      uplink,
      inboxPrefix: settings.inboxPrefix,
      access: this.#access,
      stream: asked,
      readers: this.#readers,
    });
  }

  /** Returns the names of all streams but those of the bus itself. */
  async names(): Promise<readonly string[]> {
    const names = await this.#access.api(
      "list streams",
      ({ streams }) => Array.fromAsync(streams.names()),
    );
    return names.filter((name) => !name.startsWith(OWN_STREAMS));
  }

  /** There is a connection again. */
  restored(): void {
    for (const reader of this.#readers) reader.restored();
  }

  /** Ends all readers in order. */
  async close(): Promise<void> {
    const readers = [...this.#readers];
    await Promise.allSettled(readers.map((reader) => reader.close()));
  }

  /** Ends all readers of all streams with an error. */
  end(error: unknown): void {
    for (const reader of [...this.#readers]) reader.end(error);
  }
}
