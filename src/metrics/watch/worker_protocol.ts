/**
 * What the main thread asks the workers of a program while somebody looks at
 * their actors, and where these stand in its tree.
 *
 * @module
 */
import { CoreTopic } from "../../cores/internal.ts";
import type {
  ActorsSummary,
  ActorSums,
  WatchData,
  WatchedState,
} from "./protocol.ts";
import type { WatchQuery } from "./query.ts";

/** What a worker has of the views that it was asked for. */
export interface WorkerViews {
  readonly summary: ActorsSummary;
  /** Sums over all its actors. */
  readonly sums: ActorSums;
  /** Number of its actors at the top of its tree. */
  readonly children: number;
  /** The data of each question, in the same order. */
  readonly data: readonly WatchData[];
}

/** Asks a worker for views, in the paths of its own system. */
export const WORKER_VIEWS: CoreTopic<readonly WatchQuery[], WorkerViews> =
  new CoreTopic("troupe.watch");

/** A worker as its actors are shown: as an actor above them. */
export interface WorkerNow {
  readonly index: number;
  readonly state: WatchedState;
  /** Why its actors are not shown, or not as they are now. */
  readonly failure: string | null;
  /** How often it was started again. */
  readonly restarts: number;
  /** `undefined` if nothing is known of it. */
  readonly views: Omit<WorkerViews, "data"> | undefined;
  /** The data of one view; `undefined` if it is not known. */
  readonly data: WatchData | undefined;
}

/** The most rows of a view that a worker is asked for. */
const MAX_ROWS = 5000;

/** Returns the path of a worker, which is none of an actor of any system. */
export function pathOfWorker(index: number): string {
  return `//worker-${index}`;
}

/** Returns the path of an actor of a worker, as the main thread shows it. */
export function pathInWorker(index: number, path: string): string {
  return `${pathOfWorker(index)}${path}`;
}

/** Returns a path of a worker in its own system; `undefined` if it is another's. */
function ownPath(index: number, path: string): string | undefined {
  const worker = pathOfWorker(index);
  if (path === worker) return "/";
  return path.startsWith(`${worker}/`) ? path.slice(worker.length) : undefined;
}

/**
 * Returns the question for a worker that a question for the program takes;
 * `undefined` for none, as nothing of the worker is shown but itself.
 */
export function queryForWorker(
  query: WatchQuery,
  index: number,
): WatchQuery | undefined {
  const limit = Math.min(query.offset + query.limit, MAX_ROWS);
  const place = pathOfWorker(index);
  const first = { ...query, place, offset: 0, limit };
  switch (query.kind) {
    case "dead_letters":
      return first;
    case "actor": {
      const path = ownPath(index, query.path);
      return path === undefined || path === "/"
        ? undefined
        : { ...query, path };
    }
    case "actors": {
      const under = query.under === "/" ? "/" : ownPath(index, query.under);
      if (under === undefined) return undefined;
      const isAllOpen = query.open.has("*");
      const isOpen = isAllOpen || query.open.has(place);
      if (isTreeOf(query) && under === "/" && !isOpen) return undefined;
      const open = [...query.open].flatMap((path) =>
        ownPath(index, path) ?? []
      );
      return { ...first, under, open: isAllOpen ? query.open : new Set(open) };
    }
    default:
      return undefined;
  }
}

/** Whether actors come in the order of the tree, and only what is open. */
export function isTreeOf({ sort, filter }: WatchQuery): boolean {
  return sort === "tree" && filter === "";
}

/** Returns the most rows of a worker that can be shown of those that match. */
export function shownOf(matching: number): number {
  return Math.min(matching, MAX_ROWS);
}
