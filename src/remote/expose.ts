/**
 * Lets other processes call actors.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { callGuarded, report } from "../actor/internal.ts";
import {
  checkArray,
  checkFunction,
  checkMethods,
  checkOptionNames,
  countFrom,
  kindOf,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import {
  ErrorCode,
  type LogicalConnection,
  type Serve,
} from "../session/mod.ts";
import { type RemoteFailure, toRemoteFailure } from "./failure.ts";
import { FrameType, REMOTE_VERSION, writeHead } from "./frames.ts";
import { BodyCodec } from "./body.ts";
import { Implementation } from "./implementation.ts";
import { withoutVersion } from "./protocol.ts";
import { ServedClient } from "./served_client.ts";
import type { ServedCounters, ServedSettings } from "./served_settings.ts";

/** Options of {@linkcode expose}. */
export interface ExposeOptions {
  /**
   * Requests and streams that a client may have under way at once, from 1.
   * Those that were cancelled count until their handlers have ended. When there
   * are so many, nothing more is read. It should exceed the `maxPending` of the
   * clients, as their cancellations wait too.
   * @default {1100}
   */
  readonly maxPending?: number;
  /**
   * Actors that a client may have been given and not released, at least 0. A
   * request that would give another one fails.
   * @default {1000}
   */
  readonly maxGiven?: number;
  /**
   * Messages to a client that may wait to be sent, from 1. When there are so
   * many, nothing more is read from it.
   * @default {10000}
   */
  readonly maxQueued?: number;
  /**
   * Bytes of them, from 1, at which nothing more is read.
   * @default {4194304}
   */
  readonly maxQueuedBytes?: number;
  /**
   * Bytes of a message, in either direction, from 1 to 2,147,483,647.
   * @default {1048576}
   */
  readonly maxMessageBytes?: number;
  /**
   * Returns what a client learns of an error. To send causes, return a failure
   * with a `cause`.
   * @default {toRemoteFailure}
   */
  readonly describeFailure?: (error: unknown) => RemoteFailure;
  /**
   * Called with the errors that no client learns of, such as those of commands,
   * and with what a handler threw that is no `TroupeError`. What it throws
   * itself is printed on stderr.
   * @default {console.error}
   */
  readonly onError?: (error: unknown) => void;
}

/** The counters of exposed actors. */
export interface ExposedStats {
  /** Number of clients that are connected. */
  readonly clients: number;
  /** Replies so far whose callers had given up; they were dropped. */
  readonly lateReplies: number;
  /** Messages so far that did not match their schema, or were malformed. */
  readonly refusedMessages: number;
}

const NAMES: OptionNames<ExposeOptions> = {
  maxPending: true,
  maxGiven: true,
  maxQueued: true,
  maxQueuedBytes: true,
  maxMessageBytes: true,
  describeFailure: true,
  onError: true,
};

const DEFAULTS = {
  maxPending: 1100,
  maxGiven: 1000,
  maxQueued: 10_000,
  maxQueuedBytes: 4_194_304,
  maxMessageBytes: 1_048_576,
};

const RANGES: Record<keyof typeof DEFAULTS, NumberRange> = {
  maxPending: countFrom(1),
  maxGiven: countFrom(0),
  maxQueued: countFrom(1),
  maxQueuedBytes: countFrom(1),
  maxMessageBytes: { min: 1, max: 2 ** 31 - 1, integer: true },
};

/**
 * Actors that other processes can call: spread it into the options of a
 * listener, or pass on the connections that it {@linkcode serves}.
 */
export class Exposed {
  /** Serves a logical connection, for the `serve` of a listener. */
  readonly serve: Serve;
  /**
   * Returns whether a logical connection is for one of the protocols, in any
   * version, or why not; for the `accept` of a listener.
   */
  readonly accept: (opening: LogicalConnection) => true | string;
  readonly #byName = new Map<string, Implementation>();
  readonly #families = new Set<string>();
  readonly #settings: ServedSettings;

