/**
 * Looks at what a program has handed in: a part at a time, when a view needs it.
 *
 * @module
 */
import {
  type ActorTable,
  ActorWatch,
  nextTurn,
  report,
} from "../../actor/internal.ts";
import { type ActorSystem, realClock } from "../../actor/mod.ts";
import type { SessionSnapshot } from "../../session/mod.ts";
import type {
  TerminalInfo,
  WatchedConnections,
  WatchedTerminalServer,
} from "./sources.ts";

/** Sessions and connections that are looked at in one turn. */
const SLICE = 500;
/** Sessions and connections that are looked at; the first ones of more. */
const MAX_SEEN = 100_000;

/** Milliseconds that a server has to show its terminals; then it has none. */
const TERMINALS_MS = 2000;

/** What a program has handed in. */
export interface WatchedSources {
  readonly system: ActorSystem | undefined;
  readonly connections: readonly WatchedConnections[] | undefined;
  readonly terminals: readonly WatchedTerminalServer[] | undefined;
}

/** What looks have found. */
export interface Found {
  readonly actors?: ActorTable;
  readonly sessions?: readonly SessionSnapshot[];
  readonly terminals?: readonly TerminalInfo[];
}

/** A part of what there is to see. */
export type Part = keyof Found;

/** Looks for as long as somebody watches. */
export class Looks {
  readonly #sources: WatchedSources;
  #actors: ActorWatch | undefined;
  /** Those that have not said yet what they have. */
  readonly #asked = new Map<
    WatchedTerminalServer,
    Promise<readonly TerminalInfo[]>
  >();

  /** Creates one that looks at nothing yet. */
  constructor(sources: WatchedSources) {
    this.#sources = sources;
  }

  /** Whether the program has handed in such a part. */
  offers(part: Part): boolean {
    const { system, connections, terminals } = this.#sources;
    switch (part) {
      case "actors":
        return system !== undefined;
      case "sessions":
        return connections !== undefined;
      case "terminals":
        return terminals !== undefined;
      default:
        return part satisfies never;
    }
  }

  /** Looks at some parts, those that are there. */
  async at(parts: ReadonlySet<Part>): Promise<Found> {
    const sees = (part: Part) => parts.has(part) && this.offers(part);
    const actors = sees("actors") ? await this.#atActors() : undefined;
    return {
      ...(actors && { actors }),
      ...(sees("sessions") && { sessions: await this.#atSessions() }),
      ...(sees("terminals") && { terminals: await this.#atTerminals() }),
    };
  }

  /** Nobody watches any more: what was kept for the next look is forgotten. */
  rest(): void {
    this.#actors?.[Symbol.dispose]();
    this.#actors = undefined;
  }

  #atActors(): Promise<ActorTable> | undefined {
    const { system } = this.#sources;
    this.#actors ??= system && new ActorWatch(system);
    return this.#actors?.look();
  }

  async #atSessions(): Promise<readonly SessionSnapshot[]> {
    const sessions: SessionSnapshot[] = [];
    let seen = 0;
    let due = SLICE;
    for (const source of this.#sources.connections ?? []) {
      try {
        for (const session of source.inspect()) {
          sessions.push(session);
          seen += 1 + session.streams.length;
          if (seen >= MAX_SEEN) return sessions;
          if (seen < due) continue;
          due = seen + SLICE;
          await new Promise<void>((resolve) => nextTurn(resolve));
        }
      } catch (error) {
        sourceFailed(error);
      }
    }
    return sessions;
  }

  async #atTerminals(): Promise<readonly TerminalInfo[]> {
    const { terminals = [] } = this.#sources;
    const lists = await Promise.all(
      terminals.map((source) => this.#terminalsOf(source)),
    );
    return lists.flat();
  }

  /** One that does not say what it has, holds no other view up. */
  async #terminalsOf(
    source: WatchedTerminalServer,
  ): Promise<readonly TerminalInfo[]> {
    let asked = this.#asked.get(source);
    if (asked === undefined) {
      asked = inspected(source).finally(() => this.#asked.delete(source));
      this.#asked.set(source, asked);
    }
    const late = Promise.withResolvers<readonly TerminalInfo[]>();
    const clock = this.#sources.system?.clock ?? realClock;
    const timer = clock.schedule(TERMINALS_MS, () => late.resolve([]));
    try {
      return await Promise.race([asked, late.promise]);
    } finally {
      timer.cancel();
    }
  }
}

async function inspected(
  source: WatchedTerminalServer,
): Promise<readonly TerminalInfo[]> {
  try {
    return await source.inspect();
  } catch (error) {
    sourceFailed(error);
    return [];
  }
}

function sourceFailed(error: unknown): void {
  report("What is watched has failed to show itself:", error);
}
