/**
 * Measures the database of a store: which lists lack an index, and what one
 * would bring and cost.
 *
 * @module
 */
import { checkFunction, reasonOf } from "../checks/internal.ts";
import { randomStream } from "../stats/internal.ts";
import {
  filterShape,
  openTrial,
  sizeOfStore,
  type StoreTrial,
  type TrialCopy,
} from "../store/internal.ts";
import type {
  Collection,
  FunctionInput,
  NewRecordOf,
  Store,
  StoredFunctions,
} from "../store/mod.ts";
import {
  checkIndexOptions,
  type DatabaseProfilerOptions,
  type DatabaseProgress,
  type DatabaseSettings,
  type IndexOptions,
  resolveDatabaseOptions,
} from "./database_options.ts";
import type {
  IndexReport,
  IndexTrialReport,
  ProfiledQuery,
  QueryReport,
  WriteCost,
} from "./database_report.ts";
import {
  factorOf,
  measuredMs,
  type Pair,
  verdictOf,
  type WeighedGain,
  withoutCovered,
} from "./index_verdict.ts";
import { measureDeliveries } from "./measure_deliveries.ts";
import { measureCalls, measureComputed } from "./measure_store_costs.ts";
import {
  type CallOptions,
  type ComputedOptions,
  type DeliveryOptions,
  resolveCalls,
  resolveComputed,
  resolveDelivery,
} from "./store_costs_options.ts";
import type {
  ComputedReport,
  DeliveryReport,
  FunctionReport,
} from "./store_costs_report.ts";
import { DatabaseProfileError, ProfileError } from "./profile_errors.ts";

/** Pairs that are measured, however long they take. */
const LEAST_ROUNDS = 8;
/** Records that are created again in a round. */
const CREATES = 200;
/** Fewer records say nothing about the cost of a create. */
const LEAST_CREATES = 20;

/** A list with its name in reports. */
interface Named {
  readonly name: string;
  readonly query: ProfiledQuery;
}

/**
 * Measures the database of a store: the indexes that it lacks, on copies of it,
 * and what it costs to follow changes, to compute fields and to call functions.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { DatabaseProfiler } from "@troupe/troupe/profile";
 * import { collection, integer, store } from "@troupe/troupe/store";
 *
 * const points = collection("points", { fields: { level: integer() } });
 * await using system = new ActorSystem();
 * const path = `${await Deno.makeTempDir()}/data.db`;
 * await using data = await store(system, { path, collections: [points] });
 *
 * const profiler = new DatabaseProfiler({ rounds: 8 });
 * const { indexes } = await profiler.indexes(data, {
 *   queries: [{ collection: "points", filter: "level = 3" }],
 * });
 * // An index on no records brings nothing.
 * console.assert(indexes[0]?.verdict === "no_gain");
 * ```
 */
export class DatabaseProfiler {
  readonly #settings: DatabaseSettings;

  /**
   * Creates a profiler with these limits.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if a limit is out of its range.
   */
  constructor(options: DatabaseProfilerOptions = {}) {
    this.#settings = resolveDatabaseOptions(options);
  }

