/**
 * Gives each change to all who see it, as it is committed, and to those who
 * come back what they have missed.
 *
 * @module
 */
import { nextTurn } from "../../actor/internal.ts";
import type { Change } from "../engine/engine.ts";
import { ChangesLostError } from "../errors.ts";
import type { ChangeSource } from "./change_source.ts";
import type { ChangeView } from "./change_view.ts";
import { LoggedChange, type Seen } from "./logged_change.ts";
import type { Position } from "./position.ts";
import { RecentChanges } from "./recent_changes.ts";
import type { SeenChange } from "./seen_change.ts";
import { SLICE } from "./slices.ts";
import { SharedViews } from "./shared_views.ts";
import { type ChangeSink, type CutReason, Subscriber } from "./subscriber.ts";
import { Turns } from "./turns.ts";

/** What a subscriber wants to follow. */
export interface WantedTopic {
  /** The name of its events. */
  readonly name: string;
  /** What it sees. */
  readonly view: ChangeView;
}

/** Counters of a hub. */
export interface ChangeHubStats {
  /** Subscribers at present. */
  readonly subscribers: number;
  /** Different views at present. */
  readonly views: number;
  /** How often it was found out so far what a view sees of a change. */
  readonly looks: number;
  /** Subscribers that were cut so far because they read too slowly. */
  readonly slow: number;
}

/** What views see of one change, but for those that see nothing. */
type SeenByViews = ReadonlyMap<ChangeView, Exclude<Seen, undefined>>;

/** Changes that wait to be given; beyond it they are read from the log. */
const MAX_WAITING = 10_000;

/** Changes that are read from the log at once. */
const PAGE = 200;

/** Pages that are read from the log at the same time. */
const MAX_READS = 8;

/** Follows a change log for many subscribers. */
export class ChangeHub implements Disposable {
  readonly #source: ChangeSource;
  readonly #onFailure: (error: unknown) => void;
  /** What comes from the engine, while somebody is there. */
  #subscription: Disposable | undefined;
  readonly #subscribers = new Set<Subscriber>();
  readonly #views = new SharedViews();
  readonly #reads = new Turns(MAX_READS);
  readonly #recent: RecentChanges;
  #waiting: Change[] = [];
  /** Whether what comes is to be read from the log, as too much waits. */
  #readsLog = false;
  /** The last change that was given to all. */
  #given: number;
  /** The last change that is given, or of which it is just found out to whom. */
  #claimed: number;
  #isRunning = false;
  #looks = 0;
  #slow = 0;
  #isClosed = false;

  /** Follows a log from its end on. */
  constructor(source: ChangeSource, onFailure: (error: unknown) => void) {
    this.#source = source;
    this.#onFailure = onFailure;
    this.#given = this.#claimed = Number(source.cursor);
    this.#recent = new RecentChanges(this.#claimed);
  }

