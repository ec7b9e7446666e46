/**
 * A bridge between the bus of a process and one on NATS.
 *
 * Nothing goes round: what a bridge publishes on NATS has a header that names
 * its bus, and no bridge of that bus takes it back; what it publishes on the bus
 * it knows again, as in one process a value stays the same.
 *
 * @module
 */
import { headers, type Msg, nuid } from "@nats-io/transport-node";
import {
  checkArray,
  checkMethods,
  checkOptionNames,
  checkSignal,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
  shown,
} from "../../checks/internal.ts";
import { raw } from "../../codec/mod.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { Outcome } from "../delivery/outcome.ts";
import type { ResolvedRequest } from "../call_options.ts";
import { resolveSubscribeOptions } from "../delivery/subscribe_options.ts";
import { BusClosedError } from "../errors.ts";
import { Bus, engineOf } from "../local/bus.ts";
import type { BusMessage } from "../message.ts";
import type { MessageBus } from "../message_bus.ts";
import { Payload } from "../payload.ts";
import { overlap } from "../streams/subject_filter.ts";
import { subject as subjectOf } from "../subject.ts";
import { checkPattern } from "../subject_rules.ts";
import type { Subscription } from "../subscription.ts";
import { untilAborted } from "../until_aborted.ts";
import { headerOf } from "./message_headers.ts";
import { coreOf } from "./nats_bus.ts";
import { subscribeTo } from "./nats_subscription.ts";

/** Options of {@linkcode bridge}. */
export interface BridgeOptions {
  /**
   * Messages of each subject and direction that may wait; of more, the oldest
   * are dropped and counted. At least 1.
   * @default {10_000}
   */
  readonly maxMessages?: number;
  /**
   * Milliseconds for which a request waits for a reply from the other side, at
   * least 1.
   * @default {5000}
   */
  readonly requestMs?: number;
  /** Ends the bridge in order when it aborts. */
  readonly signal?: AbortSignal;
}

/** What a bridge has done in one direction. */
export interface BridgeDirection {
  /** Messages that were published on the other side, requests included. */
  readonly forwarded: number;
  /** Messages that were dropped: too many, or refused by the other side. */
  readonly dropped: number;
}

/** What a bridge has done. */
export interface BridgeStats {
  /** From the bus to NATS. */
  readonly toNats: BridgeDirection;
  /** From NATS to the bus. */
  readonly toBus: BridgeDirection;
}

/** A bridge, until it is closed. */
export interface Bridge extends AsyncDisposable {
  /** Resolves when it carries messages both ways; rejects with why not. */
  readonly ready: Promise<void>;
  /**
   * Resolves when it has ended; rejects when one of its buses has, and it was
   * not closed.
   */
  readonly closed: Promise<void>;
  /** Returns the counters of both directions. */
  stats(): BridgeStats;
  /** Ends it in order: what has come is forwarded. Both buses go on. */
  close(): Promise<void>;
}

const NAMES: OptionNames<BridgeOptions> = {
  maxMessages: true,
  requestMs: true,
  signal: true,
};

const DEFAULTS = { maxMessages: 10_000, requestMs: 5000 };

const RANGES: Record<keyof typeof DEFAULTS, NumberRange> = {
  maxMessages: { min: 1, integer: true },
  requestMs: { min: 1, max: 2_147_483_647 },
};

/** The header that names the bus that a message comes from. */
const HEADER = "Troupe-Bridge";
/** Messages after which a bridge waits for the server. */
const BURST = 256;

/** What all bridges of one bus share. */
interface BusSide {
  readonly id: string;
  /** Values that a bridge has published on the bus. */
  readonly published: WeakSet<Uint8Array>;
}

const sides = new WeakMap<Bus, BusSide>();

type Bytes = Uint8Array<ArrayBufferLike>;

/**
 * Carries the messages of some subjects between the bus of this process and one
 * on NATS, both ways, as bytes and in order. A request is carried with the first
 * reply to it. What a subject has retained is not carried; a queue group is one
 * on each side.
 *
 * @param bus The bus of this process, a `Bus`.
 * @param nats A bus that `natsBus()` has made.
 * @param subjects Patterns, of which no two match one subject.
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if an argument or option is not what it must be.
 * @throws {RangeError} if an option is out of its range.
 * @throws {BusClosedError} if one of the buses is closed.
 */
