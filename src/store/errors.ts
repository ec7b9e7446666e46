/**
 * The errors of a store.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** The base class of the errors of a store. */
export class StoreError extends TroupeError {}

/** There is no record of that id, or it may not be seen. */
export class RecordNotFoundError extends StoreError {}

/** A rule refuses the record, as it would be after it was created or changed. */
export class RuleRefusedError extends StoreError {}

/** One thing that is wrong with a record or with another input. */
export interface InvalidIssue {
  /** The fields that lead to it, such as `"title"` or `"address.city"`. */
  readonly path: string;
  /** What is needed there, such as `"a text of at most 80 characters"`. */
  readonly needed: string;
  /** The value as it is shown in texts; secrets and long values are not. */
  readonly value: string;
}

/** A record, or the input of a stored function, is not valid. */
export class InvalidRecordError extends StoreError {
  /** Everything that is wrong, at least one thing. */
  readonly issues: readonly InvalidIssue[];

  /**
   * Creates the error with everything that is wrong.
   *
   * @param what What is not valid, such as `"a record of tasks"`.
   */
  constructor(
    what: string,
    issues: readonly InvalidIssue[],
    options?: ErrorOptions,
  ) {
    const list = issues.map(({ path, value, needed }) =>
      `${path === "" ? "it" : path} is ${value}, it must be ${needed}`
    );
    super(`Cannot use ${what}: ${list.join("; ")}`, options);
    this.issues = issues;
  }
}

/** Another record has the same values in fields that are unique. */
export class NotUniqueError extends StoreError {
  /** The name of the collection. */
  readonly collection: string;
  /** The fields whose values are taken. */
  readonly fields: readonly string[];

  /** Creates the error of a collection and its fields. */
  constructor(
    collection: string,
    fields: readonly string[],
    options?: ErrorOptions,
  ) {
    super(
      `Cannot write a record of ${collection}: another one has the same ${
        fields.join(" and ")
      }, choose another value`,
      options,
    );
    this.collection = collection;
    this.fields = fields;
  }
}

/** A record cannot be deleted, as others that must not be without it relate to it. */
export class RecordInUseError extends StoreError {}

/** More waits for the store than it takes: come back later. */
export class StoreBusyError extends StoreError {}

/** A query or a stored function took longer than it may. */
export class StoreTimeoutError extends StoreError {}

/** A read finds more rows than it may return. */
export class TooManyRowsError extends StoreError {}

/** The disk, or the size that the file may have, is full. */
export class StoreFullError extends StoreError {}

/** The file is damaged, or is not the file of a store. */
export class StoreCorruptError extends StoreError {}

/** Another process, or another store of this one, has the file. */
export class StoreLockedError extends StoreError {}

/** The file cannot be opened, read or written; see `cause`. */
export class StoreFileError extends StoreError {}

/** The program lacks a permission of Deno that the store needs. */
export class StorePermissionError extends StoreError {
  /** The flag of Deno that gives it, such as `"--allow-read"`. */
  readonly flag: string;

  /** Creates the error of a flag. */
  constructor(message: string, flag: string, options?: ErrorOptions) {
    super(message, options);
    this.flag = flag;
  }
}

/** The store was closed, or has ended with its actor system. */
export class StoreClosedError extends StoreError {}

/**
 * The thread of the store has ended before it could reply. A write that was
 * under way may have been done or not.
 */
export class StoreLostError extends StoreError {}

/** The change log no longer reaches back to the cursor. */
export class ChangesLostError extends StoreError {
  /** The cursor from which on there are changes. */
  readonly firstCursor: string;

  /**
   * Creates the error with the place from which one can go on.
   *
   * @param firstCursor The cursor before the oldest change that is kept.
   */
  constructor(message: string, firstCursor: string, options?: ErrorOptions) {
    super(message, options);
    this.firstCursor = firstCursor;
  }
}

/** The collections differ from what the file has, and a migration is needed. */
export class SchemaDifferenceError extends StoreError {
  readonly #steps: readonly string[];

  /** Creates the error of the steps that are needed. */
  constructor(message: string, steps: readonly string[]) {
    super(message);
    this.#steps = steps;
  }

  /** SQL, or a sentence where SQL alone cannot do it, for each difference. */
  get steps(): readonly string[] {
    // No property: whoever prints the error sees them once, in its message.
    return this.#steps;
  }
}

/** A migration has failed, or is not the one that was run before. */
export class MigrationError extends StoreError {}
