/**
 * An actor's place in the tree: its name, its children, and the watchers of its
 * end.
 *
 * @module
 */
import type { Behavior, SpawnOptions } from "./behavior.ts";
import type { BaseCell } from "./base_cell.ts";
import { ChildTable } from "./child_table.ts";
import type { SystemCore } from "./core.ts";
import { TroupeError } from "./errors.ts";
import type { ActorRef, ExitReason } from "./ref.ts";
import type { WorkDone } from "./snapshot.ts";
import { pathsOf } from "./tree_walk.ts";

/** The exit reasons without data are shared objects. */
export const NORMAL: ExitReason = { type: "normal" };
/** See {@linkcode NORMAL}. */
export const SHUTDOWN: ExitReason = { type: "shutdown" };
/** See {@linkcode NORMAL}. */
export const KILLED: ExitReason = { type: "killed" };

/** How a parent stops its children: all together, or last to first. */
export type StopOrder = "together" | "last_first";

const NOTHING_DONE: WorkDone = { processed: 0, restarts: 0, busyMs: 0 };

/** Names of a path that the text of an error shows. */
const SHOWN_NAMES = 32;

/** The part of an actor that its parent and its children use. */
export abstract class TreeNode {
  readonly core: SystemCore;
  readonly parent: BaseCell | undefined;
  readonly name: string;
  /** Why the current life ends, or the last one ended. */
  protected exit: ExitReason = SHUTDOWN;
  protected childCells: ChildTable<BaseCell> | undefined;
  #nextName = 1;
  #watchers: Set<(reason: ExitReason) => void> | undefined;
  #gone: PromiseWithResolvers<ExitReason> | undefined;

  constructor(core: SystemCore, parent: BaseCell | undefined, name: string) {
    this.core = core;
    this.parent = parent;
    this.name = name;
  }

  get path(): string {
    const names: string[] = [];
    let { name, parent } = this;
    while (parent !== undefined) {
      names.push(name);
      ({ name, parent } = parent);
    }
    return `/${names.reverse().join("/")}`;
  }

  /**
   * The path for the text of an error; of a very long one only its end, because
   * the end of a deep tree makes such a text for each of its actors.
   */
  get shownPath(): string {
    let shown = "";
    let { name, parent } = this;
    for (let left = SHOWN_NAMES; parent !== undefined; left--) {
      if (left === 0) return `…${shown}`;
      shown = `/${name}${shown}`;
      ({ name, parent } = parent);
    }
    return shown || "/";
  }

  /** Whether the actor is not gone for good. */
  abstract get alive(): boolean;

  /** Ends the life with a failure. */
  abstract crash(cause: unknown): void;

  /** Starts a child, under a name that is free. */
  abstract spawnChild<C>(
    behavior: Behavior<C>,
    options: SpawnOptions<C> | undefined,
    supervised?: boolean,
  ): BaseCell & ActorRef<C>;

  /**
   * The children that are not gone, in the order in which they were spawned.
   */
  get children(): BaseCell[] {
    return this.childCells === undefined ? [] : [...this.childCells.values()];
  }

  /**
   * Returns the name for a new child: the given one, or a short number.
   *
   * @throws {TypeError} if the given name is empty or contains a `/`.
   * @throws {TroupeError} if a child has it already.
   */
  protected nameChild(given: string | undefined): string {
    if (given === undefined) return this.freeName();
    const shown = JSON.stringify(given);
    if (given === "" || given.includes("/")) {
      throw new TypeError(
        `Cannot spawn: the name is ${shown}, it must not be empty or contain a "/"`,
      );
    }
    if (this.hasChild(given)) {
      throw new TroupeError(
        `Cannot spawn: the name ${shown} is taken by another child of ${this.shownPath}`,
      );
    }
    return given;
  }

  /** Returns a short number that no child has as its name. */
  freeName(): string {
    let name: string;
    do name = String(this.#nextName++); while (this.hasChild(name));
    return name;
  }

  /** Number of children that are not gone. */
  get childCount(): number {
    return this.childCells?.size ?? 0;
  }

  /** Work of the descendants that are gone. */
  get gone(): WorkDone {
    return this.childCells?.gone ?? NOTHING_DONE;
  }

  /** Whether a child of this name is not gone. */
  hasChild(name: string): boolean {
    return this.childCells?.has(name) ?? false;
  }

  /** Adds a new child to the tree. */
  protected addChild(child: BaseCell): void {
    (this.childCells ??= new ChildTable()).set(child.name, child);
  }

  /** Moves a child behind all its siblings. */
  moveLast(child: BaseCell): void {
    if (this.childCells?.delete(child.name)) this.addChild(child);
  }

  /**
   * Adds this actor and its descendants to the report of a shutdown, if any.
   */
  reportKilled(): void {
    const { killed } = this.core;
    if (killed === undefined) return;
    const paths = pathsOf<TreeNode>(this);
    // The root is no actor of anybody's.
    for (const path of paths) if (path !== "/") killed.push(path);
  }

  /** Calls `callback` when the actor is gone for good, or at once if it is. */
  onGone(callback: (reason: ExitReason) => void): void {
    if (!this.alive) callback(this.exit);
    else (this.#watchers ??= new Set()).add(callback);
  }

  /** Removes a callback that was passed to `onGone`. */
  offGone(callback: (reason: ExitReason) => void): void {
    this.#watchers?.delete(callback);
  }

  get stopped(): Promise<ExitReason> {
    if (this.#gone === undefined) {
      this.#gone = Promise.withResolvers();
      if (!this.alive) this.#gone.resolve(this.exit);
    }
    return this.#gone.promise;
  }

  /** Notifies the watchers that the actor is gone. */
  protected notifyWatchers(): void {
    const watchers = this.#watchers;
    this.#watchers = undefined;
    for (const notify of watchers ?? []) notify(this.exit);
    this.#gone?.resolve(this.exit);
  }
}

// Prints the path of a reference, and not its internals.
Object.defineProperty(TreeNode.prototype, Symbol.for("Deno.customInspect"), {
  value(this: TreeNode): string {
    return `ActorRef(${this.path})`;
  },
});
