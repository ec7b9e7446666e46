/**
 * One actor, or table of handlers, that a client has a stub of.
 *
 * @module
 */
import type { ExitReason } from "../actor/mod.ts";
import { onGone } from "../actor/internal.ts";
import {
  type Binding,
  bindingOf,
  type Implementation,
  type RemoteClient,
} from "./implementation.ts";
import { type NamedOperation, operationList } from "./protocol.ts";

/** What a client can call until it releases it. */
export class ServedActor {
  readonly binding: Binding;
  readonly operations: readonly NamedOperation[];
  readonly #unwatch: (() => void) | undefined;

  /**
   * @param stopped Called when the actor is gone before the client.
   */
  constructor(
    readonly number: number,
    implementation: Implementation,
    client: RemoteClient,
    stopped: (reason: ExitReason) => void,
  ) {
    this.operations = operationList(implementation.protocol);
    this.binding = bindingOf(implementation, client);
    const { ref } = this.binding;
    if (ref !== undefined) this.#unwatch = onGone(ref, stopped);
  }

  /** The names and kinds of the operations, for the other side. */
  get table(): [string, string][] {
    return this.operations.map(({ name, operation }) => [name, operation.kind]);
  }

  /** Frees what was made for the client alone. */
  release(): unknown {
    this.#unwatch?.();
    return this.binding.end();
  }
}
