/**
 * What becomes of messages that a consumer does not get any more: a dead letter
 * is published until the bus has taken it, and then they are done with.
 *
 * @module
 */
import { report } from "../../actor/internal.ts";
import type { Timer } from "../../actor/mod.ts";
import { deadLetterBytes } from "../dead_letter.ts";
import { BusClosedError } from "../errors.ts";
import type { ResolvedConsumer } from "./consumer_config.ts";
import type { Dead } from "./consumer_state.ts";
import type { KeptStream } from "./kept_stream.ts";

/** Milliseconds until a dead letter is tried again that nobody took. */
const RETRY_MS = 1000;

/** The dead letters of one consumer. */
export class DeadLetterOffice {
  readonly #stream: KeptStream;
  readonly #config: ResolvedConsumer;
  /** Is done with a message; resolves when the stream knows. */
  readonly #onBuried: (sequence: number) => Promise<void>;
  readonly #retries = new Set<Timer>();
  /** Who waits until a message that was given up is done with. */
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #isClosed = false;

  constructor(
    stream: KeptStream,
    config: ResolvedConsumer,
    onBuried: (sequence: number) => Promise<void>,
  ) {
    this.#stream = stream;
    this.#config = config;
    this.#onBuried = onBuried;
  }

  /** Buries a message; resolves when the stream knows that it is done with. */
  buryAndWait(dead: Dead): Promise<void> {
    const done = Promise.withResolvers<void>();
    // Nobody has to wait for it.
    done.promise.catch(() => {});
    this.#waiting.set(dead.sequence, done);
    this.bury(dead);
    return done.promise;
  }

  /** Buries a message that nobody waits for. */
  bury(dead: Dead): void {
    const { deadLetter } = this.#config;
    if (deadLetter === null) return this.#buried(dead);
    this.#publish(dead, deadLetter).then(() => this.#buried(dead), (error) => {
      if (this.#isClosed) return;
      report("A dead letter was not taken, and is published again:", error);
      const timer = this.#stream.around.clock.schedule(RETRY_MS, () => {
        this.#retries.delete(timer);
        this.bury(dead);
      });
      this.#retries.add(timer);
    });
  }

  async #publish(dead: Dead, deadLetter: string): Promise<void> {
    const { store, config: { name: stream }, around } = this.#stream;
    const message = store.get(dead.sequence);
    // One that was removed meanwhile has nothing to say.
    if (message === undefined) return;
    const consumer = this.#config.name;
    await around.publish(
      deadLetter,
      deadLetterBytes({ stream, consumer, ...message, ...dead }),
    );
  }

  #buried({ sequence }: Dead): void {
    if (this.#isClosed) return;
    const done = this.#waiting.get(sequence);
    this.#waiting.delete(sequence);
    this.#onBuried(sequence).then(done?.resolve, done?.reject);
  }

  /** Gives up: what is not buried is dead when the consumer is taken up again. */
  close(reason: Error | undefined): void {
    this.#isClosed = true;
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
    for (const { reject } of this.#waiting.values()) {
      reject(
        reason ??
          new BusClosedError(
            "Cannot terminate a message: the consumer was closed meanwhile",
          ),
      );
    }
    this.#waiting.clear();
  }
}
