/**
 * The specification of a supervised child.
 *
 * @module
 */
import {
  checkBoolean,
  checkDuration,
  checkOneOf,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import {
  checkBehavior,
  checkSpawnValues,
  SPAWN_OPTIONS,
} from "./argument_checks.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import type { BaseCell } from "./base_cell.ts";
import { resolveMailboxOptions } from "./mailbox.ts";
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
  /**
   * Milliseconds that a start of the child may take. Then it fails with
   * {@linkcode StartTimeoutError}, as if it had thrown that, and the children
   * after it no longer wait for its first start under `one_for_one`. The start
   * of a supervisor includes those of its children.
   * @default {60_000; Infinity for a supervisor, whose children have their own}
   */
  readonly startMs?: number;
}

const SPEC_OPTIONS: OptionNames<ChildSpec<unknown>> = {
  ...SPAWN_OPTIONS,
  behavior: true,
  restart: true,
  significant: true,
  startMs: true,
};

/** Creates the actor of a child; set by its class, for this file. */
let spawnIn: <M>(
  child: Child<M>,
  supervisor: BaseCell,
  name: string,
) => BaseCell & ActorRef<M>;

/** A checked child specification; `Child<never>` stands for any type. */
export class Child<in M> {
  /** The name of the child; `undefined` to be given a short number. */
  readonly name: string | undefined;
  /** When the supervisor restarts the child. */
  readonly restart: RestartPolicy;
  /** Whether the end of this child can end the supervisor. */
  readonly significant: boolean;
  /** Milliseconds that a start may take; `undefined` for the default. */
  readonly startMs: number | undefined;
  readonly #spawn: (
    supervisor: BaseCell,
    name: string,
  ) => BaseCell & ActorRef<M>;
  readonly #refs = new WeakMap<ActorRef<never>, ActorRef<M>>();
  readonly #original: Child<M> | undefined;

  /**
   * Checks a specification, as {@linkcode child} does. A copy of a child is
   * for another actor, and knows that actor alone.
   *
   * @throws {TypeError} if an option is missing, has the wrong type or is not
   * known, or the child is both significant and permanent.
   * @throws {RangeError} if a number is out of its range.
   */
  constructor(from: ChildSpec<M> | Child<M>) {
    if (!(from instanceof Child)) checkSpec(from);
    this.name = from.name;
    this.restart = from.restart ?? "permanent";
    this.significant = from.significant ?? false;
    this.startMs = from.startMs;
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

  /** Returns the latest actor of this child under a supervisor, if any. */
  under(supervisor: ActorRef<never>): ActorRef<M> | undefined {
    return this.#refs.get(supervisor);
  }

  static {
    spawnIn = (child, supervisor, name) => {
      const cell = child.#spawn(supervisor, name);
      child.#refs.set(supervisor, cell);
      if (child.#original !== undefined) {
        child.#original.#refs.set(supervisor, cell);
      }
      return cell;
    };
  }
}

/** Checks now what its supervisor would only find out when it starts a child. */
function checkSpec<M>(spec: ChildSpec<M>): void {
  checkOptionNames<ChildSpec<M>>("child()", spec, SPEC_OPTIONS);
  const { behavior, mailbox, restart, significant, startMs } = spec;
  checkBehavior(behavior);
  checkSpawnValues(spec);
  resolveMailboxOptions(mailbox);
  if (restart !== undefined) checkOneOf("restart", restart, RESTART_POLICIES);
  if (significant !== undefined) checkBoolean("significant", significant);
  if (startMs !== undefined) checkDuration("startMs", startMs);
}

/**
 * Checks that an argument is a child, and not only its specification.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkChild(name: string, child: unknown): void {
  if (child instanceof Child) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${
      shown(child)
    }, it must be what child({ … }) returns`,
  );
}

/** Creates the actor of a child, which its supervisor then starts. */
export function spawnSupervised<M>(
  child: Child<M>,
  supervisor: BaseCell,
  name: string,
): BaseCell & ActorRef<M> {
  return spawnIn(child, supervisor, name);
}

/**
 * Specifies a child for a {@linkcode supervisor}. The result also finds the
 * child later, with {@linkcode findChild}.
 *
 * @example
 * ```ts
 * import { ActorSystem, type Behavior, child, findChild, supervisor } from "@troupe/troupe";
 *
 * const echo: Behavior<string> = () => ({ receive: console.log });
 *
 * await using system = new ActorSystem();
 * const first = child({ name: "first", behavior: echo });
 * const second = child({ name: "second", behavior: echo, restart: "transient" });
 * const root = system.spawn(supervisor({ children: [first, second] }));
 * (await findChild(root, second)).tell("hello");
 * ```
 *
 * @throws {TypeError} if an option is missing, has the wrong type or is not
 * known, or the child is both significant and permanent.
 * @throws {RangeError} if a number is out of its range.
 */
export function child<M>(spec: ChildSpec<M>): Child<M> {
  return new Child(spec);
}
