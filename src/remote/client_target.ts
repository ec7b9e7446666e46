/**
 * One actor of the other side, as the connection to it knows it.
 *
 * @module
 */
import type { ExitReason } from "../actor/mod.ts";
import { errorOf } from "./failure.ts";
import type { ClientLink } from "./client_link.ts";
import { NO_OPERATION, operationNumber } from "./frames.ts";
import { operationList, type Protocol } from "./protocol.ts";

/** Why there is no actor any more to whom a stub could speak. */
export type RemoteEnd =
  /** It has stopped, or was stopped or killed. */
  | {
    readonly type: "stopped";
    readonly reason: Exclude<ExitReason["type"], "failed">;
  }
  /** It has crashed; the cause is what the other side says of it. */
  | { readonly type: "failed"; readonly cause: unknown }
  /**
   * The connection to it has ended, such as with a `SessionLostError`. What
   * became of the actor is not known.
   */
  | { readonly type: "unavailable"; readonly cause: unknown };

/** An actor that can be called over a link. */
export class ClientTarget {
  /** The numbers of the operations over there, by those of this side. */
  readonly numbers: readonly number[];
  /** Why it cannot be called any more. */
  end: RemoteEnd | undefined;
  /** Called once at its end. */
  onEnd: ((end: RemoteEnd) => void) | undefined;

  /**
   * @param table What the other side says that there is.
   */
  constructor(
    readonly link: ClientLink,
    readonly number: number,
    readonly protocol: Protocol,
    table: readonly unknown[],
  ) {
    const indexes = new Map<string, number>();
    table.forEach((entry, index) => {
      if (Array.isArray(entry)) indexes.set(`${entry[1]} ${entry[0]}`, index);
    });
    this.numbers = operationList(protocol).map(({ name, operation }) => {
      const index = indexes.get(`${operation.kind} ${name}`);
      return index === undefined
        ? NO_OPERATION
        : operationNumber(number, index);
    });
  }

  /** It cannot be called any more. */
  finish(end: RemoteEnd): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.onEnd?.(end);
  }
}

/** Returns the end of an actor, as the other side tells it. */
export function endOf(body: unknown): RemoteEnd {
  const isObject = typeof body === "object" && body !== null;
  const type = isObject ? Reflect.get(body, "type") : undefined;
  if (type === "failed" && isObject) {
    const cause = errorOf(Reflect.get(body, "failure"), "the actor");
    return { type, cause };
  }
  const reason = type === "normal" || type === "killed" ? type : "shutdown";
  return { type: "stopped", reason };
}
