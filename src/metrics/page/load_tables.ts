/**
 * The tables of a load test: criteria, operations and errors.
 *
 * @module
 */
import type { LoadOperation, LoadResults } from "../load_event.ts";
import type { LoadCriterionState } from "../watch/protocol.ts";
import type { Cell, Column } from "./column.ts";
import { countText, percentText, valueText } from "../watch/format.ts";
import { SmallTable } from "./small_table.ts";

const number = { isNumber: true, width: "number" } as const;

/** Says whether a criterion holds, in a word with its tone. */
export function holdsCell({ holds }: LoadCriterionState): Cell {
  if (holds === null) return { text: "no data yet" };
  return holds
    ? { text: "✓ yes", tone: "good" }
    : { text: "✗ no", tone: "bad" };
}

const CRITERIA: readonly Column<LoadCriterionState>[] = [
  { title: "Criterion", width: "label", cell: ({ text }) => text },
  { title: "Holds", width: "word", cell: holdsCell },
  { title: "Now", width: "word", cell: ({ value }) => value ?? "–" },
];

function count(
  title: string,
  read: (row: LoadOperation) => number,
  isBad: boolean = false,
): Column<LoadOperation> {
  return {
    ...number,
    title,
    cell(row) {
      const value = read(row);
      const tone = isBad && value > 0 ? "bad" : "none";
      return { text: countText(value), tone };
    },
  };
}

function time(
  title: string,
  read: (row: LoadOperation) => number | null,
): Column<LoadOperation> {
  return { ...number, title, cell: (row) => valueText(read(row), "ms") };
}

function errorRate(row: LoadOperation): number | null {
  const ended = row.ok + row.failed + row.timedOut;
  return ended === 0 ? null : (row.failed + row.timedOut) / ended;
}

const OPERATIONS: readonly Column<LoadOperation>[] = [
  { title: "Operation", width: "label", cell: ({ name }) => name },
  count("Ok", ({ ok }) => ok),
  {
    ...number,
    title: "Per second",
    cell: ({ perSecond }) => valueText(perSecond, "/s"),
  },
  count("Failed", ({ failed }) => failed, true),
  count("Timed out", ({ timedOut }) => timedOut, true),
  count("Dropped", ({ dropped }) => dropped, true),
  { ...number, title: "Errors", cell: (row) => percentText(errorRate(row)) },
  time("p50 ms", ({ p50Ms }) => p50Ms),
  time("p95 ms", ({ p95Ms }) => p95Ms),
  time("p99 ms", ({ p99Ms }) => p99Ms),
  time("Max ms", ({ maxMs }) => maxMs),
];

const ERRORS: readonly Column<LoadResults["errors"][number]>[] = [
  { title: "Error", width: "label", cell: ({ message }) => message },
  { ...number, title: "Number", cell: ({ count }) => countText(count) },
];

/** The three tables, each hidden while it has no rows. */
export class LoadTables {
  readonly #criteria = new SmallTable("Criteria as they stand", CRITERIA);
  readonly #operations = new SmallTable("Operations", OPERATIONS);
  readonly #errors = new SmallTable("Errors", ERRORS);
  readonly #places: readonly HTMLElement[];

  /** Puts the tables at the ends of three sections. */
  constructor(places: {
    readonly criteria: HTMLElement;
    readonly operations: HTMLElement;
    readonly errors: HTMLElement;
  }) {
    const { criteria, operations, errors } = places;
    criteria.append(this.#criteria.element);
    operations.append(this.#operations.element);
    errors.append(this.#errors.element);
    this.#places = [criteria, operations, errors];
  }

  /** Shows what a load test has come to. */
  show({ criteria, operations, errors }: LoadResults): void {
    this.#criteria.show(criteria);
    this.#operations.show(operations);
    this.#errors.show(errors);
    [criteria, operations, errors].forEach((rows, index) => {
      const place = this.#places[index];
      if (place !== undefined) place.hidden = rows.length === 0;
    });
  }
}
