/**
 * One stream: what it takes, what it lets go, and who reads it.
 *
 * @module
 */
import type { Timer } from "../../actor/mod.ts";
import { StreamConflictError, StreamNotFoundError } from "../errors.ts";
import type { PublishAck, StreamInfo } from "../stream.ts";
import type { Committed, Publish } from "./commit_queue.ts";
import {
  checkOnlyOne,
  checkSameConsumer,
  type ResolvedConsumer,
} from "./consumer_config.ts";
import { ConsumerState } from "./consumer_state.ts";
import { startOf } from "./consumer_start.ts";
import type {
  ConsumerPosition,
  StoredHead,
  StoredMessage,
  StreamStore,
} from "./store.ts";
import type { ResolvedStream } from "./stream_config.ts";
import { StreamConsumer } from "./stream_consumer.ts";
import { StreamLimits } from "./stream_limits.ts";
import type { StreamSurroundings } from "./stream_surroundings.ts";
import { SubjectFilter } from "./subject_filter.ts";

/** Messages that are looked at, at once, when many are removed. */
const SWEEP = 1000;
/** Milliseconds between two removals of ids that are too old. */
const FORGET_MS = 1000;

/** A stream of this process. */
export class KeptStream implements Committed {
  readonly config: ResolvedStream;
  readonly store: StreamStore;
  readonly around: StreamSurroundings;
  readonly isSynced: boolean;
  readonly filters: readonly SubjectFilter[];
  readonly #consumers = new Map<string, StreamConsumer>();
  /** The number of the last message that was committed. */
  #visible: number;
  /** Messages that nobody needs any more. */
  #unneeded: number[] = [];
  /** Messages that the commit in progress removes before all had them. */
  #trimmed: StoredHead[] = [];
  readonly #limits: StreamLimits;
  #expiryTimer: Timer | undefined;
  #forgottenMs = 0;
  #end: Error | undefined;

  constructor(
    config: ResolvedStream,
    store: StreamStore,
    around: StreamSurroundings,
  ) {
    this.config = config;
    this.store = store;
    this.around = around;
    this.#limits = new StreamLimits(config, store);
    this.isSynced = config.options.durability === "synced";
    this.filters = config.options.subjects.map((one) => new SubjectFilter(one));
    this.#visible = store.summary.lastSequence;
    for (const { config, position, pending } of store.consumers()) {
      const consumer = this.#addConsumer(config, position);
      consumer.state.owe(pending, true);
    }
    if (config.options.retention === "interest") this.#sweep();
    for (const consumer of this.#consumers.values()) consumer.buryDead();
  }

  /** The number of the last message that readers may have. */
  get visible(): number {
    return this.#visible;
  }

  /** Returns whether the stream keeps a subject. */
  keeps(subject: string): boolean {
    return this.filters.some((filter) => filter.test(subject));
  }

  /**
   * Refuses whatever is asked of a stream that is deleted or closed.
   *
   * @throws {StreamNotFoundError | BusClosedError} why it has ended.
   */
  check(): void {
    if (this.#end !== undefined) throw this.#end;
  }

  /** Keeps a message. */
  publish(publish: Publish): Promise<PublishAck> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return this.around.queue.publish(this, publish);
  }

  /** Keeps a message of somebody who may not wait for it. */
  capture(publish: Publish): Promise<void> {
    return this.around.queue.capture(this, publish);
  }

  append(publish: Publish, nowMs: number): PublishAck {
    this.check();
    const { subject, bytes, size, id, expectedLastSequence } = publish;
    const { store, config: { name: stream, options } } = this;
    if (id !== undefined) {
      const kept = store.sequenceOfId(id, nowMs - options.duplicateWindowMs);
      if (kept !== undefined) {
        return { stream, sequence: kept, isDuplicate: true };
      }
    }
    const { lastSequence, lastTimestampMs } = store.summary;
    if (
      expectedLastSequence !== undefined &&
      expectedLastSequence !== lastSequence
    ) {
      throw new StreamConflictError(
        `Cannot publish to stream ${stream}: its last message is ${lastSequence}, ${expectedLastSequence} was expected`,
      );
    }
    const excess = this.#limits.excess(subject);
    this.#limits.checkRoom(size, excess);
    const sequence = lastSequence + 1;
    const timestampMs = Math.max(nowMs, lastTimestampMs);
    if (options.retention === "interest" && !this.#isWanted(subject)) {
      store.skipTo(sequence, timestampMs);
    } else {
      if (excess.length > 0) this.#trim(excess);
      store.append({ sequence, subject, size, timestampMs, bytes });
    }
    if (id !== undefined && options.duplicateWindowMs > 0) {
      store.rememberId(id, sequence, nowMs);
    }
    return { stream, sequence, isDuplicate: false };
  }

  #isWanted(subject: string): boolean {
    for (const { filter } of this.#consumers.values()) {
      if (filter.test(subject)) return true;
    }
    return false;
  }

