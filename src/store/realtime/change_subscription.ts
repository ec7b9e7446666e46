/**
 * Changes for a program in the same process.
 *
 * @module
 */
import { ChangesLostError, StoreClosedError, StoreError } from "../errors.ts";
import type { ChangeHub, WantedTopic } from "./change_hub.ts";
import type { Position } from "./position.ts";
import type { ChangeAction, SeenChange } from "./seen_change.ts";
import type { ChangeSink, CutReason } from "./subscriber.ts";

/** A change, as a subscriber in the same process gets it. */
export interface ChangeEvent<T = Readonly<Record<string, unknown>>> {
  /** What has happened, as the subscription sees it. */
  readonly action: ChangeAction;
  /**
   * The record afterwards; before it was deleted, if it was. Of a record that
   * no longer is as the filter says it has the id alone, and `delete` as action.
   */
  readonly record: T;
  /** The place behind it in the change log: subscribe with it to go on there. */
  readonly cursor: string;
}

/** Changes, one after another, until it is disposed. */
export interface ChangeSubscription<T = Readonly<Record<string, unknown>>>
  extends AsyncIterableIterator<ChangeEvent<T>, void, void>, AsyncDisposable {
  /** The place behind the last change that was taken, or where it began. */
  readonly cursor: string;
}

/** Events that wait at most; what comes beyond them waits in the log. */
const MAX_WAITING = 1000;

/** A subscription of one topic. */
export class HubSubscription
  implements ChangeSubscription<Readonly<Record<string, unknown>>>, ChangeSink {
  readonly #remove: () => void;
  readonly #follow: (topic: WantedTopic) => void;
  readonly #end: (reason: CutReason) => void;
  #account: Disposable | undefined;
  readonly #waiting: ChangeEvent[] = [];
  #head = 0;
  #cursor: string;
  #readers: PromiseWithResolvers<IteratorResult<ChangeEvent, void>>[] = [];
  #drained: PromiseWithResolvers<void> | undefined;
  #failure: Error | undefined;
  #hasEnded = false;

  /** Begins behind a position, or with what is committed from now on. */
  constructor(hub: ChangeHub, topic: WantedTopic, from?: Position) {
    const subscriber = hub.add(this, from);
    this.#cursor = subscriber.position;
    this.#remove = () => hub.remove(subscriber);
    this.#follow = (topic) => hub.follow(subscriber, [topic]);
    this.#end = (reason) => hub.cut(subscriber, reason);
    this.#follow(topic);
  }

  /** Follows as somebody whose account changes: until it ends, it is watched. */
  belongTo(
    watch: (
      changed: (topic: WantedTopic) => void,
      end: (reason: CutReason) => void,
    ) => Disposable,
  ): void {
    this.#account = watch(this.#follow, this.#end);
    if (this.#hasEnded) this.#account[Symbol.dispose]();
  }

  get cursor(): string {
    return this.#cursor;
  }

  next(): Promise<IteratorResult<ChangeEvent, void>> {
    const event = this.#waiting[this.#head];
    if (event !== undefined) return Promise.resolve(this.#took(event));
    if (this.#failure !== undefined) {
      const error = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#hasEnded) {
      return Promise.resolve({ done: true, value: undefined });
    }
    const reader = Promise.withResolvers<IteratorResult<ChangeEvent, void>>();
    this.#readers.push(reader);
    return reader.promise;
  }

  return(): Promise<IteratorResult<ChangeEvent, void>> {
    this.#remove();
    this.#forget();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  // The hub's side.

  get hasRoom(): boolean {
    return this.#waiting.length - this.#head < MAX_WAITING;
  }

  drained(): Promise<void> {
    if (this.hasRoom || this.#hasEnded) return Promise.resolve();
    return (this.#drained ??= Promise.withResolvers()).promise;
  }

  take(_: string, { action, record }: SeenChange, cursor: string): void {
    const event = { action, record, cursor };
    const reader = this.#readers.shift();
    if (reader === undefined) this.#waiting.push(event);
    else {
      this.#cursor = cursor;
      reader.resolve({ done: false, value: event });
    }
  }

  cut(reason: CutReason, position: string): void {
    const error = errorOf(reason, position);
    const reader = this.#readers.shift();
    // What was committed before is still to be had.
    if (reader === undefined) this.#failure = error;
    else reader.reject(error);
    this.#finish();
  }

  #took(event: ChangeEvent): IteratorResult<ChangeEvent, void> {
    this.#head++;
    this.#cursor = event.cursor;
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = this.#head = 0;
      this.#drained?.resolve();
      this.#drained = undefined;
    }
    return { done: false, value: event };
  }

  #forget(): void {
    this.#waiting.length = this.#head = 0;
    this.#failure = undefined;
    this.#finish();
  }

  #finish(): void {
    this.#hasEnded = true;
    this.#account?.[Symbol.dispose]();
    this.#drained?.resolve();
    for (const reader of this.#readers.splice(0)) {
      reader.resolve({ done: true, value: undefined });
    }
  }
}

function errorOf(reason: CutReason, position: string): Error {
  switch (reason) {
    case "changes_lost":
      return new ChangesLostError(
        `Cannot go on with the changes: the change log no longer reaches back so far, read the records anew and subscribe from cursor ${position}`,
        position,
      );
    case "identity_changed":
      return new StoreError(
        "Cannot go on with the changes: the account that followed them was deleted",
      );
    case "closed":
      return new StoreClosedError(
        "Cannot go on with the changes: the store is closed",
      );
    default:
      return new StoreError(
        `Cannot go on with the changes: what is seen of one could not be found out, subscribe from cursor ${position}`,
      );
  }
}