  /**
   * Finds the indexes that lists lack, and tries each on a copy of the store:
   * each list of its collection is read with it and without it in turn, and
   * records are created with it and without it. Counts and aggregates that were
   * slow are tried as lists with the same filter. The copies are in the system's
   * temporary directory, for this user alone, and are removed afterwards.
   *
   * Both copies are read from memory once they were read. A store that does not
   * fit into it gains more from an index than is measured here.
   *
   * @param options May be left out; each option has its default.
   * @throws {DatabaseProfileError} as a rejection, if the store is larger than
   * `maxStoreBytes`, or cannot be copied or tried.
   * @throws {TypeError} as a rejection, if something has the wrong type.
   * @throws {QueryError} as a rejection, if a filter or a sort does not fit.
   */
  async indexes<F extends StoredFunctions>(
    data: Store<F>,
    options: IndexOptions = {},
  ): Promise<IndexReport> {
    checkIndexOptions(options);
    const { signal, onProgress, queries } = options;
    const named = queries === undefined
      ? slowOnes(data)
      : queries.map((query) => ({ name: nameOf(query), query }));
    signal?.throwIfAborted();
    const storeBytes = await sizeOfStore(data);
    const { maxStoreBytes } = this.#settings;
    if (storeBytes > maxStoreBytes) {
      throw new DatabaseProfileError(
        `Cannot copy the store: it has ${storeBytes} bytes, over ${maxStoreBytes}; raise maxStoreBytes if there is room for two copies`,
      );
    }
    onProgress?.({ stage: "copying", done: 0, total: 0 });
    const startedAt = performance.now();
    const directory = await Deno.makeTempDir({ prefix: "troupe-profile-" });
    try {
      await using trial = await open(data, directory, signal);
      const copyMs = performance.now() - startedAt;
      const reports = await this.#try(trial, named, signal, onProgress);
      return { storeBytes, copyMs, ...reports };
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }

  /**
   * Measures how long changes take to those who follow them: records are created
   * in the store one after another, each waits until all subscribers have it, and
   * they are deleted at the end. Other changes of the store go on meanwhile.
   *
   * @param record Returns the record of each change, from 0, without its id.
   * @param options May be left out; each option has its default.
   * @throws {DatabaseProfileError} as a rejection, if a change does not reach all
   * in time, or a stream cannot be followed.
   * @throws {TypeError} as a rejection, if something has the wrong type.
   * @throws {RangeError} as a rejection, if a number is out of its range.
   */
  async deliveries<F extends StoredFunctions, C extends Collection>(
    data: Store<F>,
    of: C,
    record: (index: number) => NewRecordOf<C>,
    options: DeliveryOptions = {},
  ): Promise<DeliveryReport> {
    checkFunction("record", record);
    const settings = resolveDelivery(options);
    const { signal } = options;
    return await measureDeliveries(data, of, record, settings, signal);
  }

  /**
   * Measures what the computed fields of a collection cost for a record, and
   * which share of a list. Their functions are called `rounds` times for each of
   * the records.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} as a rejection, if something has the wrong type.
   * @throws {RangeError} as a rejection, if a number is out of its range.
   */
  async computed<F extends StoredFunctions>(
    data: Store<F>,
    of: Collection,
    options: ComputedOptions = {},
  ): Promise<ComputedReport> {
    const records = resolveComputed(options);
    const { rounds } = this.#settings;
    return await measureComputed(data, of, records, rounds, options.signal);
  }

  /**
   * Measures what calls of a stored function cost: their time, and what of it the
   * writer worked, committed or waited. They are made in the store itself, and
   * what they write stays. Other writes meanwhile count as theirs.
   *
   * @param input Returns the input of each call, from 0.
   * @param options May be left out; each option has its default.
   * @throws {TypeError} as a rejection, if something has the wrong type.
   * @throws {RangeError} as a rejection, if a number is out of its range. What the
   * function throws is a rejection too.
   */
  async calls<F extends StoredFunctions, Name extends keyof F & string>(
    data: Store<F>,
    name: Name,
    input: (index: number) => FunctionInput<F[Name]>,
    options: CallOptions = {},
  ): Promise<FunctionReport> {
    checkFunction("input", input);
    const calls = resolveCalls(options);
    return await measureCalls(data, name, input, calls, options.signal);
  }

  async #try(
    trial: StoreTrial,
    named: readonly Named[],
    signal: AbortSignal | undefined,
    onProgress: ((progress: DatabaseProgress) => void) | undefined,
  ): Promise<Pick<IndexReport, "queries" | "indexes">> {
    const reports: QueryReport[] = [];
    const wanted = new Map<string, readonly [string, readonly string[]]>();
    for (const { name, query } of named) {
      const { steps, needsScan, needsSort, index } = await trial.plan(
        "plain",
        trial.collection(query.collection),
        listOf(query),
      );
      reports.push({
        query: name,
        count: query.count ?? 1,
        plan: steps,
        needsScan,
        needsSort,
        index: index ?? null,
      });
      if (index === undefined) continue;
      wanted.set(`${query.collection} ${index}`, [query.collection, index]);
    }
    const trials: IndexTrialReport[] = [];
    for (const [collection, fields] of wanted.values()) {
      signal?.throwIfAborted();
      onProgress?.({
        stage: "trying",
        done: trials.length,
        total: wanted.size,
      });
      const concerned = named.filter(({ query }) =>
        query.collection === collection
      );
      trials.push(
        await this.#tryIndex(trial, collection, fields, concerned, signal),
      );
    }
    return {
      queries: reports,
      indexes: withoutCovered(trials, this.#settings.leastGain),
    };
  }

  async #tryIndex(
    trial: StoreTrial,
    name: string,
    fields: readonly string[],
    queries: readonly Named[],
    signal: AbortSignal | undefined,
  ): Promise<IndexTrialReport> {
    const of = trial.collection(name);
    const index = await trial.addIndex(of, fields);
    const gains: WeighedGain[] = [];
    for (const { name, query } of queries) {
      const list = listOf(query);
      const pairs = await this.#pairs(
        (copy) => trial.list(copy, of, list),
        signal,
      );
      gains.push({
        query: name,
        count: query.count ?? 1,
        before: measuredMs(pairs.map(({ before }) => before)),
        after: measuredMs(pairs.map(({ after }) => after)),
        speedup: factorOf(pairs),
        plan: (await trial.plan("indexed", of, list)).steps,
      });
    }
    const rows = await trial.sample(of, CREATES);
    const writes = rows.length < LEAST_CREATES ? null : writeCost(
      await this.#pairs((copy) => trial.createAgain(copy, of, rows), signal),
      rows.length,
    );
    await trial.dropIndex(index);
    return {
      collection: name,
      fields,
      verdict: verdictOf(gains, this.#settings.leastGain),
      bytes: index.bytes,
      buildMs: index.buildMs,
      queries: gains.map(({ count: _, ...gain }) => gain),
      writes,
    };
  }

