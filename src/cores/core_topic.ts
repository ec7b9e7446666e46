/**
 * What a program and its workers talk about, with the types of both sides.
 *
 * @module
 */
import { checkFunction, checkString } from "../checks/internal.ts";

/**
 * Handles the requests of a topic, and returns the reply. What it throws is the
 * message of the {@linkcode CoreRequestError} at the other side.
 *
 * @param from The index of the worker that asks; -1 for the main thread.
 */
export type CoreHandler<Request, Reply> = (
  request: Request,
  from: number,
) => Reply | PromiseLike<Reply>;

/** A topic together with who handles it, of whatever types. */
export interface HandledTopic {
  /** The name of the topic. */
  readonly name: string;
  /** Handles a request; it was checked to be of the topic by the compiler. */
  readonly handle: CoreHandler<never, unknown>;
}

/**
 * A topic that a program and its workers ask each other about. Both sides
 * import the same one; its name is what crosses, so two topics need two names.
 * Requests and replies are copied by the structured clone algorithm.
 *
 * @example
 * ```ts
 * import { CoreTopic } from "@troupe/troupe/cores";
 *
 * export const openRooms = new CoreTopic<{ prefix: string }, string[]>("rooms");
 * ```
 */
export class CoreTopic<in out Request, in out Reply = void> {
  /** The name of the topic, the same on all threads. */
  readonly name: string;

  /**
   * Creates a topic of that name.
   *
   * @throws {TypeError} if the name is not a string.
   */
  constructor(name: string) {
    checkString("name", name);
    this.name = name;
  }

  /**
   * Returns this topic with who handles it, for the option `handlers`.
   *
   * @throws {TypeError} if the handler is not a function.
   */
  handledBy(handler: CoreHandler<Request, Reply>): HandledTopic {
    checkFunction("handler", handler);
    return { name: this.name, handle: handler };
  }
}
