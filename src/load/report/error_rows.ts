/**
 * The errors of a run, in words.
 *
 * @module
 */
import type { LoadResult } from "../result.ts";
import type { RunError } from "../result_details.ts";
import { phaseText } from "../run/phases.ts";
import { count, duration } from "./numbers.ts";

/** The title of the errors in all reports. */
export const ERRORS_TITLE = "Errors in all phases";

/** An error, each part of it as a text. */
export interface ErrorRow {
  readonly count: string;
  readonly operation: string;
  readonly message: string;
  /** When it came first, and how often in which phases. */
  readonly when: string;
  /** Where it was sent, and the status; `undefined` if neither is known. */
  readonly request: string | undefined;
  /** The beginning of what was received. */
  readonly body: string | undefined;
}

/** Returns the errors of a run, the most frequent first. */
export function errorRows({ errors }: LoadResult): ErrorRow[] {
  return errors.map((error) => ({
    count: count(error.count),
    operation: error.operation,
    message: error.message,
    when: whenText(error),
    request: requestText(error),
    body: error.example?.body ?? undefined,
  }));
}

function whenText({ firstMs, phases }: RunError): string {
  const parts = (["ramp_up", "steady", "ramp_down"] as const).flatMap(
    (name) => {
      const times = phases[name];
      return times === undefined
        ? []
        : [`${count(times)} in ${phaseText(name)}`];
    },
  );
  return [`first at ${duration(firstMs)}`, ...parts].join(", ");
}

function requestText({ example }: RunError): string | undefined {
  if (example === null) return undefined;
  const { address, status } = example;
  const parts = [
    ...address === null ? [] : [address],
    ...Number.isFinite(status) ? [`status ${status}`] : [],
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}
