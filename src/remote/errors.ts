/**
 * The errors of actors in other processes.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** Where a message differs from its schema, and how. */
export interface MessageFault {
  /** The place in the message, such as `items[2].price`; empty for all of it. */
  readonly path: string;
  /** What is wrong there, in the words of the schema. */
  readonly message: string;
}

/**
 * The other side has failed, and says why. Name, code and text are what it
 * sent, to be trusted no more than that side is; its stack is never sent. The
 * `cause` is another such error, if the other side sends causes.
 */
export class RemoteError extends TroupeError {
  /** The name of the error over there, such as `"RangeError"`. */
  readonly remoteName: string;
  /** The text of the error over there. */
  readonly text: string;
  /** The `code` of the error over there; `undefined` if it had none. */
  readonly code: string | number | undefined;

  /** Creates an error from what the other side has sent. */
  constructor(
    remoteName: string,
    text: string,
    code?: string | number,
    options?: ErrorOptions,
  ) {
    super(`The other side failed with ${remoteName}: ${text}`, options);
    this.remoteName = remoteName;
    this.text = text;
    this.code = code;
  }
}

/** A message does not match the schema of its operation. */
export class InvalidMessageError extends TroupeError {
  /** All that is wrong, in the order of the schema; never empty. */
  readonly faults: readonly MessageFault[];

  /** Creates an error that names the first fault. */
  constructor(operation: string, faults: readonly MessageFault[]) {
    const [first] = faults;
    const where = first === undefined || first.path === ""
      ? "it"
      : `its ${first.path}`;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
    super(
      `Cannot use the message of ${operation}: ${where} is wrong, ${
        first?.message ?? "says its schema"
      }${more}`,
    );
    this.faults = faults;
  }
}

/**
 * The other side does not have an operation, or has one of another kind under
 * its name: it is older or newer.
 */
export class UnknownOperationError extends TroupeError {
  /** The name of the operation. */
  readonly operation: string;

  /** Creates an error for an operation of a protocol. */
  constructor(protocol: string, operation: string, options?: ErrorOptions) {
    super(
      `Cannot call ${operation}: the other side of ${protocol} has no such operation`,
      options,
    );
    this.operation = operation;
  }
}

/** The other side serves another version of the protocol. */
export class ProtocolMismatchError extends TroupeError {
  /** The versions that it serves, such as `["counter/2"]`. */
  readonly served: readonly string[];

  /** Creates an error for a protocol, and what is served in its place. */
  constructor(protocol: string, served: readonly string[]) {
    super(
      `Cannot connect as ${protocol}: the other side serves ${
        served.join(", ")
      }, use the same version on both sides`,
    );
    this.served = served;
  }
}
