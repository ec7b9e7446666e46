/**
 * A child as its supervisor is told of it.
 *
 * @module
 */
import { checkOneOf } from "../checks/internal.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import { BaseCell } from "./base_cell.ts";
import type { ActorRef } from "./ref.ts";
import { RESTART_POLICIES, type RestartPolicy } from "./supervision_state.ts";

/** What a supervisor needs to know of a child. */
export interface ChildSpec<M> extends SpawnOptions<M> {
  /** What the child does. */
  readonly behavior: Behavior<M>;
  /**
   * When it is restarted.
   * @default {"permanent"}
   */
  readonly restart?: RestartPolicy;
  /**
   * Whether its end can end the supervisor, see `autoShutdown`. A permanent
   * child cannot be significant: it never ends by itself.
   * @default {false}
   */
  readonly significant?: boolean;
}

/** A child of a supervisor. `Child<never>` stands for one of any type. */
export class Child<in M> {
  /** Its name among its siblings; `undefined` for a short number. */
  readonly name: string | undefined;
  /** When it is restarted. */
  readonly restart: RestartPolicy;
  /** Whether its end can end the supervisor. */
  readonly significant: boolean;
  readonly #spawn: (supervisor: BaseCell, name: string) => ActorRef<M>;
  readonly #refs = new WeakMap<object, ActorRef<M>>();
  readonly #original: Child<M> | undefined;

  /**
   * Checks the specification; see {@linkcode child}. The copy of a child is
   * for one more actor, and knows that one alone.
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
        "Cannot make a permanent child significant: it never ends by itself, use transient or temporary",
      );
    }
  }

  /** The actor that this child had last under `supervisor`, if any. */
  under(supervisor: object): ActorRef<M> | undefined {
    return this.#refs.get(supervisor);
  }

  /**
   * Makes the actor, which begins when its supervisor says so.
   *
   * @throws {TypeError} when `supervisor` is no actor.
   */
  spawn(supervisor: object, name: string): ActorRef<M> {
    if (!(supervisor instanceof BaseCell)) {
      throw new TypeError("Cannot start a child: its parent is no actor");
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
 * Describes a child for {@linkcode supervisor}.
 *
 * @throws {TypeError} for a child that is significant and permanent.
 */
export function child<M>(spec: ChildSpec<M>): Child<M> {
  return new Child(spec);
}
