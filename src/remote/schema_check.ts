/**
 * Checks of messages by their schemas.
 *
 * @module
 */
import { InvalidMessageError, type MessageFault } from "./errors.ts";
import type {
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from "../codec/internal.ts";

/** The most faults that an error lists. */
const MAX_FAULTS = 16;

/**
 * Returns what a schema makes of a value, or a promise of it if the schema is
 * asynchronous.
 *
 * @throws {InvalidMessageError} if the value does not match, maybe as a
 * rejection.
 */
export function checkedBy(
  schema: StandardSchema | undefined,
  value: unknown,
  operation: string,
): unknown {
  if (schema === undefined) return value;
  const result = schema["~standard"].validate(value);
  return result instanceof Promise
    ? result.then((result) => valueOf(result, operation))
    : valueOf(result, operation);
}

/**
 * Checks what this side is about to send, as far as that needs no waiting: the
 * other side checks it in any case.
 *
 * @throws {InvalidMessageError} if the value does not match.
 */
export function checkSent(
  schema: StandardSchema | undefined,
  value: unknown,
  operation: string,
): void {
  if (schema === undefined) return;
  const checked = checkedBy(schema, value, operation);
  if (checked instanceof Promise) checked.catch(() => {});
}

function valueOf(result: SchemaResult<unknown>, operation: string): unknown {
  const { issues } = result;
  if (issues === undefined) return result.value;
  throw new InvalidMessageError(
    operation,
    issues.slice(0, MAX_FAULTS).map(faultOf),
  );
}

function faultOf({ message, path = [] }: SchemaIssue): MessageFault {
  return { message, path: path.map(step).join("").replace(/^\./, "") };
}

function step(part: PropertyKey | { readonly key: PropertyKey }): string {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? `[${key}]` : `.${String(key)}`;
}
