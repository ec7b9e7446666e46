/**
 * A consumer with its readers: it takes messages from the stream as readers
 * have credit, and gives them back when a reader goes.
 *
 * @module
 */
import { nextTurn } from "../../actor/internal.ts";
import type { Timer } from "../../actor/mod.ts";
import type { ConsumerInfo } from "../consumer.ts";
import { DONE } from "../delivery/delivered.ts";
import { AckError } from "../errors.ts";
import type { ResolvedConsumer } from "./consumer_config.ts";
import type { ConsumerState } from "./consumer_state.ts";
import { DeadLetterOffice } from "./dead_letter_office.ts";
import { ConsumerReader, type Delivery } from "./consumer_reader.ts";
import type { KeptStream } from "./kept_stream.ts";
import type { ConsumerChange, StoredHead, StoredMessage } from "./store.ts";
import { SubjectFilter } from "./subject_filter.ts";

/** Messages that are read from the store at once, at most. */
const MAX_READ = 256;
/** Bytes that are read from the store at once, but for one that is larger. */
const MAX_READ_BYTES = 262_144;

/** One consumer of a stream. */
export class StreamConsumer {
  readonly config: ResolvedConsumer;
  readonly state: ConsumerState;
  readonly filter: SubjectFilter;
  readonly #stream: KeptStream;
  readonly #readers = new Set<ConsumerReader>();
  /** Messages that were read, and not delivered so far. */
  #buffer: readonly StoredMessage[] = [];
  #at = 0;
  /** All messages up to this number were read, or passed. */
  #reached: number;
  #timer: Timer | undefined;
  #timerMs = Infinity;
  readonly #deadLetters: DeadLetterOffice;
  #change: ConsumerChange | undefined;
  #newGap = 0;
  /** Whether it has read from the store in this turn of the event loop. */
  #hasRead = false;
  #isPumping = false;
  #isEnded = false;

