/**
 * A run beside an earlier one, as a part of the HTML report: a table with a
 * drawing of each change.
 *
 * @module
 */
import type { Comparison, Difference } from "../against/comparison.ts";
import {
  COMPARISON_TITLE,
  comparisonNotes,
  comparisonTable,
  relativeChange,
} from "./comparison_content.ts";
import { escapeHtml } from "./escape.ts";

const WIDTH = 160;
const HEIGHT = 16;
/** Greater changes end at the edge of the drawing. */
const MOST = 1;
const LEAST = 0.05;

const COLORS: Readonly<Record<Difference["finding"], string>> = {
  noise: "var(--muted)",
  unknown: "var(--muted)",
  better: "var(--good)",
  worse: "var(--bad)",
};

/** Returns the section of the report. */
export function comparisonHtml(comparison: Comparison): string {
  const { columns, rows } = comparisonTable(comparison);
  const { differences } = comparison;
  const limit = limitOf(differences);
  const lines = differences.map((difference, index) => {
    const cells = (rows[index] ?? []).map((cell) => escapeHtml(cell));
    const finding = cells.pop() ?? "";
    const color = COLORS[difference.finding];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}<td>${
      drawing(difference, limit)
    }</td><td style="color:${color}">${finding}</td></tr>`;
  });
  const head = [...columns.slice(0, -1), "drawn", columns.at(-1) ?? ""];
  return `<section><h2>${COMPARISON_TITLE}</h2>
${
    comparisonNotes(comparison)
      .map((note) => `<p>${escapeHtml(note)}</p>`).join("\n")
  }
<div class="wide" tabindex="0" role="region" aria-label="${COMPARISON_TITLE}"><table>
<tr>${head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join("")}</tr>
${lines.join("\n")}</table></div></section>`;
}

/** Returns the change at the edge of all drawings. */
function limitOf(differences: readonly Difference[]): number {
  const ends = differences.flatMap((difference) => {
    const { low = 0, high = 0 } = relativeChange(difference) ?? {};
    return [Math.abs(low), Math.abs(high)];
  });
  return Math.min(MOST, Math.max(LEAST, ...ends));
}

/** Draws an interval around what has changed, beside what has not. */
function drawing(difference: Difference, limit: number): string {
  const change = relativeChange(difference);
  const x = (part: number) => {
    const within = Math.max(-limit, Math.min(part, limit));
    return Math.round((within / limit + 1) / 2 * (WIDTH - 8) * 10) / 10 + 4;
  };
  const middle = HEIGHT / 2;
  const zero = `<path d="M${x(0)} 1V${
    HEIGHT - 1
  }" style="stroke:var(--line)"/>`;
  const color = COLORS[difference.finding];
  const bar = change === undefined
    ? ""
    : `<path d="M${x(change.low)} ${middle}H${
      x(change.high)
    }" style="stroke:${color};stroke-width:3"/><circle cx="${
      x(change.value)
    }" cy="${middle}" r="4" style="fill:${color}"/>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true">${zero}${bar}</svg>`;
}
