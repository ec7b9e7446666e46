/**
 * One client of the event stream: its id, its topics and its events.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import type { ChangeHub } from "./change_hub.ts";
import { cutText } from "./cut_text.ts";
import { makeClientId, type Position } from "./position.ts";
import type { SeenChange } from "./seen_change.ts";
import { SseBody } from "./sse_body.ts";
import { encodeFrame, encodeRetry } from "./sse_frame.ts";
import type { ChangeSink, CutReason, Subscriber } from "./subscriber.ts";
import { Following } from "./following.ts";
import { identityKey, isOver, type TopicsOf, type Visitor } from "./visitor.ts";

/** What a client needs. */
export interface SseClientPort {
  /** Where its changes come from. */
  readonly hub: ChangeHub;
  /** The source of time. */
  readonly clock: Clock;
  /** Most bytes that wait until it reads. */
  readonly maxBytes: number;
  /** Milliseconds that it may read nothing, while something waits. */
  readonly slowMs: number;
  /** Milliseconds after which it should connect again. */
  readonly retryMs: number;
  /**
   * Resolves to what a visitor follows with names of topics.
   *
   * @throws {Error} as a rejection, if one cannot be followed.
   */
  readonly topicsOf: TopicsOf;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Called once, when it has gone. */
  onEnd(client: SseClient): void;
}

/** Milliseconds that a client which was cut has to read that it was. */
const LINGER_MS = 10_000;

/** The name of the event that says where a client is. */
const CURSOR_EVENT = "cursor";

/** The name of the last event of a client that is cut. */
const CUT_EVENT = "cut";

/** One client of the event stream. */
export class SseClient implements ChangeSink {
  /** The id by which it sets its topics. */
  readonly id: string;
  readonly #port: SseClientPort;
  readonly #body: SseBody;
  readonly #subscriber: Subscriber;
  /** What it had read at a heartbeat, and when that was first so. */
  #taken = 0;
  #takenAt: number;
  readonly #following: Following;
  #linger: Timer | undefined;

  /** Creates a client that has everything up to a position, or up to now. */
  constructor(port: SseClientPort, from?: Position) {
    const { hub } = port;
    this.#port = port;
    this.#following = new Following(port);
    this.#takenAt = port.clock.now();
    this.id = makeClientId(from ?? { cursor: hub.cursor });
    this.#subscriber = hub.add(this, from);
    const cursor = this.#subscriber.position;
    this.#body = new SseBody({
      maxBytes: port.maxBytes,
      onEnd: () => this.#end(),
    }, cursor);
    this.#body.push(encodeRetry(port.retryMs));
    const data = JSON.stringify({ clientId: this.id, cursor });
    this.#body.push(encodeFrame("PB_CONNECT", data, this.id));
  }

  /** The body of the response. */
  get stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#body.stream;
  }

  /** Whose client it is, once that is known. */
  get owner(): Visitor | undefined {
    return this.#following.owner;
  }

  /** Makes it the client of a visitor, who alone sets its topics from now on. */
  belongTo(visitor: Visitor): void {
    this.#following.belongTo(visitor);
  }

  /**
   * Sets what it follows, and says from where on. Resolves to `false` if it is
   * the client of somebody else.
   *
   * @throws {Error} as a rejection, if a topic cannot be followed.
   */
  async follow(names: readonly string[], visitor: Visitor): Promise<boolean> {
    const owner = this.owner ?? visitor;
    if (identityKey(owner.identity) !== identityKey(visitor.identity)) {
      return false;
    }
    await this.#following.set(names, visitor, () => {
      // The position is that before the topics, as they may be new.
      this.#sendCursor();
      return this.#subscriber;
    });
    return true;
  }

  /** Takes what is known of its owner by now: he may see other things. */
  refresh(visitor: Visitor): void {
    this.#following.refresh(visitor, this.#subscriber);
  }

  /** Ends it with a reason; without a position, where it is. */
  cut(reason: CutReason, position?: string): void {
    if (position === undefined) {
      return this.#port.hub.cut(this.#subscriber, reason);
    }
    let cursor = position;
    if (reason === "too_slow") {
      this.#body.drop();
      cursor = this.#body.position;
    }
    const message = cutText(reason, cursor);
    const data = JSON.stringify({ reason, cursor, message });
    this.#linger = this.#port.clock.schedule(
      LINGER_MS,
      () => this.#body.abandon(),
    );
    this.#body.end(encodeFrame(CUT_EVENT, data, cursor));
  }

  /**
   * Keeps an idle connection open, and says where the client is. One that has
   * read nothing for too long, though something waits, is cut, as is one whose
   * session is over.
   */
  heartbeat(): void {
    if (this.#isOver) return this.cut("identity_changed");
    const now = this.#port.clock.now();
    const { bytes, taken } = this.#body;
    if (bytes === 0 || taken !== this.#taken) {
      this.#taken = taken;
      this.#takenAt = now;
    }
    if (now - this.#takenAt >= this.#port.slowMs) this.cut("too_slow");
    else if (this.#body.isIdle) this.#sendCursor();
  }

  get hasRoom(): boolean {
    return this.#body.hasRoom;
  }

  drained(): Promise<void> {
    return this.#body.drained();
  }

  take(topic: string, seen: SeenChange, position: string): void {
    if (this.#isOver) return this.cut("identity_changed");
    this.#body.push(seen.frame(topic, position), position);
  }

  /** A session that is over lets nobody see more. */
  get #isOver(): boolean {
    return isOver(this.owner, this.#port.now());
  }

  #sendCursor(): void {
    const position = this.#port.hub.positionOf(this.#subscriber);
    const data = JSON.stringify({ cursor: position });
    this.#body.push(encodeFrame(CURSOR_EVENT, data, position), position);
  }

  #end(): void {
    this.#linger?.cancel();
    this.#port.hub.remove(this.#subscriber);
    this.#port.onEnd(this);
  }
}
