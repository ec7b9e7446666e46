/**
 * How requests of HTTP get to the service: pure decisions without I/O.
 *
 * @module
 */
import type { HttpVersion } from "./http_request.ts";

/** How requests get to the service; each way has connections of its own. */
export interface Way {
  readonly version: HttpVersion;
  readonly connections: "shared" | "per_user";
  /** The file of certificates that are trusted as well. */
  readonly caFile: string | undefined;
}

/** The fields of a request that choose a way. */
interface Chosen {
  readonly version?: unknown;
  readonly connections?: unknown;
  readonly caFile?: unknown;
}

/** All ways of a driver, each with an index. */
export class HttpWays {
  readonly #defaults: Omit<Way, "caFile">;
  readonly #ways: Way[] = [];
  readonly #indexes = new Map<string, number>();

  /** Creates it with what requests are sent by that choose nothing. */
  constructor(defaults: Omit<Way, "caFile">) {
    this.#defaults = defaults;
  }

  /** Returns the way of a request, in which references may be left. */
  wayOf({ version, connections, caFile }: Chosen): Way {
    const chosen = String(version);
    return {
      version: chosen === "1.1" || chosen === "2"
        ? chosen
        : this.#defaults.version,
      connections: connections === "shared" || connections === "per_user"
        ? connections
        : this.#defaults.connections,
      caFile: typeof caFile === "string" ? caFile : undefined,
    };
  }

  /** Returns the index of the way of a request. */
  indexOf(request: Chosen): number {
    const way = this.wayOf(request);
    const key = JSON.stringify([way.version, way.connections, way.caFile]);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.#ways.push(way) - 1;
    this.#indexes.set(key, index);
    return index;
  }

  /**
   * Returns the way with an index.
   *
   * @throws {RangeError} if there is none.
   */
  at(index: number): Way {
    const way = this.#ways[index];
    if (way !== undefined) return way;
    throw new RangeError(`Cannot use way ${index}: there is none`);
  }
}

/** Describes a way for reports. */
export function wayText({ version, connections }: Way): string {
  const isShared = connections === "shared";
  if (version === "2") {
    return isShared
      ? "HTTP/2, over one connection that all users share"
      : "HTTP/2, over a connection for each user";
  }
  return isShared
    ? "HTTP/1.1, over as many connections as there are concurrent requests"
    : "HTTP/1.1, over connections of each user's own";
}