  makeRoom(nowMs: number): void {
    if (this.#unneeded.length > 0) this.store.remove(this.#unneeded);
    this.#limits.trim(nowMs, (heads) => this.#trim(heads));
  }

  writeChanges(nowMs: number): void {
    if (this.#end !== undefined) return;
    const { store, config: { options } } = this;
    this.#limits.trim(nowMs, (heads) => this.#trim(heads));
    if (nowMs - this.#forgottenMs >= FORGET_MS) {
      this.#forgottenMs = nowMs;
      store.forgetIds(nowMs - options.duplicateWindowMs);
    }
    for (const consumer of this.#consumers.values()) {
      consumer.writeChanges(this.#trimmed);
    }
  }

  /** Removes messages, whether all have had them or not. */
  #trim(heads: readonly StoredHead[]): void {
    this.store.remove(heads.map(({ sequence }) => sequence));
    if (this.#consumers.size > 0) this.#trimmed.push(...heads);
  }

  afterCommit(isDone: boolean): void {
    if (this.#end !== undefined) return;
    if (isDone) {
      this.#unneeded = [];
      this.#visible = this.store.summary.lastSequence;
    }
    this.#trimmed = [];
    for (const consumer of this.#consumers.values()) {
      consumer.afterCommit(isDone);
    }
    if (isDone) this.#setExpiry();
  }

  #setExpiry(): void {
    const { clock, queue } = this.around;
    const { expiryMs } = this.#limits;
    if (
      expiryMs === Infinity || this.#expiryTimer !== undefined ||
      this.store.summary.messages === 0
    ) return;
    const delayMs = Math.max(expiryMs - clock.now(), 1);
    this.#expiryTimer = clock.schedule(delayMs, () => {
      this.#expiryTimer = undefined;
      queue.touch(this);
    });
    // What is too old is let go by whoever comes next as well.
    this.#expiryTimer.unref();
  }

  /** Lets go what is too old, so that nobody sees it. */
  refresh(): void {
    this.check();
    const { queue, clock } = this.around;
    if (clock.now() >= this.#limits.expiryMs) queue.touch(this);
    queue.flush();
  }

  /** A consumer is done with a message. */
  settled(consumer: StreamConsumer, sequence: number): void {
    const { retention } = this.config.options;
    if (retention === "limits") return;
    if (
      retention === "work_queue" ||
      !this.#isNeeded(sequence, undefined, consumer)
    ) this.#unneeded.push(sequence);
  }

  #isNeeded(
    sequence: number,
    subject: string | undefined,
    but?: StreamConsumer,
  ): boolean {
    for (const consumer of this.#consumers.values()) {
      if (consumer === but || !consumer.state.needs(sequence)) continue;
      const of = subject ?? this.store.get(sequence)?.subject;
      if (of !== undefined && consumer.filter.test(of)) return true;
    }
    return false;
  }

  /** Finds what no consumer needs any more, since one has gone. */
  #sweep(): void {
    let after = 0;
    for (;;) {
      const heads = this.store.heads(after, SWEEP);
      for (const { sequence, subject } of heads) {
        if (!this.#isNeeded(sequence, subject)) this.#unneeded.push(sequence);
        after = sequence;
      }
      if (heads.length < SWEEP) break;
    }
    if (this.#unneeded.length > 0) this.around.queue.touch(this);
  }

  /** Returns the consumer of a name, or a new one. */
  async consumer(config: ResolvedConsumer): Promise<StreamConsumer> {
    this.refresh();
    const there = this.#consumers.get(config.name);
    if (there !== undefined) {
      checkSameConsumer(there.config, config);
      return there;
    }
    if (this.config.options.retention === "work_queue") {
      const others = [...this.#consumers.values()];
      checkOnlyOne(config, others.map((other) => other.config));
    }
    const { position, owed } = startOf(
      config.start,
      new SubjectFilter(config.pattern),
      this.store,
    );
    if (config.isKept) {
      this.around.storage.commit(
        this.isSynced,
        () => this.store.addConsumer(config),
      );
    }
    const consumer = this.#addConsumer(config, position);
    consumer.state.owe(owed.map((sequence) => [sequence, 0]), false);
    consumer.state.begin();
    if (config.isKept) await this.around.queue.change(this);
    return consumer;
  }

  #addConsumer(
    config: ResolvedConsumer,
    position: ConsumerPosition,
  ): StreamConsumer {
    const state = new ConsumerState(config, position);
    const consumer = new StreamConsumer(this, config, state);
    this.#consumers.set(config.name, consumer);
    return consumer;
  }

  /** Removes a consumer, whose readers have ended with it. */
  async removeConsumer(name: string): Promise<void> {
    this.check();
    const consumer = this.#consumers.get(name);
    if (consumer === undefined) {
      throw new StreamNotFoundError(
        `Cannot delete consumer ${name}: stream ${this.config.name} has none of that name`,
      );
    }
    this.around.queue.flush();
    if (consumer.config.isKept) {
      this.around.storage.commit(
        this.isSynced,
        () => this.store.removeConsumer(name),
      );
    }
    this.#consumers.delete(name);
    consumer.end(
      new StreamNotFoundError(`Consumer ${name} was deleted`),
    );
    if (this.config.options.retention === "interest") this.#sweep();
    await this.around.queue.change(this);
  }

  /** Forgets a consumer without a name whose reader has gone. */
  forgetConsumer(consumer: StreamConsumer): void {
    if (!this.#consumers.delete(consumer.config.name)) return;
    if (
      this.#end === undefined && this.config.options.retention === "interest"
    ) {
      this.#sweep();
    }
  }

  last(subject: string): StoredMessage | undefined {
    this.refresh();
    return this.store.last(subject);
  }

  get consumers(): readonly StreamConsumer[] {
    return [...this.#consumers.values()];
  }
  info(): StreamInfo {
    this.refresh();
    const { messages, bytes, firstSequence, lastSequence } = this.store.summary;
    return {
      name: this.config.name,
      options: this.config.options,
      messages,
      bytes,
      firstSequence,
      lastSequence,
      consumers: [...this.#consumers.keys()],
    };
  }

  /** Removes the messages below a number that match; returns how many. */
  async purge(filter: SubjectFilter, beforeSequence: number): Promise<number> {
    this.refresh();
    let purged = 0;
    for (let after = 0;;) {
      const heads = this.store.heads(after, SWEEP)
        .filter(({ sequence }) => sequence < beforeSequence);
      const last = heads.at(-1);
      if (last === undefined) break;
      after = last.sequence;
      const matching = heads.filter(({ subject }) => filter.test(subject));
      for (const consumer of this.#consumers.values()) consumer.rewind();
      this.#commit(() => this.#trim(matching));
      purged += matching.length;
    }
    await this.around.queue.change(this);
    return purged;
  }

  /** Does something at once, with all that has changed. */
  #commit(action: () => void): void {
    let isDone = false;
    try {
      this.around.storage.commit(this.isSynced, () => {
        const nowMs = this.around.clock.now();
        this.makeRoom(nowMs);
        action();
        this.writeChanges(nowMs);
      });
      isDone = true;
    } finally {
      this.afterCommit(isDone);
    }
  }

  /** Removes the stream with all that it has. */
  delete(): void {
    this.check();
    const { queue, storage, onDelete } = this.around;
    queue.flush();
    storage.commit(this.isSynced, () => storage.drop(this.config.name));
    this.end(new StreamNotFoundError(`Stream ${this.config.name} was deleted`));
    onDelete(this);
  }

  /** Lets the file know all that is to be known after an end in order. */
  saveAll(): void {
    for (const { state } of this.#consumers.values()) state.saveAll();
    this.around.queue.touch(this);
  }

  /** Ends its consumers: nothing more is asked of it or done by it. */
  end(reason: Error, isOrderly: boolean = false): void {
    this.#end = reason;
    this.#expiryTimer?.cancel();
    this.around.queue.forget(this);
    for (const consumer of this.#consumers.values()) {
      consumer.end(isOrderly ? undefined : reason);
    }
    this.#consumers.clear();
  }
}
