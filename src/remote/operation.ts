/**
 * The operations that a protocol is made of: their kinds, types and schemas.
 *
 * @module
 */
import { checkMethods, checkOptionNames } from "../checks/internal.ts";
import type { Encodable, MsgpackValue } from "../codec/mod.ts";
import type { Protocol } from "./protocol.ts";
import type { InputOf, OutputOf, StandardSchema } from "../codec/internal.ts";

/** What is done with an operation. */
export type OperationKind = "command" | "request" | "stream";

/** `T` where it can be sent, and `never` where it cannot, as at a `Date`. */
export type Sendable<T> = [T] extends [void] ? void
  : unknown extends T ? Encodable<T, MsgpackValue>
  : Encodable<T, MsgpackValue> | Extract<T, undefined>;

/**
 * An operation of a protocol, made by {@linkcode command},
 * {@linkcode request} or {@linkcode stream}.
 *
 * @typeParam Sent What the caller passes.
 * @typeParam Taken What the other side gets: what the schema makes of it.
 * @typeParam Replied What the other side returns.
 * @typeParam Received What the caller gets.
 */
export class Operation<
  Kind extends OperationKind = OperationKind,
  Sent = unknown,
  Taken = unknown,
  Replied = unknown,
  Received = unknown,
> {
  /** What is done with it. */
  readonly kind: Kind;
  /** The schema of what goes in, if there is one. */
  readonly in: StandardSchema | undefined;
  /** The schema of what comes out, if there is one. */
  readonly out: StandardSchema | undefined;
  /** The protocol of the actor that comes out, if one does. */
  readonly given: Protocol | undefined;
  /** The types, for the compiler alone. */
  readonly types?: {
    readonly sent: Sent;
    readonly taken: Taken;
    readonly replied: Replied;
    readonly received: Received;
  };

  /** Operations are made by the functions of their kinds. */
  constructor(kind: Kind, schemas: Schemas, given?: Protocol) {
    checkOptionNames<Schemas>(`${kind}()`, schemas, { in: true, out: true });
    for (const side of ["in", "out"] as const) {
      const schema = schemas[side];
      if (schema !== undefined) checkSchema(side, schema);
    }
    this.kind = kind;
    this.in = schemas.in;
    this.out = schemas.out;
    this.given = given;
  }
}

/** The types of an operation, for the compiler alone. */
export type OperationTypes<Op extends Operation> = NonNullable<Op["types"]>;

/** The schemas of an operation. */
export interface Schemas {
  /** The schema of what goes in. */
  readonly in?: StandardSchema;
  /** The schema of what comes out. */
  readonly out?: StandardSchema;
}

/** What a request returns that gives out an actor of a protocol. */
export interface Given<P extends Protocol> {
  /** The protocol of the actor. */
  readonly gives: P;
}

/** A command: it is told, and nothing comes back. */
export type Command<Sent, Taken = Sent> = Operation<
  "command",
  Sent,
  Taken,
  void,
  void
>;

/** A stream: many values come back, as fast as they are read. */
export type Stream<Sent, Received, Taken = Sent, Replied = Received> =
  Operation<"stream", Sent, Taken, Replied, Received>;

/** A request: one value comes back, or one failure. */
export class Request<Sent, Received, Taken = Sent, Replied = Received>
  extends Operation<"request", Sent, Taken, Replied, Received> {
  /**
   * Makes the request return an actor: its caller gets a stub of it, and the
   * other side returns what `implement` makes. The stub's end, and that of the
   * connection, releases the actor.
   *
   * @throws {TypeError} if the argument is no protocol.
   */
  returns<P extends Protocol>(
    protocol: P,
  ): Request<Sent, Given<P>, Taken, Given<P>> {
    return new Request(
      "request",
      this.in === undefined ? {} : {
        in: this.in,
      },
      protocol,
    );
  }
}

/** A command that takes no value. */
export function command(): Command<void>;
/**
 * A command whose type is written by hand: `command<{ by: number }>()`.
 */
export function command<Sent>(): Command<Sendable<Sent>>;
/**
 * A command whose messages are checked by a schema, before they are sent and
 * before the actor sees them.
 *
 * @throws {TypeError} if it is no schema.
 */
export function command<Schema extends StandardSchema>(
  schemas: { readonly in: Schema },
): Command<Sendable<InputOf<Schema>>, OutputOf<Schema>>;
export function command<Sent>(schemas: Schemas = {}): Command<Sent> {
  checkOptionNames<{ in?: unknown }>("command()", schemas, { in: true });
  return new Operation("command", schemas);
}

/** A request that takes no value, and whose reply says no more than that. */
export function request(): Request<void, void>;
/**
 * A request whose values are checked by schemas: what goes in before the actor
 * sees it, what comes out before the caller does.
 *
 * @throws {TypeError} if one is no schema.
 */
export function request<
  In extends StandardSchema,
  Out extends StandardSchema,
>(
  schemas: { readonly in: In; readonly out: Out },
): Request<
  Sendable<InputOf<In>>,
  OutputOf<Out>,
  OutputOf<In>,
  Sendable<InputOf<Out>>
>;
/**
 * A request whose types are written by hand, `request<void, number>()`, or come
 * from the schema on one side.
 *
 * @throws {TypeError} if one is no schema.
 */
export function request<Sent = void, Received = void>(
  schemas?: {
    readonly in?: StandardSchema<Sent>;
    readonly out?: StandardSchema<Received>;
  },
): Request<Sendable<Sent>, Sendable<Received>>;
export function request<Sent, Received>(
  schemas: Schemas = {},
): Request<Sent, Received> {
  return new Request("request", schemas);
}

/** A stream that takes no value, and whose values say no more than that. */
export function stream(): Stream<void, void>;
/**
 * A stream whose values are checked by schemas.
 *
 * @throws {TypeError} if one is no schema.
 */
export function stream<
  In extends StandardSchema,
  Out extends StandardSchema,
>(
  schemas: { readonly in: In; readonly out: Out },
): Stream<
  Sendable<InputOf<In>>,
  OutputOf<Out>,
  OutputOf<In>,
  Sendable<InputOf<Out>>
>;
/**
 * A stream whose types are written by hand, `stream<void, number>()`, or come
 * from the schema on one side.
 *
 * @throws {TypeError} if one is no schema.
 */
export function stream<Sent = void, Received = void>(
  schemas?: {
    readonly in?: StandardSchema<Sent>;
    readonly out?: StandardSchema<Received>;
  },
): Stream<Sendable<Sent>, Sendable<Received>>;
export function stream<Sent, Received>(
  schemas: Schemas = {},
): Stream<Sent, Received> {
  return new Operation("stream", schemas);
}

function checkSchema(side: string, schema: StandardSchema): void {
  const standard: unknown = typeof schema === "function" ||
      (typeof schema === "object" && schema !== null)
    ? schema["~standard"]
    : undefined;
  checkMethods(
    `the schema of ${side}`,
    standard,
    ["validate"],
    "a schema of a library that implements Standard Schema",
  );
}
