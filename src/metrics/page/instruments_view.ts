/**
 * The view of the application's own instruments: a table of all, and a chart of
 * each name.
 *
 * @module
 */
import type { InstrumentSample, MetricsSnapshot } from "../snapshot.ts";
import type { Board } from "./board.ts";
import type { Column } from "./column.ts";
import type { Sorting } from "./sorting.ts";
import { byId, inputById } from "./elements.ts";
import { countText, valueText } from "../watch/format.ts";
import { instrumentPanel, labelsText } from "./instrument_panels.ts";
import { LongTable } from "./long_table.ts";
import { rate } from "./panel.ts";
import type { View } from "./view.ts";
import { PAGE_ROWS } from "./window_rules.ts";

/** The most charts: the first names that come. */
const MAX_CHARTS = 40;

interface InstrumentRow {
  readonly sample: InstrumentSample;
  readonly labels: string;
  /** The rate of a counter or histogram, in a second. */
  readonly perSecond: number | null;
}

const number = { isNumber: true, width: "number" } as const;

const COLUMNS: readonly Column<InstrumentRow>[] = [
  {
    sort: "name",
    title: "Instrument",
    width: "name",
    cell: ({ sample, labels }) => ({ text: sample.name, aside: labels }),
  },
  {
    ...number,
    sort: "value",
    title: "Value",
    hint: "The value of a gauge, the count of a counter or histogram",
    cell: ({ sample }) => valueText(valueOf(sample), ""),
  },
  {
    ...number,
    sort: "rate",
    title: "Per second",
    cell: ({ perSecond }) => valueText(perSecond, "/s"),
  },
  { title: "Unit", width: "short", cell: ({ sample }) => sample.unit || "–" },
  {
    ...number,
    sort: "p50",
    title: "p50",
    cell: (row) => percentile(row, "p50"),
  },
  {
    ...number,
    sort: "p90",
    title: "p90",
    cell: (row) => percentile(row, "p90"),
  },
  {
    ...number,
    sort: "p99",
    title: "p99",
    cell: (row) => percentile(row, "p99"),
  },
  {
    ...number,
    sort: "max",
    title: "Max",
    cell: (row) => percentile(row, "max"),
  },
  { title: "Type", width: "word", cell: ({ sample }) => sample.type },
  { title: "Help", width: "text", cell: ({ sample }) => sample.help || "–" },
];

type Percentile = "p50" | "p90" | "p99" | "max";

function percentile({ sample }: InstrumentRow, name: Percentile): string {
  return sample.type === "histogram"
    ? valueText(sample.summary[name], sample.unit)
    : "–";
}

function valueOf(sample: InstrumentSample): number {
  return sample.type === "histogram" ? sample.count : sample.value;
}

function keyOf({ sample, labels }: Pick<InstrumentRow, "sample" | "labels">) {
  return `${sample.name} ${labels}`;
}

/** The view of instruments. */
export class InstrumentsView implements View {
  readonly #board: Board<MetricsSnapshot>;
  readonly #table: LongTable<InstrumentRow>;
  readonly #filter = inputById("instruments-filter");
  readonly #names = new Set<string>();
  #rows: readonly InstrumentRow[] = [];
  #offset = 0;
  #before: MetricsSnapshot | undefined;
  #isShown = false;

  /** Takes over its part of the page, with the board of its charts. */
  constructor(board: Board<MetricsSnapshot>) {
    this.#board = board;
    this.#table = new LongTable<InstrumentRow>({
      name: "Instruments",
      columns: COLUMNS,
      sorting: { by: "name", order: "ascending" },
      keyOf,
      ask: (offset) => {
        this.#offset = offset;
        this.#render();
      },
    });
    byId("instruments-table").append(this.#table.element);
    this.#filter.addEventListener("input", () => {
      this.#board.filter((title) => this.#matches(title));
      this.#table.reload();
    });
  }

  /** Whether there is anything to show. */
  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Adds the charts of names that are new; to be called before the board's. */
  prepare({ instruments }: MetricsSnapshot): void {
    for (const sample of instruments) {
      if (this.#names.has(sample.name)) continue;
      if (this.#names.size >= MAX_CHARTS) return;
      this.#names.add(sample.name);
      this.#board.add(instrumentPanel(sample));
    }
  }

  /** Shows the values of a snapshot. */
  update(snapshot: MetricsSnapshot): void {
    const before = this.#before;
    const ms = snapshot.steadyMs - (before?.steadyMs ?? snapshot.steadyMs);
    const old = new Map(
      this.#isShown
        ? before?.instruments.map((sample) => [
          keyOf({ sample, labels: labelsText(sample) }),
          valueOf(sample),
        ])
        : [],
    );
    this.#rows = snapshot.instruments.map((sample) => {
      const labels = labelsText(sample);
      const perSecond = sample.type === "gauge"
        ? null
        : rate(valueOf(sample), old.get(keyOf({ sample, labels })), ms);
      return { sample, labels, perSecond };
    });
    this.#before = snapshot;
    if (this.#isShown) this.#render();
  }

  show(): void {
    this.#isShown = true;
    this.#render();
    this.#board.draw();
  }

  hide(): void {
    this.#isShown = false;
  }

  #matches(text: string): boolean {
    const wanted = this.#filter.value.toLowerCase();
    return text.toLowerCase().includes(wanted);
  }

  #render(): void {
    const rows = this.#rows.filter((row) => this.#matches(keyOf(row)));
    const sorted = sortRows(rows, this.#table.sorting);
    const offset = Math.min(this.#offset, Math.max(0, sorted.length - 1));
    this.#table.show({
      matching: sorted.length,
      offset,
      rows: sorted.slice(offset, offset + PAGE_ROWS),
    });
    byId("instruments-matching").textContent = `${
      countText(sorted.length)
    } shown`;
  }
}

function sortRows(
  rows: readonly InstrumentRow[],
  { by, order }: Sorting,
): InstrumentRow[] {
  const sign = order === "ascending" ? 1 : -1;
  const read = (row: InstrumentRow): number | string | null => {
    const { sample } = row;
    if (by === "name") return keyOf(row);
    if (by === "value") return valueOf(sample);
    if (by === "rate") return row.perSecond;
    return sample.type === "histogram"
      ? sample.summary[by as Percentile]
      : null;
  };
  return rows.map((row) => ({ row, key: read(row) })).sort((a, b) => {
    // What is unknown comes last, in both orders.
    if (a.key === null || b.key === null) {
      return Number(a.key === null) - Number(b.key === null);
    }
    if (a.key === b.key) return 0;
    return a.key < b.key ? -sign : sign;
  }).map(({ row }) => row);
}