export function bridge(
  bus: MessageBus,
  nats: MessageBus,
  subjects: readonly string[],
  options: BridgeOptions = {},
): Bridge {
  if (!(bus instanceof Bus)) {
    checkMethods("bus", bus, ["publish", "subscribe"], "a Bus");
    throw new TypeError(
      "Cannot use bus: it is another bus, it must be a Bus, which shares its values with this process",
    );
  }
  checkMethods("nats", nats, ["publish", "subscribe"], "a bus of natsBus()");
  checkSubjects(subjects);
  checkOptionNames("bridge()", options, NAMES);
  if (options.signal !== undefined) checkSignal("signal", options.signal);
  const numbers = resolveNumbers(options, DEFAULTS, RANGES);
  return new NatsBridge(bus, nats, subjects, numbers, options.signal);
}

function checkSubjects(subjects: readonly string[]): void {
  checkArray("subjects", subjects, "an array of patterns");
  if (subjects.length === 0) {
    throw new TypeError(
      "Cannot use subjects: it is an empty array, it must have a pattern",
    );
  }
  for (const [index, pattern] of subjects.entries()) {
    checkPattern(`subjects[${index}]`, pattern);
    const other = subjects.slice(0, index).find((one) => overlap(one, pattern));
    if (other === undefined) continue;
    throw new TypeError(
      `Cannot use subjects[${index}]: it is ${
        shown(pattern)
      }, it must not match what ${shown(other)} matches, or that comes twice`,
    );
  }
}

/** The counters of one direction. */
class Direction {
  forwarded = 0;
  refused = 0;
  readonly subscriptions: Subscription<Bytes, Bytes>[] = [];

  /** What was forwarded is refused, or may not have arrived. */
  takeBack(): void {
    this.forwarded--;
    this.refused++;
  }

  get stats(): BridgeDirection {
    const dropped = this.subscriptions.map((one) => one.stats().dropped);
    return {
      forwarded: this.forwarded,
      dropped: dropped.reduce((sum, count) => sum + count, this.refused),
    };
  }
}

class NatsBridge implements Bridge {
  readonly ready: Promise<void>;
  readonly #bus: Bus;
  readonly #nats: MessageBus;
  readonly #side: BusSide;
  readonly #requestMs: number;
  readonly #maxMessages: number;
  readonly #toNats = new Direction();
  readonly #toBus = new Direction();
  readonly #stopFollowing: () => void;
  readonly #outcome = new Outcome();
  #sinceFlush = 0;
  /** Requests that wait for a reply from the other side. */
  #asked = 0;
  #error: unknown;
  #closing: Promise<void> | undefined;

