/**
 * The limits of a stream: what has no room, and what has to go.
 *
 * @module
 */
import { StreamFullError } from "../errors.ts";
import type { StoredHead, StreamStore } from "./store.ts";
import type { ResolvedStream } from "./stream_config.ts";

/** Messages that are looked at first, when it is not known how many have to go. */
const FEW = 8;
/** Messages that are looked at, at once, at most. */
const MANY = 1000;

/** The limits of one stream. */
export class StreamLimits {
  readonly #config: ResolvedStream;
  readonly #store: StreamStore;
  /** When the oldest message is too old, or earlier. */
  #expiryMs = 0;

  constructor(config: ResolvedStream, store: StreamStore) {
    this.#config = config;
    this.#store = store;
  }

  /** When something may be too old; `Infinity` if nothing ever is. */
  get expiryMs(): number {
    return this.#config.options.maxAgeMs === Infinity
      ? Infinity
      : this.#expiryMs;
  }

  /** Returns what its subject has too many of, once another one comes. */
  excess(subject: string): readonly StoredHead[] {
    const { maxMessagesPerSubject } = this.#config.options;
    return maxMessagesPerSubject === Infinity
      ? []
      : this.#store.excess(subject, maxMessagesPerSubject - 1);
  }

  /**
   * Checks that there is room for a message once those of `excess` are gone.
   *
   * @throws {StreamFullError} if there is none, and nothing is to go for it.
   */
  checkRoom(size: number, excess: readonly StoredHead[]): void {
    const { name, options: { maxBytes, maxMessages, discard } } = this.#config;
    if (size > maxBytes) {
      throw new StreamFullError(
        `Cannot publish to stream ${name}: the message has ${size} bytes, maxBytes is ${maxBytes}`,
      );
    }
    if (discard === "oldest") return;
    const { messages, bytes } = this.#store.summary;
    const freed = excess.reduce((sum, head) => sum + head.size, 0);
    if (
      messages - excess.length < maxMessages && bytes - freed + size <= maxBytes
    ) return;
    throw new StreamFullError(
      `Cannot publish to stream ${name}: it has ${messages} messages of ${bytes} bytes, as many as it may, remove some or raise its limits`,
    );
  }

  /** Finds the oldest messages as far as there are too many, or too old. */
  trim(nowMs: number, remove: (heads: readonly StoredHead[]) => void): void {
    const { maxMessages, maxBytes, maxAgeMs } = this.#config.options;
    for (let looked = FEW;; looked = Math.min(looked * 4, MANY)) {
      let { messages, bytes } = this.#store.summary;
      if (
        messages <= maxMessages && bytes <= maxBytes && nowMs < this.expiryMs
      ) return;
      const heads = this.#store.heads(0, looked);
      const end = heads.findIndex((head) => {
        const isKept = messages <= maxMessages && bytes <= maxBytes &&
          head.timestampMs + maxAgeMs > nowMs;
        messages--;
        bytes -= head.size;
        return isKept;
      });
      remove(end < 0 ? heads : heads.slice(0, end));
      const oldest = heads[end];
      if (oldest === undefined && heads.length === looked) continue;
      this.#expiryMs = (oldest?.timestampMs ?? nowMs) + maxAgeMs;
      return;
    }
  }
}
