/**
 * The specification of a supervised child.
 *
 * @module
 */
import { checkOneOf } from "../checks/internal.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import { BaseCell } from "./base_cell.ts";
import type { ActorRef } from "./ref.ts";
import { RESTART_POLICIES, type RestartPolicy } from "./supervision_state.ts";

/** The specification of a child for its supervisor. */
export interface ChildSpec<M> extends SpawnOptions<M> {
  /** The behaviour that the child runs. */
  readonly behavior: Behavior<M>;
  /**
   * When the supervisor restarts the child.
   * @default {"permanent"}
   */
  readonly restart?: RestartPolicy;
  /**
   * Whether the end of this child can end the supervisor, see `autoShutdown`. A
   * permanent child cannot be significant: it never ends by itself.
   * @default {false}
   */
  readonly significant?: boolean;
}

/** A checked child specification; `Child<never>` stands for any type. */
export class Child<in M> {
  /** The name of the child; `undefined` to be given a short number. */
  readonly name: string | undefined;
  /** When the supervisor restarts the child. */
  readonly restart: RestartPolicy;
  /** Whether the end of this child can end the supervisor. */
  readonly significant: boolean;
  readonly #spawn: (supervisor: BaseCell, name: string) => ActorRef<M>;
  readonly #refs = new WeakMap<object, ActorRef<M>>();
  readonly #original: Child<M> | undefined;

  /**
   * Checks a specification, as {@linkcode child} does. A copy of a child is
   * for another actor, and knows that actor alone.
   *
   * @throws {TypeError} if the child is both significant and permanent, or
   * `restart` is not a restart policy.
   */
  constructor(from: ChildSpec<M> | Child<M>) {
    this.name = from.name;
    this.restart = from.restart ?? "permanent";
    checkOneOf("restart", this.restart, RESTART_POLICIES);
    this.significant = from.significant ?? false;
    this.#original = from instanceof Child ? from : undefined;
    this.#spawn = from instanceof Child
      ? from.#spawn
      : (supervisor, name) =>
        supervisor.spawnChild(from.behavior, { ...from, name }, true);
    if (this.significant && this.restart === "permanent") {
      throw new TypeError(
        "Cannot use significant: the child is permanent and never ends by itself, make it transient or temporary",
      );
    }
  }

  /** Returns the latest actor of this child under `supervisor`, if any. */
  under(supervisor: object): ActorRef<M> | undefined {
    return this.#refs.get(supervisor);
  }

  /**
   * Creates the actor, which its supervisor starts.
   *
   * @throws {TypeError} if `supervisor` is not an actor.
   */
  spawn(supervisor: object, name: string): ActorRef<M> {
    if (!(supervisor instanceof BaseCell)) {
      throw new TypeError("Cannot start a child: its parent is not an actor");
    }
    const ref = this.#spawn(supervisor, name);
    this.#refs.set(supervisor, ref);
    if (this.#original !== undefined) {
      this.#original.#refs.set(supervisor, ref);
    }
    return ref;
  }
}

/**
 * Specifies a child for a {@linkcode supervisor}.
 *
 * @throws {TypeError} if the child is both significant and permanent, or
 * `restart` is not a restart policy.
 */
export function child<M>(spec: ChildSpec<M>): Child<M> {
  return new Child(spec);
}
