/**
 * A subscription of this process: the queue, and whoever reads it. All engines
 * have it; what differs is where messages come from, which is its port.
 *
 * @module
 */
import type { Runnable } from "../../actor/internal.ts";
import type { BusMessage } from "../message.ts";
import type { Subject } from "../subject.ts";
import type {
  Subscription,
  SubscriptionOverflow,
  SubscriptionStats,
} from "../subscription.ts";
import { untilAborted } from "../until_aborted.ts";
import type { DeliveryCounters } from "./counters.ts";
import { Delivered } from "./delivered.ts";
import type { DeliveryPort } from "./delivery_port.ts";
import { reportFailure } from "./failed_message.ts";
import type { Incoming } from "./incoming.ts";
import { type DeliveryQueue, deliveryQueue } from "./queue.ts";
import {
  abortableReader,
  hasHandler,
  type Reader,
  readerLoop,
  readIsPending,
  type ReadOptions,
  readSignal,
  tooSlow,
} from "./reader.ts";
import type { ResolvedSubscribeOptions } from "./subscribe_options.ts";
import { Outcome } from "./outcome.ts";
import { Paused } from "./paused.ts";

/**
 * The subscription that a user holds. An engine makes one, calls `offer` with
 * each message, and `confirm`, `finish` or `fail`. No call of the engine runs
 * code of the user: readers and handlers have their turn later, but for a
 * handler that is direct.
 */
export class Delivery<T, R> implements Subscription<T, R>, Runnable {
  readonly #subject: Subject<T, R>;
  readonly #options: ResolvedSubscribeOptions<T, R>;
  readonly #port: DeliveryPort;
  readonly #queue: DeliveryQueue<Incoming>;
  readonly #counters: DeliveryCounters;
  readonly #notesTaken: boolean;
  #reader: Reader<Delivered<T, R>> | undefined;
  /** Whether the reader, or the promise of the handler, has not come back. */
  #isBusy = false;
  #isScheduled = false;
  /** Whether the user has ended it, in order or not. */
  #isEnding = false;
  /** Whether nothing new comes. */
  #isFinished = false;
  #hasEnded = false;
  #delivered = 0;
  #undecodable = 0;
  readonly #ready = new Outcome();
  readonly #closed = new Outcome();
  /** Publishers that go on when nothing waits any more. */
  readonly #paused = new Paused();
  readonly #stopFollowing: (() => void) | undefined;

