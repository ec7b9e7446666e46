/**
 * The table for human eyes: fixed columns, so that a row can be printed as soon
 * as it is measured, before the widths of the later ones are known.
 *
 * @module
 */

import type { Row } from "./rows.ts";

const FIGURE_WIDTH = 12;
const UNIT_WIDTH = 5;
const RATIO_WIDTH = 8;

/** The line above the rows. */
export function tableHeader(nameWidth: number): string {
  return line(nameWidth, "name", "ours", "baseline", "unit", "ratio", "spread");
}

/** One row, aligned under {@linkcode tableHeader} of the same name width. */
export function tableRow(row: Row, nameWidth: number): string {
  return line(
    nameWidth,
    row.name,
    figure(row.ours),
    figure(row.baseline),
    row.unit,
    row.ratio.toFixed(3),
    row.spread.toFixed(3),
  );
}

/** Four significant digits, or all digits before the point if there are more. */
export function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(4);
}

function line(
  nameWidth: number,
  name: string,
  ours: string,
  baseline: string,
  unit: string,
  ratio: string,
  spread: string,
): string {
  return [
    name.padEnd(nameWidth),
    ours.padStart(FIGURE_WIDTH),
    baseline.padStart(FIGURE_WIDTH),
    unit.padEnd(UNIT_WIDTH),
    ratio.padStart(RATIO_WIDTH),
    spread.padStart(RATIO_WIDTH),
  ].join(" ");
}