  /** Measures both copies in turn, after each once for nothing. */
  async #pairs(
    measure: (copy: TrialCopy) => Promise<number>,
    signal: AbortSignal | undefined,
  ): Promise<Pair[]> {
    const { rounds, roundsMs } = this.#settings;
    const random = randomStream(1, "order");
    await measure("plain");
    await measure("indexed");
    const pairs: Pair[] = [];
    const startedAt = performance.now();
    while (pairs.length < rounds) {
      signal?.throwIfAborted();
      const isLong = performance.now() - startedAt > roundsMs;
      if (isLong && pairs.length >= LEAST_ROUNDS) break;
      // What the first leaves behind in caches is not always for the same one.
      if (random() < 0.5) {
        const before = await measure("plain");
        pairs.push({ before, after: await measure("indexed") });
      } else {
        const after = await measure("indexed");
        pairs.push({ before: await measure("plain"), after });
      }
    }
    return pairs;
  }
}

async function open<F extends StoredFunctions>(
  data: Store<F>,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<StoreTrial> {
  try {
    return await openTrial(data, directory, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ProfileError) throw cause;
    throw new DatabaseProfileError(
      `Cannot copy the store: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

/** Returns the slow queries of a store, whose names have no values. */
function slowOnes<F extends StoredFunctions>(data: Store<F>): Named[] {
  return data.slowQueries().map((
    { collection, filter, sort, count, example },
  ) => ({
    name: nameOf({ collection, filter, sort }),
    // It was slow once at least, or looked at for reading everything.
    query: { ...example, count: Math.max(1, count) },
  }));
}

function listOf(
  { collection: _, count: __, ...list }: ProfiledQuery,
): Omit<ProfiledQuery, "collection" | "count"> {
  return list;
}

function nameOf({ collection, filter, sort, limit, offset }: ProfiledQuery) {
  const parts = [
    collection,
    filter === undefined || filter === ""
      ? ""
      : `filter ${typeof filter === "string" ? filter : filterShape(filter)}`,
    sort === undefined || sort === "" ? "" : `sort ${sort}`,
    limit === undefined ? "" : `limit ${limit}`,
    offset === undefined || offset === 0 ? "" : `offset ${offset}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function writeCost(pairs: readonly Pair[], creates: number): WriteCost {
  const perSecond = (of: keyof Pair): number =>
    1000 * creates / measuredMs(pairs.map((pair) => pair[of])).medianMs;
  return {
    createsPerSecondBefore: perSecond("before"),
    createsPerSecondAfter: perSecond("after"),
    slowdown: factorOf(
      pairs.map(({ before, after }) => ({ before: after, after: before })),
    ),
  };
}