  constructor(
    subject: Subject<T, R>,
    options: ResolvedSubscribeOptions<T, R>,
    port: DeliveryPort,
  ) {
    this.#subject = subject;
    this.#options = options;
    this.#port = port;
    this.#counters = port.counters;
    this.#notesTaken = port.onTaken !== undefined;
    this.#queue = deliveryQueue<Incoming>(options, (message) => {
      message.admitted();
      if (this.#queue.waiting === 0) this.#port.onRoom?.();
    });
    const isAborted = options.signals.some(({ aborted }) => aborted);
    if (isAborted) this.#end();
    this.#stopFollowing = untilAborted(
      isAborted ? [] : options.signals,
      () => this.#endHere(),
    );
  }

  get pattern(): string {
    return this.#subject.pattern;
  }

  get queue(): string | undefined {
    return this.#options.queue;
  }

  /** What it does with one more message when it is full. */
  get overflow(): SubscriptionOverflow {
    return this.#options.overflow;
  }

  /** Whether the retained values of matching subjects come first. */
  get wantsRetained(): boolean {
    return this.#options.retained;
  }

  /** Messages beyond its bounds, whose publishers wait. */
  get beyond(): number {
    return this.#queue.waiting;
  }

  /** Whether nothing can be offered any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether nothing new comes. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** The most that `room` can be. */
  get maxRoom(): number {
    return this.#options.maxMessages;
  }

  /**
   * Messages that have room, less one while its reader or handler is busy, and
   * less those that are on their way to another process; below 0 if publishers
   * wait.
   */
  get room(): number {
    const { maxMessages, handler, elsewhere } = this.#options;
    const isBusy = handler === undefined
      ? this.#reader === undefined
      : this.#isBusy;
    const taken = this.#queue.length + (isBusy ? 1 : 0);
    return maxMessages - taken - (elsewhere?.() ?? 0);
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Adds a message to the queue. Returns whether it is within the bounds: if
   * not, whoever has published it waits until `message.onTaken` or `onRoom`.
   */
  offer(message: Incoming): boolean {
    if (this.#isFinished) return true;
    const queue = this.#queue;
    const { dropped } = queue;
    const offered = queue.offer(message);
    if (queue.dropped !== dropped) {
      const { overflow } = this.#options;
      this.#counters.dropped[overflow] += queue.dropped - dropped;
    }
    if (offered === "refused") {
      this.#endHere(tooSlow(this.pattern));
      return true;
    }
    if (offered === "waiting") {
      message.waits++;
      return false;
    }
    const mayRun = !this.#isScheduled && !this.#isBusy;
    if (mayRun && this.#options.pass !== undefined) this.run(1);
    else this.#schedule();
    return true;
  }

  /** Whether `pass` may be called: it copies, and nothing is to come before. */
  get mayPass(): boolean {
    return this.#options.pass !== undefined && !this.#isBusy &&
      this.#queue.owesNothing;
  }

  /** Hands bytes on at once, without a message, while `mayPass` is true. */
  pass(subject: string, bytes: Uint8Array): void {
    const { pass } = this.#options;
    if (pass === undefined || this.#isFinished) return;
    this.#delivered++;
    this.#counters.delivered++;
    try {
      this.#until(pass(subject, bytes));
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * Calls `resume` when `mayPass` is true again, or it has ended. Returns false
   * where that is not to be waited for.
   */
  whenPassing(resume: () => void): boolean {
    const { pass, overflow } = this.#options;
    if (pass === undefined || overflow !== "wait" || this.mayPass) return false;
    this.#paused.add(resume);
    return true;
  }

  /** The bus knows it. */
  confirm(): void {
    this.#ready.settle();
  }

  /** Nothing new comes; it ends when what waits was read. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#endIfDone();
  }

  /** Ends it now, with an error. */
  fail(error: unknown): void {
    this.#end(error);
  }

  receive(options?: ReadOptions): Promise<BusMessage<T, R> | undefined> {
    return new Promise((resolve, reject) =>
      this.#read({ resolve, reject }, readSignal(options))
    );
  }

  async unsubscribe(): Promise<void> {
    const isFirst = this.#beginEnd();
    this.#end();
    if (isFirst) await this.#port.onEnd(false);
  }

  async drain(): Promise<void> {
    if (this.#beginEnd()) {
      await this.#port.onEnd(true);
      this.finish();
    }
    await this.closed;
  }

  stats(): SubscriptionStats {
    return {
      delivered: this.#delivered,
      pending: this.#queue.length,
      dropped: this.#queue.dropped,
      undecodable: this.#undecodable,
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<BusMessage<T, R>, void, void> {
    return readerLoop(
      (reader) => this.#read(reader),
      () => this.unsubscribe(),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unsubscribe();
  }

  /** Calls the handler, or lets the reader go on; called by the runner. */
  run(maxMessages: number): number {
    this.#isScheduled = false;
    const { handler } = this.#options;
    if (handler === undefined) return this.#serveReader();
    let handled = 0;
    while (handled < maxMessages && !this.#isBusy) {
      const message = this.#take();
      if (message === undefined) break;
      handled++;
      try {
        this.#until(handler(message));
      } catch (error) {
        this.#failed(error);
      }
    }
    if (!this.#isBusy) this.#goOn();
    return handled;
  }

  /** Hands out nothing more until a handler is done. */
  #until(result: void | PromiseLike<void>): void {
    if (typeof result?.then !== "function") return;
    this.#isBusy = true;
    Promise.resolve(result).catch((error) => this.#failed(error)).then(() => {
      this.#isBusy = false;
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#queue.length > 0) return this.#schedule();
    this.#paused.end();
    this.#endIfDone();
  }

  #serveReader(): number {
    const reader = this.#reader;
    if (reader === undefined) return 0;
    const message = this.#take();
    if (message === undefined) {
      this.#endIfDone();
      return 0;
    }
    this.#reader = undefined;
    reader.resolve(message);
    this.#endIfDone();
    return 1;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isBusy) return;
    if (this.#reader === undefined && this.#options.handler === undefined) {
      return;
    }
    this.#isScheduled = true;
    this.#port.runner.schedule(this);
  }

  #read(reader: Reader<Delivered<T, R>>, signal?: AbortSignal): void {
    if (this.#options.handler !== undefined) return reader.reject(hasHandler());
    if (this.#reader !== undefined) return reader.reject(readIsPending());
    if (signal?.aborted) return reader.reject(signal.reason);
    const message = this.#take();
    if (message !== undefined) {
      reader.resolve(message);
      return this.#endIfDone();
    }
    this.#endIfDone();
    if (this.#hasEnded) {
      return this.#closed.look(() => reader.resolve(undefined), reader.reject);
    }
    this.#reader = signal === undefined
      ? reader
      : abortableReader(reader, signal, () => this.#reader = undefined);
  }

  /** Returns the next message that can be decoded. */
  #take(): Delivered<T, R> | undefined {
    const queue = this.#queue;
    for (;;) {
      const message = queue.shift();
      if (message === undefined) return undefined;
      const { gap } = queue;
      if (this.#notesTaken) this.#port.onTaken?.();
      try {
        const delivered = Delivered.of(message, this.#subject, gap);
        this.#delivered++;
        this.#counters.delivered++;
        return delivered;
      } catch (error) {
        this.#undecodable++;
        this.#counters.undecodable++;
        queue.addGap(gap);
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    reportFailure(this.pattern, this.#options.onError, error);
  }

  /** Ends it, as neither its user nor the engine has asked. */
  #endHere(...errors: [] | [unknown]): void {
    const isFirst = this.#beginEnd();
    this.#end(...errors);
    if (!isFirst) return;
    // The engine reports what fails there by `closed`, or not at all.
    Promise.try(() => this.#port.onEnd(false)).catch(() => {});
  }

  /** Returns whether the user had not ended it before. */
  #beginEnd(): boolean {
    const isFirst = !this.#isEnding && !this.#hasEnded && !this.#isFinished;
    this.#isEnding = true;
    return isFirst;
  }

  #endIfDone(): void {
    if (!this.#isFinished || this.#hasEnded) return;
    if (this.#queue.length === 0 && !this.#isBusy) this.#end();
  }

  #end(...errors: [] | [unknown]): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isFinished = true;
    this.#queue.clear();
    this.#paused.end();
    this.#stopFollowing?.();
    this.#ready.settle(...errors);
    this.#closed.settle(...errors);
    const reader = this.#reader;
    this.#reader = undefined;
    if (errors.length === 0) reader?.resolve(undefined);
    else reader?.reject(errors[0]);
  }
}
