/**
 * The queries of a store that take long, and those that no index serves.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import {
  checkBoolean,
  checkOptionNames,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { StoreTimeoutError } from "./errors.ts";
import type { Filter } from "./query/filter.ts";
import { filterShape } from "./query/filter_shape.ts";
import type { QueryPlan } from "./query/query_plan.ts";
import { filterOf, type ListOptions } from "./record_list.ts";

/** Which queries of a store are reported. */
export interface SlowQueryOptions {
  /**
   * Milliseconds from which on a query is slow, 0 or more. Its wait for a reader
   * counts too.
   * @default {100}
   */
  readonly overMs?: number;
  /**
   * Writes each shape of a query once to the console if it is slow, or if it reads
   * all records of its collection, however fast: for development.
   * @default {false}
   */
  readonly warns?: boolean;
}

/** What reads many records of a collection. */
export type QueryKind = "list" | "count" | "aggregate";

/** A query as it was asked for last, with its values. */
export interface QueryExample {
  /** The name of the collection. */
  readonly collection: string;
  /** Which records; {@linkcode parseFilter} has made it of a text. */
  readonly filter: Filter;
  /** Their order, as for a list. */
  readonly sort: string;
}

/** Queries of one shape that were slow, or read all records. */
export interface SlowQuery {
  /** What was asked for: records, their number, or numbers made of them. */
  readonly kind: QueryKind;
  /** The name of the collection. */
  readonly collection: string;
  /** The filter with `?` for its values; empty where all were asked for. */
  readonly filter: string;
  /** Their order, as for a list; empty for that of the ids. */
  readonly sort: string;
  /** How often it was slow. */
  readonly count: number;
  /** Milliseconds that it took when it was slow, on average. */
  readonly meanMs: number;
  /** Milliseconds that it took at most. */
  readonly maxMs: number;
  /** When it was slow or was looked at last, in milliseconds since 1970. */
  readonly lastAt: number;
  /**
   * What SQLite does for it, the rule of who asked included; undefined until that
   * is known.
   */
  readonly plan: QueryPlan | undefined;
  /** The last one, with its values: what `DatabaseProfiler` tries indexes on. */
  readonly example: QueryExample;
}

/** Shapes that are kept at most: the one that was seen longest ago goes first. */
const MAX_SHAPES = 200;
/** Shapes whose plan was looked at that are remembered. */
const MAX_LOOKED_AT = 2000;

const NAMES: OptionNames<SlowQueryOptions> = { overMs: true, warns: true };

/** Checked options. */
export type ResolvedSlowQueryOptions = Required<SlowQueryOptions>;

/**
 * Checks the options.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function resolveSlowQueryOptions(
  options: SlowQueryOptions = {},
): ResolvedSlowQueryOptions {
  checkOptionNames("slowQueries of store()", options, NAMES);
  const { warns = false } = options;
  checkBoolean("warns", warns);
  const { overMs } = resolveNumbers(options, { overMs: 100 }, {
    overMs: { min: 0 },
  });
  return { overMs, warns };
}

/** Whose query is watched. */
export interface WatchedQuery {
  readonly collection: string;
  readonly options: Pick<ListOptions, "filter" | "sort">;
  /** Resolves to the plan of a list. */
  readonly explain: (options: ListOptions) => Promise<QueryPlan>;
}

/** A query that has ended. */
export interface EndedQuery {
  readonly kind: QueryKind;
  readonly ms: number;
  readonly example: QueryExample;
  /** Resolves to its plan. */
  readonly explain: () => Promise<QueryPlan>;
}

interface Seen extends QueryExample {
  readonly kind: QueryKind;
  readonly shape: string;
  count: number;
  totalMs: number;
  maxMs: number;
  lastAt: number;
  plan: QueryPlan | undefined;
  example: QueryExample;
}

/** The queries of a store that are worth a look. */
export class SlowQueries {
  readonly #clock: Clock;
  readonly #options: ResolvedSlowQueryOptions;
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();
  readonly #lookedAt = new Set<string>();

  constructor(
    options: ResolvedSlowQueryOptions,
    clock: Clock,
    now: () => number,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#now = now;
  }

  /** Milliseconds from which on a query is slow. */
  get overMs(): number {
    return this.#options.overMs;
  }

