/**
 * Formats the reports of the profilers as text.
 *
 * @module
 */
import { checkObject } from "../checks/internal.ts";

/**
 * Formats a report as text: numbers and strings as lines with their paths,
 * lists as tables. Empty lists are omitted. A list within a row has a table of
 * its own if it has more than plain values.
 *
 * @example
 * ```ts
 * import { reportToText } from "@troupe/troupe/profile";
 *
 * const text = reportToText({ verdict: "found", stages: [{ name: "a", ms: 1.5 }] });
 * console.assert(text === "verdict  found\n\nstages\nname  ms\na     1.5\n");
 * ```
 *
 * @throws {TypeError} if the report is not an object.
 */
export function reportToText(report: object): string {
  checkObject("report", report, "the report of a profiler");
  const cells: string[][] = [];
  const tables: string[] = [];
  const walk = (path: string, value: unknown): void => {
    if (Array.isArray(value)) {
      if (value.length === 0) return;
      tables.push(`${path}\n${table(value)}`);
      for (const [index, row] of value.entries()) {
        for (const [name, rows] of innerTables(row)) {
          walk(`${path} ${index + 1} ${name}`, rows);
        }
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        walk(path === "" ? name : `${path}.${name}`, inner);
      }
    } else {
      cells.push([path, show(value)]);
    }
  };
  walk("", report);
  const scalars = cells.length === 0 ? [] : [align(cells)];
  return [...scalars, ...tables].join("\n\n") + "\n";
}

function table(rows: readonly unknown[]): string {
  const flat = rows.map(flatten);
  const names = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  const lines = flat.map((row) => names.map((name) => row.get(name) ?? ""));
  return align([names, ...lines]);
}

/** Returns the lists of a row that are too rich for a cell, by their names. */
function innerTables(row: unknown): [string, readonly unknown[]][] {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return [];
  return Object.entries(row).filter(([, value]) => isTable(value));
}

/** Whether a value is a list of objects that have objects in them. */
function isTable(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) &&
    value.some((one) =>
      typeof one === "object" && one !== null &&
      Object.values(one).some((inner) =>
        typeof inner === "object" && inner !== null
      )
    );
}

/** Returns the cells of a row, by their paths. */
function flatten(row: unknown): Map<string, string> {
  const cells = new Map<string, string>();
  const walk = (path: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) {
      cells.set(path === "" ? "value" : path, show(value));
    } else if (isTable(value)) {
      // It has a table of its own.
      cells.set(path, `${value.length} below`);
    } else if (Array.isArray(value)) {
      cells.set(path, value.map(inLine).join(", "));
    } else {
      for (const [name, inner] of Object.entries(value)) {
        walk(path === "" ? name : `${path}.${name}`, inner);
      }
    }
  };
  walk("", row);
  return cells;
}

function inLine(value: unknown): string {
  return typeof value === "object" && value !== null
    ? Object.values(value).map(inLine).join(" ")
    : show(value);
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value).replace(/\s+/g, " ");
  // Four significant digits, and no powers of ten.
  return Number.isInteger(value) || Math.abs(value) >= 1000
    ? String(Math.round(value))
    : String(Number(value.toPrecision(4)));
}

function align(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")
      .trimEnd()
  ).join("\n");
}
