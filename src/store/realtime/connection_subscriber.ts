/**
 * A subscriber over a logical connection: its messages are JSON.
 *
 * @module
 */
import { CodecError, json, type JsonValue } from "../../codec/mod.ts";
import type { LogicalConnection } from "../../session/mod.ts";
import type { ChangeHub } from "./change_hub.ts";
import { cutText } from "./cut_text.ts";
import { Following } from "./following.ts";
import { parseLastEventId, type Position } from "./position.ts";
import type { SeenChange } from "./seen_change.ts";
import type { ChangeSink, CutReason, Subscriber } from "./subscriber.ts";
import { identityKey, isOver, type TopicsOf, type Visitor } from "./visitor.ts";

/** What subscribers over connections need. */
export interface ConnectionSubscriberPort {
  readonly hub: ChangeHub;
  /** Most bytes that wait until the other side reads. */
  readonly maxBytes: number;
  /** Resolves to whose a token is; to nobody if it is of none. */
  readonly identify: (token: string | undefined) => Promise<Visitor>;
  /** Resolves to what a visitor follows with names of topics. */
  readonly topicsOf: TopicsOf;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
}

/** What the other side wants, as a message says it. */
interface Wanted {
  readonly topics: readonly string[];
  readonly token: string | undefined;
  readonly from: Position | undefined;
}

/** The longest message of the other side. */
const codec = json({ maxBytes: 65_536, maxDepth: 4, maxValues: 2000 });
const encoder = new TextEncoder();

/** One who follows changes over a logical connection. */
export class ConnectionSubscriber implements ChangeSink {
  readonly #connection: LogicalConnection;
  readonly #port: ConnectionSubscriberPort;
  readonly #following: Following;
  #subscriber: Subscriber | undefined;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #sending: Promise<void> | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #hasEnded = false;

  /** Creates a subscriber that follows nothing yet. */
  constructor(connection: LogicalConnection, port: ConnectionSubscriberPort) {
    this.#connection = connection;
    this.#port = port;
    this.#following = new Following(port);
  }

  /** Whose subscriber it is, once that is known. */
  get owner(): Visitor | undefined {
    return this.#following.owner;
  }

  /** Follows what the messages of the other side say, until it closes. */
  async serve(): Promise<void> {
    try {
      for await (const message of this.#connection) {
        const refusal = await this.#handle(message);
        if (refusal === undefined) continue;
        this.#push({ event: "refused", message: refusal });
        break;
      }
    } finally {
      this.#end();
      await this.#sending;
    }
  }

  /** Takes what is known of its owner by now: he may see other things. */
  refresh(visitor: Visitor): void {
    this.#following.refresh(visitor, this.#subscriber);
  }

  /** Ends it with a reason, where it is. */
  end(reason: CutReason): void {
    if (this.#subscriber === undefined) this.#finish(reason, "0");
    else this.#port.hub.cut(this.#subscriber, reason);
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#port.maxBytes;
  }

  drained(): Promise<void> {
    if (this.#bytes === 0 || this.#hasEnded) return Promise.resolve();
    return (this.#drained ??= Promise.withResolvers()).promise;
  }

  take(topic: string, seen: SeenChange, position: string): void {
    // A session that is over lets nobody see more.
    if (isOver(this.owner, this.#port.now())) {
      return this.end("identity_changed");
    }
    this.#send(seen.message(topic, position));
  }

  cut(reason: CutReason, cursor: string): void {
    this.#finish(reason, cursor);
  }

  #finish(reason: CutReason, cursor: string): void {
    const message = cutText(reason, cursor);
    this.#push({ event: "cut", reason, cursor, message });
    this.#hasEnded = true;
    this.#drained?.resolve();
    void this.#sending?.then(() => this.#connection.close());
  }

  /** Returns why a message is refused, if it is. */
  async #handle(message: Uint8Array): Promise<string | undefined> {
    const wanted = wantedOf(message);
    if (wanted === undefined) {
      return `A message must be {"topics": [...], "token"?: "...", "cursor"?: "..."}`;
    }
    const visitor = await this.#port.identify(wanted.token);
    const owner = this.owner ?? visitor;
    if (identityKey(owner.identity) !== identityKey(visitor.identity)) {
      return "The connection belongs to another identity, open another";
    }
    try {
      await this.#following.set(
        wanted.topics,
        visitor,
        () => this.#begin(wanted.from),
      );
    } catch (error) {
      return error instanceof Error ? error.message : "The topics are wrong";
    }
    return undefined;
  }

  /** Returns who follows the changes from now on, unless it has ended. */
  #begin(from: Position | undefined): Subscriber | undefined {
    if (this.#hasEnded) return undefined;
    const { hub } = this.#port;
    const subscriber = this.#subscriber ??= hub.add(this, from);
    this.#push({ event: "cursor", cursor: hub.positionOf(subscriber) });
    return subscriber;
  }

  #push(message: Readonly<Record<string, string>>): void {
    this.#send(encoder.encode(JSON.stringify(message)));
  }

  #send(message: Uint8Array): void {
    if (this.#hasEnded) return;
    this.#waiting.push(message);
    this.#bytes += message.length;
    this.#sending ??= this.#flush();
  }

  /** Sends what waits, as fast as the other side reads. */
  async #flush(): Promise<void> {
    // What is pushed in this turn goes along.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        const messages = this.#waiting;
        this.#waiting = [];
        const bytes = this.#bytes;
        await this.#connection.sendAll(messages);
        this.#bytes -= bytes;
        if (this.#bytes > 0) continue;
        this.#drained?.resolve();
        this.#drained = undefined;
      }
    } catch {
      // The connection has ended; who reads from it notices.
      this.#end();
    } finally {
      this.#sending = undefined;
    }
  }

  #end(): void {
    this.#hasEnded = true;
    if (this.#subscriber !== undefined) this.#port.hub.remove(this.#subscriber);
    this.#drained?.resolve();
  }
}

function wantedOf(message: Uint8Array): Wanted | undefined {
  let value: JsonValue;
  try {
    value = codec.decode(message);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null || !("topics" in value)) {
    return undefined;
  }
  const { topics, token, cursor } = value;
  if (!Array.isArray(topics)) return undefined;
  if (!topics.every((topic) => typeof topic === "string")) return undefined;
  if (token !== undefined && typeof token !== "string") return undefined;
  if (cursor === undefined) return { topics, token, from: undefined };
  if (typeof cursor !== "string") return undefined;
  const from = parseLastEventId(cursor);
  return from === undefined ? undefined : { topics, token, from };
}
