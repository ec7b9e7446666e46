/**
 * The calls of a client by its control connection, for the life of one session.
 *
 * @module
 */
import type { LogicalConnection } from "../../../session/mod.ts";
import { BusLimitError } from "../../errors.ts";
import {
  decodeFields,
  encodeFields,
  type Fields,
  fieldsField,
  numberField,
  type Operation,
  optionalNumber,
  textField,
} from "../control_protocol.ts";
import { fromFailure } from "../failures.ts";

/** Calls that may be pending. */
const MAX_CALLS = 10_000;

/** Calls and what comes of them. */
export class ControlClient {
  readonly #connection: LogicalConnection;
  readonly #pending = new Map<number, PromiseWithResolvers<Fields>>();
  #nextId = 1;
  #error: unknown;

  constructor(connection: LogicalConnection) {
    this.#connection = connection;
  }

  /** Asks the bus for something. */
  call(operation: Operation, fields: Fields): Promise<Fields> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#pending.size >= MAX_CALLS) {
      return Promise.reject(
        new BusLimitError(
          `Cannot ask the bus: ${MAX_CALLS} calls are pending, wait for some of them`,
        ),
      );
    }
    const id = this.#nextId++;
    let message: Uint8Array;
    try {
      message = encodeFields({ id, operation, fields });
    } catch (error) {
      return Promise.reject(error);
    }
    const pending = Promise.withResolvers<Fields>();
    this.#pending.set(id, pending);
    this.#connection.send(message).catch((error) => {
      this.#pending.delete(id);
      pending.reject(error);
    });
    return pending.promise;
  }

  /**
   * Takes what has come of a call.
   *
   * @throws {ProtocolError} if it is no such thing.
   */
  take(message: Uint8Array): void {
    const result = decodeFields(message);
    const id = numberField(result, "id");
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    const code = optionalNumber(result, "code");
    if (code === undefined) pending?.resolve(fieldsField(result, "result"));
    else {pending?.reject(
        fromFailure({ code, text: textField(result, "text") }),
      );}
  }

  /** The session was lost, or the bus is closed. */
  fail(error: unknown): void {
    this.#error ??= error;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}
