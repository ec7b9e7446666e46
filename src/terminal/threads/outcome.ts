/**
 * What one thread did for another: errors lose their class when they cross, so
 * those that a client reads cross as what makes the response.
 *
 * @module
 */
import { ActorStoppedError } from "../../actor/mod.ts";
import { Problem, type ProblemKind, problemOf } from "../http/problem.ts";

/** A result, or why there is none. */
export type Outcome<T> =
  | { readonly value: T }
  | {
    readonly kind: ProblemKind;
    readonly detail: string;
    readonly headers: Readonly<Record<string, string>>;
  };

/** Returns what a function has done, as it crosses to another thread. */
export async function outcomeOf<T>(
  act: () => T | Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { value: await act() };
  } catch (error) {
    const problem = error instanceof ActorStoppedError
      ? new Problem("not_found", "The session has ended")
      : problemOf(error);
    if (problem === undefined) {
      console.error("The terminal server failed:", error);
    }
    const { kind, message: detail, headers } = problem ??
      new Problem("failed", "See the log of the server");
    return { kind, detail, headers };
  }
}

/**
 * Returns the result of another thread.
 *
 * @throws {Problem} if there is none.
 */
export function valueOf<T>(outcome: Outcome<T>): T {
  if ("value" in outcome) return outcome.value;
  throw new Problem(outcome.kind, outcome.detail, outcome.headers);
}