  constructor(
    bus: Bus,
    nats: MessageBus,
    subjects: readonly string[],
    numbers: Required<Omit<BridgeOptions, "signal">>,
    signal: AbortSignal | undefined,
  ) {
    this.#bus = bus;
    this.#nats = nats;
    this.#side = sideOf(bus);
    this.#requestMs = numbers.requestMs;
    this.#maxMessages = numbers.maxMessages;
    coreOf(nats).checkOpen();
    for (const pattern of subjects) {
      this.#toNats.subscriptions.push(
        this.#fromBus(pattern, numbers.maxMessages),
      );
      this.#toBus.subscriptions.push(
        this.#fromNats(pattern, numbers.maxMessages),
      );
    }
    const all = [...this.#toNats.subscriptions, ...this.#toBus.subscriptions];
    this.ready = Promise.all(all.map(({ ready }) => ready)).then(() => {});
    this.ready.catch(() => {});
    for (const { closed } of all) {
      closed.then(() => this.#lost(), (error) => this.#lost(error));
    }
    this.#stopFollowing = untilAborted(
      signal === undefined ? [] : [signal],
      () => void this.close(),
    );
  }

  get closed(): Promise<void> {
    return this.#outcome.promise;
  }

  stats(): BridgeStats {
    return { toNats: this.#toNats.stats, toBus: this.#toBus.stats };
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #fromBus(
    pattern: string,
    maxMessages: number,
  ): Subscription<Bytes, Bytes> {
    return this.#bus.subscribe(subjectOf(pattern, raw, raw), {
      maxMessages,
      retained: false,
      handler: (message) => {
        // A bridge has brought it.
        if (this.#side.published.has(message.value)) return;
        return this.#toServer(message);
      },
    });
  }

  #toServer(message: BusMessage<Bytes, Bytes>): Promise<void> | undefined {
    const { uplink } = coreOf(this.#nats).port;
    const from = headers();
    from.set(HEADER, this.#side.id);
    if (message.isRequest) {
      const { requests } = coreOf(this.#nats);
      return this.#carry(this.#toNats, message, async (options) => {
        const { subject, value } = message;
        const reply = await requests.first(subject, value, options, from);
        return reply.bytes;
      });
    }
    try {
      uplink.send(message.subject, message.value, { headers: from })
        .catch(() => this.#toNats.takeBack());
      this.#toNats.forwarded++;
    } catch (_error) {
      // It is too large, or too much waits for a connection.
      this.#toNats.refused++;
      return undefined;
    }
    if (++this.#sinceFlush < BURST) return undefined;
    this.#sinceFlush = 0;
    return uplink.flush().catch(() => {});
  }

  #fromNats(
    pattern: string,
    maxMessages: number,
  ): Delivery<Bytes, Bytes> {
    return subscribeTo(
      coreOf(this.#nats).port,
      subjectOf(pattern, raw, raw),
      resolveSubscribeOptions<Bytes, Bytes>({
        maxMessages,
        retained: false,
        handler: (message) => this.#toProcess(message),
      }),
      (message: Msg) => headerOf(message, HEADER) !== this.#side.id,
    );
  }

  #toProcess(message: BusMessage<Bytes, Bytes>): Promise<void> | undefined {
    // The bus may copy bytes that have come from elsewhere, but no value.
    const value = ownBytes(message.value);
    this.#side.published.add(value);
    if (message.isRequest) {
      const subject = subjectOf(message.subject, raw, raw);
      return this.#carry(
        this.#toBus,
        message,
        ({ timeoutMs }) => this.#bus.request(subject, value, { timeoutMs }),
      );
    }
    try {
      const taken = engineOf(this.#bus).publish(
        message.subject,
        Payload.of(value, raw),
      );
      this.#toBus.forwarded++;
      // It waits for subscriptions that are full, if they want that.
      return taken.catch(() => this.#toBus.takeBack());
    } catch (_error) {
      this.#toBus.refused++;
      return undefined;
    }
  }

  /** Carries a request, and its first reply back; others need not wait. */
  #carry(
    direction: Direction,
    message: BusMessage<Bytes, Bytes>,
    ask: (options: ResolvedRequest) => Promise<Bytes>,
  ): undefined {
    if (this.#asked >= this.#maxMessages) {
      direction.refused++;
      return;
    }
    direction.forwarded++;
    this.#asked++;
    ask({ timeoutMs: this.#requestMs, maxReplies: 1, signal: undefined })
      .then((reply) => message.respond(reply))
      // Whoever asks has a time-out.
      .catch(() => {})
      .finally(() => this.#asked--);
  }

  /** One of the subscriptions has ended. */
  #lost(error?: unknown): void {
    if (this.#closing !== undefined) return;
    this.#error = error ?? new BusClosedError(
      "Cannot go on with a bridge: one of its buses was closed",
    );
    void this.close();
  }

  async #close(): Promise<void> {
    this.#stopFollowing();
    const all = [...this.#toNats.subscriptions, ...this.#toBus.subscriptions];
    await Promise.allSettled(all.map((one) => one.drain()));
    await Promise.allSettled([this.#nats.flush()]);
    if (this.#error === undefined) this.#outcome.settle();
    else this.#outcome.settle(this.#error);
  }
}

/** Returns bytes that hold no buffer that is much larger. */
function ownBytes(bytes: Bytes): Bytes {
  return bytes.length * 2 > bytes.buffer.byteLength ? bytes : bytes.slice();
}

function sideOf(bus: Bus): BusSide {
  let side = sides.get(bus);
  if (side === undefined) {
    side = { id: nuid.next(), published: new WeakSet() };
    sides.set(bus, side);
  }
  return side;
}
