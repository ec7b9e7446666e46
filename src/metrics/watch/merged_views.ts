/**
 * The views of a program together with those of its workers: pure decisions
 * without I/O.
 *
 * @module
 */
import { rowKeyOf } from "./actor_rows.ts";
import { letterKeyOf } from "./dead_letter_rows.ts";
import type {
  ActorRow,
  ActorsSummary,
  DeadLetterCounts,
  WatchData,
  WatchedActor,
  WatchedActors,
  WatchedDeadLetters,
  WatchedOverview,
} from "./protocol.ts";
import type { WatchQuery } from "./query.ts";
import { selectRows } from "./select.ts";
import {
  isTreeOf,
  pathInWorker,
  pathOfWorker,
  shownOf,
  type WorkerNow,
} from "./worker_protocol.ts";

/**
 * Returns the question for the thread of the program itself whose rows can be
 * merged with those of workers: its first ones.
 */
export function queryForMain(query: WatchQuery): WatchQuery {
  const { offset, limit } = query;
  return { ...query, offset: 0, limit: offset + limit };
}

/** Adds what workers have to a view of the first rows of the program itself. */
export function withWorkers(
  data: WatchData,
  query: WatchQuery,
  workers: readonly WorkerNow[],
): WatchData {
  switch (data.type) {
    case "overview":
      return overviewOf(data, workers);
    case "actors":
      return actorsOf(data, query, workers);
    case "actor":
      return actorOf(data, query, workers);
    case "dead_letters":
      return deadLettersOf(data, query, workers);
    case "sessions":
    case "streams":
    case "terminals":
      return data;
    default:
      return data satisfies never;
  }
}

function overviewOf(
  data: WatchedOverview,
  workers: readonly WorkerNow[],
): WatchedOverview {
  if (data.actors === null) return data;
  const summaries = workers.flatMap(({ views }) => views?.summary ?? []);
  return { ...data, actors: summaries.reduce(summaryOf, data.actors) };
}

function summaryOf(a: ActorsSummary, b: ActorsSummary): ActorsSummary {
  return {
    actors: a.actors + b.actors,
    isTruncated: a.isTruncated || b.isTruncated,
    states: {
      starting: a.states.starting + b.states.starting,
      running: a.states.running + b.states.running,
      stopping: a.states.stopping + b.states.stopping,
      waiting: a.states.waiting + b.states.waiting,
      stopped: a.states.stopped + b.states.stopped,
    },
    mailboxMessages: a.mailboxMessages + b.mailboxMessages,
    oldestMs: a.oldestMs === null || b.oldestMs === null
      ? a.oldestMs ?? b.oldestMs
      : Math.max(a.oldestMs, b.oldestMs),
    restarts: a.restarts + b.restarts,
    perSecond: a.perSecond === null || b.perSecond === null
      ? a.perSecond ?? b.perSecond
      : a.perSecond + b.perSecond,
    deadLetters: countsOf(a.deadLetters, b.deadLetters),
    intervalMs: a.intervalMs,
  };
}

function countsOf(a: DeadLetterCounts, b: DeadLetterCounts): DeadLetterCounts {
  return {
    stopped: a.stopped + b.stopped,
    refused: a.refused + b.refused,
    dropped: a.dropped + b.dropped,
  };
}

/** The row of a worker, which stands above its actors. */
function workerRow(
  { index, state, failure, restarts, views }: WorkerNow,
): ActorRow {
  return {
    path: pathOfWorker(index),
    depth: 0,
    state,
    mailboxMessages: 0,
    mailboxBytes: 0,
    oldestMs: null,
    processed: 0,
    perSecond: null,
    busyShare: null,
    restarts,
    lastFailure: failure,
    deadLetters: 0,
    children: views?.children ?? 0,
    below: views?.sums ?? null,
  };
}

function inWorker(index: number, row: ActorRow): ActorRow {
  return {
    ...row,
    path: pathInWorker(index, row.path),
    depth: row.depth + 1,
  };
}

function actorsOf(
  own: WatchedActors,
  query: WatchQuery,
  workers: readonly WorkerNow[],
): WatchedActors {
  const rows = [...own.rows];
  let { matching } = own;
  for (const worker of workers) {
    const { index, data, state } = worker;
    const path = pathOfWorker(index);
    // Its row is no actor: it stands in the tree alone.
    const isShown = isTreeOf(query) &&
      (query.under === "/" || query.under === path) &&
      (query.state === undefined || query.state === state);
    if (isShown) {
      rows.push(workerRow(worker));
      matching++;
    }
    if (data?.type !== "actors") continue;
    for (const row of data.rows) rows.push(inWorker(index, row));
    matching += shownOf(data.matching);
  }
  const keyOf = query.sort === "tree" ? () => 0 : rowKeyOf(query.sort);
  const page = selectRows(rows, query, {
    matches: () => true,
    keyOf,
    rowOf: (row) => row,
  });
  return { type: "actors", ...page, matching };
}

function actorOf(
  own: WatchedActor,
  { path }: WatchQuery,
  workers: readonly WorkerNow[],
): WatchedActor {
  for (const worker of workers) {
    const { index, data } = worker;
    if (path === pathOfWorker(index)) {
      return { ...own, actor: workerRow(worker) };
    }
    if (data?.type !== "actor") continue;
    const { actor } = data;
    return { ...data, actor: actor && inWorker(index, actor) };
  }
  return own;
}

function deadLettersOf(
  own: WatchedDeadLetters,
  query: WatchQuery,
  workers: readonly WorkerNow[],
): WatchedDeadLetters {
  const rows = [...own.rows];
  let { matching } = own;
  for (const { index, data } of workers) {
    if (data?.type !== "dead_letters") continue;
    matching += shownOf(data.matching);
    for (const row of data.rows) {
      rows.push({
        ...row,
        path: pathInWorker(index, row.path),
        sender: row.sender === null ? null : pathInWorker(index, row.sender),
      });
    }
  }
  const page = selectRows(rows, query, {
    matches: () => true,
    keyOf: letterKeyOf(query.sort),
    rowOf: (row) => row,
  });
  return { type: "dead_letters", ...page, matching };
}
