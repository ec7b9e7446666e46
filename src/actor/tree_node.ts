/**
 * An actor's place in the tree: its name, its children, and who waits for its
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

/** Exit reasons that carry nothing are shared. */
export const NORMAL: ExitReason = { type: "normal" };
/** See {@linkcode NORMAL}. */
export const SHUTDOWN: ExitReason = { type: "shutdown" };
/** See {@linkcode NORMAL}. */
export const KILLED: ExitReason = { type: "killed" };

/** What an actor is to those above and below it. */
export abstract class TreeNode {
  readonly core: SystemCore;
  readonly parent: BaseCell | undefined;
  readonly name: string;
  /** Why the life ends, or has ended. */
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
    if (this.parent === undefined) return "/";
    const above = this.parent.path;
    return above === "/" ? `/${this.name}` : `${above}/${this.name}`;
  }

  /** Whether the actor is not gone for good. */
  abstract get alive(): boolean;

  /** Starts a child, under a name that is free. */
  abstract spawnChild<C>(
    behavior: Behavior<C>,
    options: SpawnOptions<C> | undefined,
    supervised?: boolean,
  ): ActorRef<C>;

  /** The children that are not gone, in the order of their spawning. */
  get children(): BaseCell[] {
    return this.childCells === undefined ? [] : [...this.childCells.values()];
  }

  /**
   * Returns the name of a child to be: the given one, or a short number.
   *
   * @throws {TypeError} if the given name is empty or has a `/`
   * @throws {TroupeError} if a child has it already
   */
  protected nameChild(given: string | undefined): string {
    if (given === undefined) return this.freeName();
    const shown = JSON.stringify(given);
    if (given === "" || given.includes("/")) {
      throw new TypeError(
        `Cannot spawn: the name ${shown} is empty or has a "/"`,
      );
    }
    if (this.hasChild(given)) {
      throw new TroupeError(
        `Cannot spawn: ${this.path} has a child named ${shown} already`,
      );
    }
    return given;
  }

  /** A short name that no child has. */
  freeName(): string {
    let name: string;
    do name = String(this.#nextName++); while (this.hasChild(name));
    return name;
  }

  /** Whether a child of this name is not gone. */
  hasChild(name: string): boolean {
    return this.childCells?.has(name) ?? false;
  }

  /** Takes a new child into the tree. */
  protected addChild(child: BaseCell): void {
    (this.childCells ??= new ChildTable()).set(child.name, child);
  }

  /** Makes a child the last one in the order of its siblings. */
  moveLast(child: BaseCell): void {
    if (this.childCells?.delete(child.name)) this.addChild(child);
  }

  /** Adds this actor and all below to the report of a shutdown, if there is one. */
  reportKilled(): void {
    const { killed } = this.core;
    if (killed === undefined) return;
    if (this.parent !== undefined) killed.push(this.path);
    for (const child of this.children) child.reportKilled();
  }

  /** Calls back when the actor is gone for good; at once if it is. */
  onGone(callback: (reason: ExitReason) => void): void {
    if (!this.alive) callback(this.exit);
    else (this.#watchers ??= new Set()).add(callback);
  }

  /** Takes a callback of `onGone` back. */
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

  /** Tells all who wait that the actor is gone. */
  protected tellGone(): void {
    const watchers = this.#watchers;
    this.#watchers = undefined;
    for (const tell of watchers ?? []) tell(this.exit);
    this.#gone?.resolve(this.exit);
  }
}

// Shows the path, not the machinery, when a reference is printed.
Object.defineProperty(TreeNode.prototype, Symbol.for("Deno.customInspect"), {
  value(this: TreeNode): string {
    return `ActorRef(${this.path})`;
  },
});