  constructor(
    stream: KeptStream,
    config: ResolvedConsumer,
    state: ConsumerState,
  ) {
    this.#stream = stream;
    this.config = config;
    this.state = state;
    this.filter = new SubjectFilter(config.pattern);
    this.#reached = state.cursor;
    this.#deadLetters = new DeadLetterOffice(stream, config, (sequence) => {
      this.#settle(sequence);
      return this.#known();
    });
  }

  /** Adds a reader, which has no credit at first. */
  open(onDelivery: (delivery: Delivery) => void): ConsumerReader {
    const reader = new ConsumerReader(this, onDelivery);
    this.#readers.add(reader);
    this.#arm();
    return reader;
  }

  /** Ends a reader, whose messages others get. */
  leave(reader: ConsumerReader): Promise<void> {
    if (!this.#readers.delete(reader)) return Promise.resolve();
    const isLast = !this.config.isKept && this.#readers.size === 0;
    // What nobody gets again need not be put in order for it.
    if (!isLast || this.config.maxDeliveries !== Infinity) {
      this.state.readerGone(reader);
      this.buryDead();
    }
    if (isLast) {
      this.#stop();
      this.#stream.forgetConsumer(this);
      return Promise.resolve();
    }
    if (this.#readers.size === 0) this.#disarm();
    this.pump();
    return this.#stream.around.queue.change(this.#stream);
  }

  /**
   * Takes the next message for a reader, if there is one.
   *
   * @throws {StreamStorageError} if it cannot be read.
   */
  take(reader: ConsumerReader): Delivery | undefined {
    if (this.#isEnded) return undefined;
    try {
      return this.#take(reader);
    } catch (error) {
      this.#fail(asError(error));
      throw error;
    }
  }

  #take(reader: ConsumerReader): Delivery | undefined {
    const { clock } = this.#stream.around;
    for (;;) {
      const again = this.state.nextReady;
      if (again === undefined) break;
      const message = this.#stream.store.get(again);
      if (message !== undefined) {
        const deliveries = this.state.deliverAgain(again, reader, clock.now());
        return this.#delivered({ message, deliveries, gap: 0 });
      }
      // It was removed meanwhile, so nobody can have it.
      this.state.settle(again);
    }
    if (!this.state.mayDeliver) return undefined;
    const message = this.#next();
    if (message === undefined) return undefined;
    const gap = this.state.deliver(message.sequence, reader, clock.now());
    return this.#delivered({ message, deliveries: 1, gap });
  }

  #delivered(delivery: Delivery): Delivery {
    // How often it came must outlast a crash that it causes.
    if (this.config.isKept && this.config.maxDeliveries !== Infinity) {
      this.#stream.around.queue.touch(this.#stream);
    }
    this.#arm();
    return delivery;
  }

  #next(): StoredMessage | undefined {
    const next = this.#buffer[this.#at];
    if (next !== undefined) {
      this.#at++;
      return next;
    }
    const { visible, store } = this.#stream;
    if (this.#reached >= visible) {
      this.state.skipTo(this.#reached);
      return undefined;
    }
    if (this.#hasRead) return undefined;
    this.#readOnceATurn();
    const { messages, reachedSequence } = store.read(
      this.#reached,
      visible,
      this.filter,
      MAX_READ,
      MAX_READ_BYTES,
    );
    this.#buffer = messages;
    this.#reached = reachedSequence;
    this.#at = 1;
    if (messages.length === 0) this.state.skipTo(reachedSequence);
    return messages[0];
  }

  /** Lets others have their turn before more is read, however fast readers are. */
  #readOnceATurn(): void {
    this.#hasRead = true;
    nextTurn(() => {
      this.#hasRead = false;
      this.pump();
    });
  }

  /** Delivers as long as there are messages, and readers with credit. */
  pump(): void {
    if (this.#isPumping || this.#isEnded) return;
    this.#isPumping = true;
    try {
      for (;;) {
        const reader = this.#mostWilling();
        if (reader === undefined) return;
        const delivery = this.take(reader);
        if (delivery === undefined) return;
        reader.deliver(delivery);
      }
    } catch {
      // All readers have ended with it.
    } finally {
      this.#isPumping = false;
    }
  }

  #mostWilling(): ConsumerReader | undefined {
    let most: ConsumerReader | undefined;
    for (const reader of this.#readers) {
      if (reader.credit > (most?.credit ?? 0)) most = reader;
    }
    return most;
  }

  /** Is done with a message that is out; resolves when the stream knows. */
  ack(sequence: number): Promise<void> {
    this.#settle(sequence);
    return this.#known();
  }

  /** Gives a message that is out back. */
  nak(sequence: number, delayMs: number): Promise<void> {
    const nowMs = this.#stream.around.clock.now();
    this.state.refuse(sequence, nowMs + delayMs, nowMs);
    this.buryDead();
    this.#arm();
    this.pump();
    return this.#known();
  }

  /** Gives a message that is out up. */
  terminate(sequence: number, reason: string | undefined): Promise<void> {
    const dead = this.state.giveUp(sequence);
    if (dead === undefined) return this.#known();
    return this.#deadLetters.buryAndWait(
      reason === undefined ? dead : { ...dead, reason },
    );
  }

  /** Begins the wait for the acknowledgement of one that is out again. */
  extend(sequence: number): Promise<void> {
    this.state.extend(sequence, this.#stream.around.clock.now());
    return Promise.resolve();
  }

  /**
   * Checks that a reader has that delivery, before it says anything of it.
   *
   * @throws {AckError} if it has not.
   */
  checkOut(
    reader: ConsumerReader,
    sequence: number,
    deliveries: number,
  ): void {
    this.#stream.check();
    if (this.state.isOut(sequence, deliveries, reader)) return;
    throw new AckError(
      `Cannot acknowledge or refuse message ${sequence} of stream ${this.#stream.config.name}: its delivery ${deliveries} to ${this.config.name} is over, it came again or was acknowledged or refused already`,
    );
  }

  #settle(sequence: number): void {
    const wasFull = !this.state.mayDeliver;
    this.state.settle(sequence);
    this.#stream.settled(this, sequence);
    if (wasFull) this.pump();
  }

  /** Resolves when the stream knows of what has changed. */
  #known(): Promise<void> {
    const { retention } = this.#stream.config.options;
    return this.config.isKept || retention !== "limits"
      ? this.#stream.around.queue.change(this.#stream)
      : DONE;
  }

  /** Publishes the dead letters of what came as often as it may. */
  buryDead(): void {
    for (const dead of this.state.takeDead()) this.#deadLetters.bury(dead);
  }

  /** Writes how far it has come; `trimmed` is what the commit removes. */
  writeChanges(trimmed: readonly StoredHead[]): void {
    this.#newGap = 0;
    for (const { sequence, subject } of trimmed) {
      if (sequence > this.#reached && this.filter.test(subject)) this.#newGap++;
    }
    if (!this.config.isKept) return;
    this.#change = this.state.changes();
    if (this.#change === undefined && this.#newGap === 0) return;
    const change = this.#change ?? this.state.position;
    this.#stream.store.changeConsumer(this.config.name, {
      saved: [],
      removed: [],
      ...change,
      gap: change.gap + this.#newGap,
    });
  }

  afterCommit(isDone: boolean): void {
    if (isDone) {
      if (this.#change !== undefined) this.state.stored(this.#change);
      if (this.#newGap > 0) this.state.addGap(this.#newGap);
    }
    this.#change = undefined;
    this.#newGap = 0;
    this.pump();
  }

  /** Forgets what was read and not delivered, as it may be removed. */
  rewind(): void {
    this.#buffer = [];
    this.#at = 0;
    this.#reached = this.state.cursor;
  }

  /** Sets the timer for what is due next, while anybody reads. */
  #arm(): void {
    if (this.#readers.size === 0 || this.#isEnded) return;
    const dueMs = this.state.dueMs;
    // An earlier timer finds out that there is nothing to do.
    if (dueMs >= this.#timerMs) return;
    this.#timer?.cancel();
    this.#timerMs = dueMs;
    const { clock } = this.#stream.around;
    this.#timer = clock.schedule(Math.max(dueMs - clock.now(), 0), () => {
      this.#timerMs = Infinity;
      this.state.pass(clock.now());
      this.buryDead();
      this.#arm();
      this.pump();
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerMs = Infinity;
  }

  #stop(reason?: Error): void {
    this.#isEnded = true;
    this.#disarm();
    this.#deadLetters.close(reason);
  }

  /** Ends all readers, in order or with why. */
  end(reason: Error | undefined): void {
    if (this.#isEnded) return;
    this.#stop(reason);
    this.#buffer = [];
    this.#endReaders(reason);
  }

  /** Ends all readers; those that come later may have more luck. */
  #fail(reason: Error): void {
    this.rewind();
    this.#disarm();
    this.#endReaders(reason);
    if (this.config.isKept) return;
    this.#stop(reason);
    this.#stream.forgetConsumer(this);
  }

  #endReaders(reason: Error | undefined): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const reader of readers) {
      this.state.readerGone(reader);
      reader.end(reason);
    }
  }

  info(): ConsumerInfo {
    this.#stream.refresh();
    return {
      name: this.config.name,
      waiting: this.#waiting(),
      pendingAcks: this.state.pendingAcks,
      redelivered: this.state.redelivered,
      ackFloor: this.state.ackFloor,
    };
  }

  /** Counts what has not come yet, which may be to look at all of it. */
  #waiting(): number {
    const { store, visible, config } = this.#stream;
    let waiting = this.state.owed;
    let after = this.state.cursor;
    const { messages, firstSequence, lastSequence } = store.summary;
    const isWhole = messages === lastSequence - firstSequence + 1;
    const { subjects } = config.options;
    if (
      isWhole && (this.filter.isAll || subjects.join() === this.filter.pattern)
    ) {
      return waiting +
        Math.max(lastSequence - Math.max(after, firstSequence - 1), 0);
    }
    while (after < visible) {
      const heads = store.heads(after, 1000);
      for (const { sequence, subject } of heads) {
        if (this.filter.test(subject)) waiting++;
        after = sequence;
      }
      if (heads.length === 0) break;
    }
    return waiting;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
