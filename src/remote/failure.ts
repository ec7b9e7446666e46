/**
 * Failures as data: what is sent of an error, and the error that is made of it.
 *
 * @module
 */
import {
  ActorStoppedError,
  AskTimeoutError,
  MailboxFullError,
} from "../actor/mod.ts";
import { CodecError } from "../codec/mod.ts";
import { RequestTimeoutError } from "../rpc/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import {
  InvalidMessageError,
  type MessageFault,
  RemoteError,
} from "./errors.ts";

/** What is sent of an error. A stack is never part of it. */
export interface RemoteFailure {
  /** The name of the error, such as `"RangeError"`. */
  readonly name: string;
  /** The text of the error; at most 1,024 characters of it are sent. */
  readonly message: string;
  /** The code of the error, if it has one. */
  readonly code?: string | number;
  /** What caused it, if the other side may know. */
  readonly cause?: RemoteFailure;
}

/** Which error the other side makes of a failure. */
type FaultKind = "failed" | "invalid" | "stopped" | "full" | "timed_out";

/** The body of a FAULT. */
export interface Fault extends RemoteFailure {
  readonly kind: FaultKind;
  readonly faults?: readonly MessageFault[];
}

/** The most characters of a text that are sent. */
const MAX_TEXT = 1024;
/** How many causes of causes are sent. */
const MAX_CAUSES = 8;

/**
 * Returns what is sent of an error unless the server says otherwise: its name,
 * its message, and its `code` if that is a string or a number.
 *
 * @example
 * ```ts
 * import { toRemoteFailure } from "@troupe/troupe/remote";
 *
 * const failure = toRemoteFailure(new RangeError("There are 3"));
 * console.assert(failure.name === "RangeError");
 * console.assert(failure.message === "There are 3");
 * ```
 */
export function toRemoteFailure(error: unknown): RemoteFailure {
  const name = error instanceof Error ? error.name : "Error";
  const code = typeof error === "object" && error !== null
    ? Reflect.get(error, "code")
    : undefined;
  const failure = { name, message: reasonOf(error) };
  return typeof code === "string" || typeof code === "number"
    ? { ...failure, code }
    : failure;
}

/** Returns what a FAULT says of an error. */
export function faultOf(
  error: unknown,
  describe: (error: unknown) => RemoteFailure,
): Fault {
  if (error instanceof InvalidMessageError) {
    const { name, message, faults } = error;
    return { kind: "invalid", ...bounded({ name, message }, 0), faults };
  }
  return { kind: kindOf(error), ...bounded(describe(error), 0) };
}

function kindOf(error: unknown): FaultKind {
  if (error instanceof ActorStoppedError) return "stopped";
  if (error instanceof MailboxFullError) return "full";
  if (
    error instanceof RequestTimeoutError || error instanceof AskTimeoutError
  ) return "timed_out";
  if (error instanceof CodecError) return "invalid";
  return "failed";
}

/** Returns a failure of a size that can be sent, whatever was described. */
function bounded(
  { name, message, code, cause }: RemoteFailure,
  depth: number,
): RemoteFailure {
  return {
    name: String(name).slice(0, MAX_TEXT),
    message: String(message).slice(0, MAX_TEXT),
    ...(code === undefined ? {} : {
      code: typeof code === "number" ? code : String(code).slice(0, MAX_TEXT),
    }),
    ...(cause === undefined || depth === MAX_CAUSES
      ? {}
      : { cause: bounded(cause, depth + 1) }),
  };
}

/** Returns the error that a FAULT of the other side becomes here. */
export function errorOf(body: unknown, operation: string): Error {
  const fault = asFailure(body, 0);
  const kind = field(body, "kind");
  const options = fault.cause === undefined ? {} : { cause: fault.cause };
  switch (kind) {
    case "invalid": {
      const faults = field(body, "faults");
      return new InvalidMessageError(
        operation,
        Array.isArray(faults) && faults.length > 0
          ? faults.map((one) => ({
            path: textOf(one, "path"),
            message: textOf(one, "message"),
          }))
          : [{ path: "", message: fault.text }],
      );
    }
    case "stopped":
      return new ActorStoppedError(fault.text, options);
    case "full":
      return new MailboxFullError(fault.text, options);
    case "timed_out":
      return new RequestTimeoutError(fault.text, options);
    default:
      return fault;
  }
}

function asFailure(body: unknown, depth: number): RemoteError {
  const code = field(body, "code");
  const cause = field(body, "cause");
  return new RemoteError(
    textOf(body, "name"),
    textOf(body, "message"),
    typeof code === "string" || typeof code === "number" ? code : undefined,
    cause === undefined || depth === MAX_CAUSES
      ? {}
      : { cause: asFailure(cause, depth + 1) },
  );
}

function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null
    ? Reflect.get(body, name)
    : undefined;
}

function textOf(body: unknown, name: string): string {
  const text = field(body, name);
  return typeof text === "string" ? text : "";
}