  /** Exposures are made by {@linkcode expose}. */
  constructor(
    implementations: readonly Implementation[],
    settings: ServedSettings,
  ) {
    this.#settings = settings;
    for (const implementation of implementations) this.#add(implementation);
    this.serve = async (connection, context) => {
      // A listener need not have asked.
      const accepted = this.accept(connection);
      if (accepted !== true) {
        return connection.reset(ErrorCode.PROTOCOL, accepted);
      }
      const implementation = this.#byName.get(connection.id);
      if (implementation === undefined) return await this.#refuse(connection);
      const { counters } = settings;
      counters.clients++;
      try {
        await new ServedClient(connection, context, settings)
          .serve(implementation);
      } finally {
        counters.clients--;
      }
    };
    this.accept = (opening) => {
      if (!this.serves(opening)) {
        return `There is no ${opening.id} here, but ${this.#names}`;
      }
      const [version] = opening.metadata;
      return version === REMOTE_VERSION ||
        `Version ${version} of the messages of remote actors is not known`;
    };
  }

  /**
   * Returns whether a logical connection is for one of the protocols, in any
   * version: a listener that serves other things as well passes it on then.
   */
  serves({ id }: LogicalConnection): boolean {
    return id.includes("/") && this.#families.has(withoutVersion(id));
  }

  /** Returns the counters, as they are now. */
  stats(): ExposedStats {
    return { ...this.#settings.counters };
  }

  get #names(): string {
    return [...this.#byName.keys()].join(", ");
  }

  #add(implementation: unknown): void {
    if (!(implementation instanceof Implementation)) {
      throw new TypeError(
        `Cannot use an implementation: it is ${
          kindOf(implementation)
        }, it must be made by implement()`,
      );
    }
    const { name } = implementation.protocol;
    if (this.#byName.has(name)) {
      throw new TypeError(
        `Cannot use an implementation: ${name} has another one already`,
      );
    }
    this.#byName.set(name, implementation);
    this.#families.add(withoutVersion(name));
  }

  /** Says which versions there are of what was wanted in another one. */
  async #refuse(connection: LogicalConnection): Promise<void> {
    const family = withoutVersion(connection.id);
    const names = [...this.#byName.keys()]
      .filter((name) => withoutVersion(name) === family);
    const message = this.#settings.bodies.encode(names);
    await connection.send(writeHead(message, FrameType.MISMATCH, 0));
  }
}

/**
 * Lets other processes call actors, each through the protocol that it
 * implements. The connections of clients are logical connections, whose id is
 * the name of the protocol.
 *
 * @param options May be left out; each option has its default.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { connectActor, expose, implement, protocol, request } from "@troupe/troupe/remote";
 * import { ConnectionPool, listen } from "@troupe/troupe/tcp";
 *
 * const Greeter = protocol("greeter/1", { greet: request<string, string>() });
 *
 * await using system = new ActorSystem();
 * const greeter = implement(Greeter, { greet: (name) => `Hello, ${name}` });
 * await using listener = listen(system, { port: 0, ...expose(system, [greeter]) });
 *
 * await using pool = new ConnectionPool(system);
 * await using stub = await connectActor(pool.peer(listener.address), Greeter);
 * console.assert(await stub.greet("Ada") === "Hello, Ada");
 * ```
 *
 * @throws {TypeError} if an implementation is none or of the same protocol as
 * another, or an option has the wrong type or is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function expose(
  system: ActorSystem,
  implementations: readonly Implementation[],
  options: ExposeOptions = {},
): Exposed {
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  checkArray("implementations", implementations, "an array of implementations");
  checkOptionNames("expose()", options, NAMES);
  const { describeFailure = toRemoteFailure, onError = printError } = options;
  checkFunction("describeFailure", describeFailure);
  checkFunction("onError", onError);
  const counters: ServedCounters = {
    clients: 0,
    lateReplies: 0,
    refusedMessages: 0,
  };
  const { maxMessageBytes, ...limits } = resolveNumbers(
    options,
    DEFAULTS,
    RANGES,
  );
  return new Exposed(implementations, {
    ...limits,
    bodies: new BodyCodec(maxMessageBytes),
    clock: system.clock,
    describeFailure,
    report: (error) => {
      callGuarded(() => onError(error), (thrown) => {
        report("The onError of expose threw:", thrown);
      });
    },
    counters,
  });
}

function printError(error: unknown): void {
  console.error("A remote call failed:", error);
}