  /** The position from which somebody who comes now follows. */
  get cursor(): number {
    return this.#subscription === undefined
      ? Number(this.#source.cursor)
      : this.#claimed;
  }

  /** The counters. */
  get stats(): ChangeHubStats {
    return {
      subscribers: this.#subscribers.size,
      views: this.#views.size,
      looks: this.#looks,
      slow: this.#slow,
    };
  }

  /**
   * Adds a subscriber without topics. What came before is read from the log,
   * if it says a position.
   */
  add(sink: ChangeSink, from?: Position): Subscriber {
    this.#listen();
    const subscriber = new Subscriber(sink, from ?? { cursor: this.#claimed });
    this.#subscribers.add(subscriber);
    if (this.#isClosed) this.cut(subscriber, "closed");
    return subscriber;
  }

  /** Sets what a subscriber follows, and begins to give it to him. */
  follow(subscriber: Subscriber, topics: readonly WantedTopic[]): void {
    if (subscriber.phase === "ended") return;
    const before = new Set(subscriber.topics.map(({ view }) => view));
    subscriber.setTopics(
      topics.map(({ name, view }) => ({
        name,
        view: this.#views.share(view, subscriber),
      })),
    );
    for (const { view } of subscriber.topics) before.delete(view);
    for (const view of before) this.#views.release(view, subscriber);
    if (subscriber.phase === "live") {
      // Who sees the change that is under way was found out without these.
      if (this.#given === this.#claimed) return;
      subscriber.advance(this.#given);
    } else if (subscriber.phase === "catching_up") return;
    subscriber.phase = "catching_up";
    void this.#catchUp(subscriber);
  }

  /** Gives a subscriber nothing more until it follows topics again. */
  hold(subscriber: Subscriber): void {
    if (subscriber.phase === "live") subscriber.advance(this.#given);
    else if (subscriber.phase !== "catching_up") return;
    subscriber.phase = "held";
  }

  /** The position behind all that a subscriber was given. */
  positionOf(subscriber: Subscriber): string {
    if (subscriber.phase === "live") subscriber.advance(this.#given);
    return subscriber.position;
  }

  /** Ends a subscriber with a reason. */
  cut(subscriber: Subscriber, reason: CutReason): void {
    if (subscriber.phase === "ended") return;
    // Who has lost changes begins anew, at the end of the log.
    const position = reason === "changes_lost"
      ? `${this.#claimed}`
      : this.positionOf(subscriber);
    this.remove(subscriber);
    if (reason === "too_slow") this.#slow++;
    subscriber.sink.cut(reason, position);
  }

  /** Ends all subscribers for whom something holds. */
  cutWhere(
    reason: CutReason,
    isMeant: (subscriber: Subscriber) => boolean,
  ): void {
    for (const subscriber of [...this.#subscribers]) {
      if (isMeant(subscriber)) this.cut(subscriber, reason);
    }
  }

  /** Forgets a subscriber, who gets nothing more. */
  remove(subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber)) return;
    subscriber.phase = "ended";
    for (const { view } of subscriber.topics) {
      this.#views.release(view, subscriber);
    }
    this.#rest();
  }

  /** Ends all subscribers. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.cutWhere("closed", () => true);
    this.#subscription?.[Symbol.dispose]();
    this.#waiting = [];
  }

  // What is committed.

  #listen(): void {
    if (this.#subscription !== undefined || this.#isClosed) return;
    this.#given = this.#claimed = Number(this.#source.cursor);
    this.#recent.reset(this.#claimed);
    this.#subscription = this.#source.subscribe((changes) =>
      this.#add(changes)
    );
  }

  /** Where nobody is there, nobody needs to hear of changes. */
  #rest(): void {
    if (this.#subscribers.size > 0 || this.#isRunning) return;
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#waiting = [];
    this.#readsLog = false;
    this.#recent.reset(this.#claimed);
  }

  #add(changes: readonly Change[]): void {
    if (this.#readsLog) return;
    if (this.#waiting.length + changes.length > MAX_WAITING) {
      this.#waiting = [];
      this.#readsLog = true;
    } else for (const change of changes) this.#waiting.push(change);
    if (!this.#isRunning) void this.#run();
  }

  /** Gives what waits, one change after another. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    while (!this.#isClosed && (this.#readsLog || this.#waiting.length > 0)) {
      const changes = await this.#takeWaiting();
      for (const change of changes) {
        const cursor = Number(change.cursor);
        if (this.#isClosed || cursor <= this.#claimed) continue;
        this.#claimed = cursor;
        const logged = new LoggedChange(change);
        this.#recent.add(logged);
        const seen = await this.#look(
          logged,
          this.#views.of(change.collection),
        );
        this.#give(cursor, seen);
        this.#given = cursor;
      }
      this.#recent.trim();
    }
    this.#isRunning = false;
    this.#rest();
  }

  async #takeWaiting(): Promise<readonly Change[]> {
    if (!this.#readsLog) {
      const changes = this.#waiting;
      this.#waiting = [];
      return changes;
    }
    // What is committed from now on waits, and may be in the page as well.
    this.#readsLog = false;
    try {
      const page = await this.#source.changesSince(
        `${this.#claimed}`,
        MAX_WAITING,
      );
      if (!page.isAll) {
        this.#readsLog = true;
        this.#waiting = [];
      }
      return page.changes;
    } catch (error) {
      this.#onFailure(error);
      this.#given = this.#claimed = Number(this.#source.cursor);
      this.#recent.reset(this.#claimed);
      this.cutWhere("changes_lost", () => true);
      return [];
    }
  }

  #give(cursor: number, seen: SeenByViews): void {
    if (seen.size === 0) return;
    const touched = new Set<Subscriber>();
    for (const view of seen.keys()) {
      for (const member of this.#views.membersOf(view)) {
        if (member.phase === "live") touched.add(member);
      }
    }
    for (const subscriber of touched) {
      if (subscriber.cursor >= cursor) continue;
      // A sink may end one while another is given something.
      if (subscriber.phase !== "live") continue;
      if (subscriber.sink.hasRoom) this.#giveOne(subscriber, cursor, seen);
      else {
        // Nothing is kept for him: he gets it from the log when he has room.
        subscriber.advance(this.#given);
        subscriber.phase = "catching_up";
        void this.#catchUp(subscriber);
      }
    }
  }

  #giveOne(
    subscriber: Subscriber,
    cursor: number,
    seen: SeenByViews,
  ): void {
    const events: [string, SeenChange][] = [];
    for (const { name, view } of subscriber.topics) {
      const event = seen.get(view);
      if (event === "unknown") return this.cut(subscriber, "failed");
      if (event !== undefined) events.push([name, event]);
    }
    subscriber.give(cursor, events);
  }

  // What was committed before.

  /** The last change that there is. */
  get #end(): number {
    return Math.max(this.#claimed, Number(this.#source.cursor));
  }

  /** Gives what is in the log, until there is no more of it. */
  async #catchUp(subscriber: Subscriber): Promise<void> {
    try {
      // A position behind the end is of another log, such as one since restored.
      if (subscriber.cursor > this.#end) this.cut(subscriber, "changes_lost");
      while (subscriber.phase === "catching_up") {
        if (subscriber.cursor >= this.#claimed) {
          subscriber.phase = "live";
          return;
        }
        const recent = this.#recent.after(subscriber.cursor);
        if (recent === undefined) await this.#giveFromLog(subscriber);
        else await this.#giveAll(subscriber, recent);
      }
    } catch (error) {
      const isLost = error instanceof ChangesLostError;
      if (!isLost && !this.#isClosed) this.#onFailure(error);
      this.cut(subscriber, isLost ? "changes_lost" : "failed");
    }
  }

  async #giveFromLog(subscriber: Subscriber): Promise<void> {
    const end = this.#claimed;
    const { changes, cursor } = await this.#reads.run(() =>
      this.#source.changesSince(`${subscriber.cursor}`, PAGE)
    );
    const logged = changes.map((change) => new LoggedChange(change));
    if (!await this.#giveAll(subscriber, logged)) return;
    // Where the log has nothing more, nothing more is to be had of it.
    subscriber.advance(changes.length === 0 ? end : Number(cursor));
  }

  /** Resolves to whether it has got all of them. */
  async #giveAll(
    subscriber: Subscriber,
    changes: readonly LoggedChange[],
  ): Promise<boolean> {
    for (const logged of changes) {
      // The log waits for who reads slowly: nothing is kept for him.
      if (!subscriber.sink.hasRoom) await subscriber.sink.drained();
      if (subscriber.phase !== "catching_up") return false;
      let topics: Subscriber["topics"];
      let seen: SeenByViews;
      do {
        topics = subscriber.topics;
        seen = await this.#look(
          logged,
          new Set(topics.map(({ view }) => view)),
        );
        if (subscriber.phase !== "catching_up") return false;
        // Others may have been set meanwhile.
      } while (topics !== subscriber.topics);
      this.#giveOne(subscriber, logged.cursor, seen);
    }
    return true;
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => nextTurn(resolve));
  }

  // What is seen.

  async #look(
    logged: LoggedChange,
    views: Iterable<ChangeView>,
  ): Promise<SeenByViews> {
    const found = new Map<ChangeView, SeenChange | "unknown">();
    const looks: Promise<void>[] = [];
    let units = 0;
    for (const view of views) {
      if (!logged.concerns(view)) continue;
      const before = logged.looks;
      const seen = logged.see(view, (error) => {
        if (!this.#isClosed) this.#onFailure(error);
      });
      this.#looks += logged.looks - before;
      looks.push(seen.then((seen) => {
        if (seen !== undefined) found.set(view, seen);
      }));
      // Strangers choose how many there are, and others wait for the thread.
      units += view.units;
      if (units >= SLICE) {
        units = 0;
        await this.#turn();
      }
    }
    await Promise.all(looks);
    return found;
  }
}