  /** Those that are kept, the one that took longest in all first. */
  get all(): readonly SlowQuery[] {
    const byTime = [...this.#seen.values()]
      .sort((a, b) => b.totalMs - a.totalMs);
    return byTime.map((
      { kind, collection, shape, sort, count, totalMs, maxMs, ...rest },
    ) => ({
      kind,
      collection,
      filter: shape,
      sort,
      count,
      meanMs: count === 0 ? 0 : totalMs / count,
      maxMs,
      lastAt: rest.lastAt,
      plan: rest.plan,
      example: rest.example,
    }));
  }

  /** Takes note of a query when it has ended, and returns what it returns. */
  async watch<T>(
    kind: QueryKind,
    query: Promise<T>,
    { collection, options, explain }: WatchedQuery,
  ): Promise<T> {
    const start = this.#clock.now();
    let isOver = true;
    try {
      return await query;
    } catch (error) {
      isOver = error instanceof StoreTimeoutError;
      throw error;
    } finally {
      const ms = this.#clock.now() - start;
      const { overMs, warns } = this.#options;
      if (isOver && (ms >= overMs || warns)) {
        const { sort = "" } = options;
        const example = { collection, filter: filterOf(options), sort };
        this.ended({
          kind,
          ms,
          example,
          explain: () => explain({ filter: example.filter, sort }),
        });
      }
    }
  }

  /** Takes note of a query. */
  ended(query: EndedQuery): void {
    const isSlow = query.ms >= this.#options.overMs;
    const { collection, filter, sort } = query.example;
    const shape = filterShape(filter);
    const key = `${query.kind} ${collection} ${sort} ${shape}`;
    if (isSlow) this.#slow(key, shape, query);
    if (this.#lookedAt.has(key)) return;
    if (this.#lookedAt.size >= MAX_LOOKED_AT) this.#lookedAt.clear();
    this.#lookedAt.add(key);
    void this.#lookAt(key, shape, query);
  }

  #slow(key: string, shape: string, query: EndedQuery): void {
    const seen = this.#of(key, shape, query);
    seen.count++;
    seen.totalMs += query.ms;
    seen.maxMs = Math.max(seen.maxMs, query.ms);
    seen.lastAt = this.#now();
    seen.example = query.example;
  }

  #of(key: string, shape: string, { kind, example }: EndedQuery): Seen {
    const seen = this.#seen.get(key) ?? {
      ...example,
      kind,
      shape,
      count: 0,
      totalMs: 0,
      maxMs: 0,
      lastAt: this.#now(),
      plan: undefined,
      example,
    };
    // The newest stands last.
    this.#seen.delete(key);
    this.#seen.set(key, seen);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_SHAPES && oldest !== undefined) {
      this.#seen.delete(oldest);
      this.#lookedAt.delete(oldest);
    }
    return seen;
  }

  async #lookAt(key: string, shape: string, query: EndedQuery): Promise<void> {
    let plan: QueryPlan;
    try {
      plan = await query.explain();
    } catch {
      // The store ends, or is busy: the next one of the shape is looked at.
      this.#lookedAt.delete(key);
      return;
    }
    const isSlow = this.#seen.has(key);
    if (!isSlow && !plan.needsScan) return;
    this.#of(key, shape, query).plan = plan;
    if (this.#options.warns) console.warn(warning(shape, query, plan));
  }
}

/** Returns what is written of a query, without its values. */
function warning(
  shape: string,
  { kind, ms, example: { collection, sort } }: EndedQuery,
  { needsScan, needsSort, index }: QueryPlan,
): string {
  const where = shape === "" ? "" : ` where ${shape}`;
  const order = sort === "" ? "" : ` in the order ${sort}`;
  const does = [
    `took ${ms.toFixed(1)} ms`,
    ...needsScan ? ["reads all records"] : [],
    ...needsSort ? ["sorts all that is selected"] : [],
  ];
  const advice = index === undefined
    ? ""
    : `; an index on ${
      index.join(", ")
    } may serve it, see DatabaseProfiler.indexes()`;
  return `The store: a ${kind} of ${collection}${where}${order} ${
    does.join(" and ")
  }${advice}`;
}
