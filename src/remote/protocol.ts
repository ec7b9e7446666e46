/**
 * A protocol of actors: what both sides import.
 *
 * @module
 */
import { checkObject, checkString, kindOf } from "../checks/internal.ts";
import { Operation } from "./operation.ts";

/** The operations of a protocol, by name. */
export type Operations = Readonly<Record<string, Operation>>;

/** Names that a stub has for itself, or that would make it a promise. */
export type ReservedName =
  | "watch"
  | "ready"
  | "stats"
  | "close"
  | "then";

const RESERVED: Readonly<Record<ReservedName, true>> = {
  watch: true,
  ready: true,
  stats: true,
  close: true,
  then: true,
};

/** Operations of which none has a name of the stub itself. */
export type WithoutReserved<Ops> = {
  readonly [Name in keyof Ops & ReservedName]: never;
};

/** The most operations of a protocol: their numbers are one byte. */
const MAX_OPERATIONS = 256;
/** Bytes of the longest name of a protocol, which is a connection's id. */
const MAX_NAME_BYTES = 255;

/** What an actor in another process can be told and asked. */
export class Protocol<Ops extends Operations = Operations> {
  /** The name with its version, such as `"counter/1"`. */
  readonly name: string;
  /** The operations by name. */
  readonly operations: Ops;

  /** Protocols are made by {@linkcode protocol}. */
  constructor(name: string, operations: Ops) {
    this.name = name;
    this.operations = operations;
  }
}

/**
 * Makes a protocol from its name and its operations. The name ends with a
 * version, which both sides must agree on: change it when messages change so
 * that the other side would misread them. To add an operation needs no new
 * version, as a call of one that the other side lacks is a typed error.
 *
 * @example
 * ```ts
 * import { command, protocol, request, stream } from "@troupe/troupe/remote";
 *
 * const Counter = protocol("counter/1", {
 *   add: command<{ by: number }>(),
 *   read: request<void, number>(),
 *   changes: stream<void, number>(),
 * });
 * console.assert(Counter.name === "counter/1");
 * ```
 *
 * @throws {TypeError} if the name is not like `"counter/1"`, an operation is
 * none, or has a name that stubs have for themselves: `watch`, `ready`,
 * `stats`, `close` or `then`.
 * @throws {RangeError} if there are more than 256 operations, or the name has
 * more than 255 bytes.
 */
export function protocol<Ops extends Operations>(
  name: string,
  operations: Ops & WithoutReserved<Ops>,
): Protocol<Ops> {
  checkName(name);
  checkObject(
    "operations",
    operations,
    "an object, such as { add: command() }",
  );
  const names = Object.keys(operations);
  for (const operation of names) checkOperation(operation, operations);
  if (names.length > MAX_OPERATIONS) {
    throw new RangeError(
      `Cannot use operations: there are ${names.length}, the limit is ${MAX_OPERATIONS}`,
    );
  }
  return new Protocol<Ops>(name, Object.freeze({ ...operations }));
}

function checkName(name: unknown): void {
  checkString("name", name);
  if (!/^[^/\s][^\s]*\/\d+$/.test(name)) {
    throw new TypeError(
      `Cannot use name: it is ${
        JSON.stringify(name)
      }, it must end with a version, such as "counter/1"`,
    );
  }
  const { length } = new TextEncoder().encode(name);
  if (length > MAX_NAME_BYTES) {
    throw new RangeError(
      `Cannot use name: it has ${length} bytes, the limit is ${MAX_NAME_BYTES}`,
    );
  }
}

function checkOperation(name: string, operations: Operations): void {
  const operation: unknown = operations[name];
  if (Object.hasOwn(RESERVED, name) || name in Object.prototype) {
    throw new TypeError(
      `Cannot use the operation ${name}: every stub has a ${name} of its own, choose another name`,
    );
  }
  if (operation instanceof Operation) return;
  throw new TypeError(
    `Cannot use the operation ${name}: it is ${
      kindOf(operation)
    }, it must be a command(), request() or stream()`,
  );
}

/** Returns the name of a protocol without its version; all of another text. */
export function withoutVersion(name: string): string {
  const end = name.lastIndexOf("/");
  return end === -1 ? name : name.slice(0, end);
}

/** An operation with its name; its place in the list is its number. */
export interface NamedOperation {
  readonly name: string;
  readonly operation: Operation;
}

const lists = new WeakMap<Protocol, readonly NamedOperation[]>();

/** Returns the operations of a protocol by their numbers. */
export function operationList(protocol: Protocol): readonly NamedOperation[] {
  let list = lists.get(protocol);
  if (list === undefined) {
    list = Object.entries(protocol.operations)
      .map(([name, operation]) => ({ name, operation }));
    lists.set(protocol, list);
  }
  return list;
}
