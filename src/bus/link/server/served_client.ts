/**
 * One client of a bus that is served: all connections of one session.
 *
 * @module
 */
import { BusLimitError } from "../../errors.ts";
import type { BusStream } from "../../stream.ts";
import { Authorizer } from "./authorizer.ts";
import type { BusSource } from "./bus_source.ts";
import type { ServerLimits, ServerSettings } from "./server_options.ts";

/** What a client has at most. */
type Bounded = "subscriptions" | "tracked" | "requests" | "streams";

const LIMITS: Record<Bounded, keyof ServerLimits> = {
  subscriptions: "maxSubscriptions",
  tracked: "maxTracked",
  requests: "maxRequests",
  streams: "maxStreams",
};

/** What a client has, and may have. */
export class ServedClient {
  readonly source: BusSource;
  readonly settings: ServerSettings;
  readonly authorizer: Authorizer;
  /** The streams that it has opened. */
  readonly streams: Map<string, BusStream> = new Map();
  /** Subjects on which it retains values. */
  readonly retained: Set<string> = new Set();
  /** Connections that are served now. */
  connections = 0;
  /** Called by `reauthorize`, for what goes on and may not any more. */
  readonly onReauthorize: Set<() => Promise<void>> = new Set();
  readonly #counts: Record<Bounded, number> = {
    subscriptions: 0,
    tracked: 0,
    requests: 0,
    streams: 0,
  };

  constructor(
    source: BusSource,
    settings: ServerSettings,
    identity: string | undefined,
  ) {
    this.source = source;
    this.settings = settings;
    this.authorizer = new Authorizer(settings, identity);
  }

  /** How many of something it has. */
  count(what: Bounded): number {
    return this.#counts[what];
  }

  /** Returns whether there is room for one more, and counts it. */
  tryAdd(what: Bounded): boolean {
    if (this.#counts[what] >= this.settings.limits[LIMITS[what]]) return false;
    this.#counts[what]++;
    return true;
  }

  /**
   * Counts one more.
   *
   * @throws {BusLimitError} if there is no room.
   */
  add(what: Bounded): void {
    if (!this.tryAdd(what)) throw this.tooMany(what);
  }

  /** Counts one less of what the client has. */
  remove(what: Bounded): void {
    this.#counts[what]--;
  }

  /** Returns the error of one that has no room. */
  tooMany(what: Bounded): BusLimitError {
    const name = LIMITS[what];
    return new BusLimitError(
      `Cannot go on: the client has ${
        this.#counts[what]
      } ${what}, which is all that ${name} of the server allows`,
    );
  }

  /**
   * Counts a subject that is to retain a value.
   *
   * @throws {BusLimitError} if there is no room.
   */
  addRetained(subject: string): void {
    const { maxRetained } = this.settings.limits;
    if (!this.retained.has(subject) && this.retained.size >= maxRetained) {
      throw new BusLimitError(
        `Cannot retain a value on ${subject}: the client retains ${this.retained.size}, which is all that maxRetained of the server allows`,
      );
    }
    this.retained.add(subject);
  }
}
