/**
 * The actors that a client has stubs of, by number: the one that it connected
 * to, and those that it was given.
 *
 * @module
 */
import { MailboxFullError } from "../actor/mod.ts";
import type { ExitReason } from "../actor/mod.ts";
import { callGuarded } from "../actor/internal.ts";
import { ProtocolError } from "../session/mod.ts";
import { FrameType, MAX_TARGETS } from "./frames.ts";
import { Implementation, type RemoteClient } from "./implementation.ts";
import type { OperationKind } from "./operation.ts";
import type { NamedOperation } from "./protocol.ts";
import { ServedActor } from "./served_actor.ts";
import type { ServedOutput } from "./served_output.ts";
import type { ServedSettings } from "./served_settings.ts";

/** What a call is for. */
export interface Called {
  readonly actor: ServedActor;
  /** The number of the operation in its protocol. */
  readonly index: number;
  readonly named: NamedOperation;
}

/** The actors of one client. */
export class ServedActors {
  readonly #output: ServedOutput;
  readonly #client: RemoteClient;
  readonly #settings: ServedSettings;
  readonly #actors = new Map<number, ServedActor>();
  #next = 0;

  constructor(
    output: ServedOutput,
    client: RemoteClient,
    settings: ServedSettings,
  ) {
    this.#output = output;
    this.#client = client;
    this.#settings = settings;
  }

  /** Lets the client call an actor, until it releases it. */
  add(implementation: Implementation): ServedActor {
    const number = this.#next++;
    const actor = new ServedActor(
      number,
      implementation,
      this.#client,
      (reason) => this.#stopped(number, reason),
    );
    this.#actors.set(number, actor);
    return actor;
  }

  /**
   * Replies to a call with an actor.
   *
   * @throws {TypeError} if the value is no implementation of the protocol.
   * @throws {MailboxFullError} if the client holds as many as it may.
   */
  give(id: number, { name, operation }: NamedOperation, value: unknown): void {
    const { given } = operation;
    if (!(value instanceof Implementation) || value.protocol !== given) {
      throw new TypeError(
        `Cannot reply to ${name}: it gives an actor of ${given?.name}, so it must return what implement() makes of that`,
      );
    }
    if (
      this.#actors.size > this.#settings.maxGiven || this.#next >= MAX_TARGETS
    ) {
      throw new MailboxFullError(
        `Cannot give out another actor: the client holds ${
          this.#actors.size - 1
        }`,
      );
    }
    const { number, table } = this.add(value);
    this.#output.send(FrameType.GIVEN, id, [number, table]);
  }

  /**
   * Returns what a call is for, or `undefined` if that was released.
   *
   * @throws {ProtocolError} if there was never such an actor or operation.
   */
  called(number: number, kind: OperationKind): Called | undefined {
    const target = number >>> 8;
    const actor = this.#actors.get(target);
    if (actor === undefined && target < this.#next) return undefined;
    const index = number & 255;
    const named = actor?.operations[index];
    if (actor === undefined || named?.operation.kind !== kind) {
      throw new ProtocolError(
        `Cannot call operation ${index} of actor ${target}: there is no such ${kind}`,
      );
    }
    return { actor, index, named };
  }

  /** The client has no stub of an actor any more. */
  release(number: number): void {
    const actor = this.#actors.get(number);
    if (actor === undefined) return;
    this.#actors.delete(number);
    callGuarded(() => actor.release(), this.#settings.report);
  }

  /** The client has gone. */
  releaseAll(): void {
    for (const number of [...this.#actors.keys()]) this.release(number);
  }

  #stopped(number: number, reason: ExitReason): void {
    const { type } = reason;
    const body = type === "failed"
      ? { type, failure: this.#output.faultOf(reason.cause) }
      : { type };
    this.#output.send(FrameType.STOPPED, number, body);
  }
}
