/**
 * Walks over an actor and its descendants. None of them recurses: a tree may be
 * deeper than the stack.
 *
 * @module
 */
import type { MailboxFill } from "./mailbox.ts";
import type { ActorSnapshot, ActorState, WorkDone } from "./snapshot.ts";

/**
 * Returns the path of a child. It shares the text of the path above, so that
 * the paths of a deep tree take no more room than its names.
 */
export function pathBelow(path: string, name: string): string {
  return path === "/" ? `/${name}` : `${path}/${name}`;
}

/** An actor in a walk. */
interface Node<N> {
  readonly name: string;
  readonly path: string;
  /** A new array of the children, oldest first. */
  readonly children: N[];
}

/** A snapshot to which the children are still to be added. */
interface View extends ActorSnapshot {
  readonly children: View[];
}

/** An actor that is shown. */
interface Shown<N> extends Node<N> {
  readonly state: ActorState;
  readonly waiting: MailboxFill;
  readonly processed: number;
  readonly restarts: number;
  readonly lastFailure: unknown;
  readonly busyMs: number | undefined;
  readonly gone: WorkDone;
}

/** Returns an actor as it is now, with an empty list of children. */
function view<N>(actor: Shown<N>, path: string): View {
  const { state, waiting, processed, restarts, lastFailure, busyMs, gone } =
    actor;
  return {
    path,
    state,
    mailboxMessages: waiting.length,
    mailboxBytes: waiting.bytes,
    processed,
    restarts,
    lastFailure,
    busyMs,
    gone,
    children: [],
  };
}

/** Returns an actor and its descendants, as they are now. */
export function viewTree<N extends Shown<N>>(root: N): ActorSnapshot {
  const top = view(root, root.path);
  const views = [{ node: root, view: top }];
  // What is pushed is visited too.
  for (const { node, view: above } of views) {
    for (const child of node.children) {
      const below = view(child, pathBelow(above.path, child.name));
      above.children.push(below);
      views.push({ node: child, view: below });
    }
  }
  return top;
}

/** Returns the paths of an actor and its descendants, parents first. */
export function pathsOf<N extends Node<N>>(root: N): string[] {
  const paths: string[] = [];
  const left = [{ node: root, path: root.path }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, path } = next;
    paths.push(path);
    for (const child of node.children.reverse()) {
      left.push({ node: child, path: pathBelow(path, child.name) });
    }
  }
  return paths;
}

/** An actor that is killed. */
interface Killable<N> extends Node<N> {
  /** Kills this actor alone; returns false if no life of it is left. */
  startKill(): boolean;
  /** Ends the life when the descendants are gone. */
  endKill(): void;
  /** Ends it for good if its life is over. */
  discard(): void;
}

/** Kills an actor and its descendants, of whom each is gone before it. */
export function killTree<N extends Killable<N>>(root: N): void {
  if (!root.startKill()) return;
  const killing = [{ node: root, left: root.children.reverse() }];
  for (let top = killing.at(-1); top !== undefined; top = killing.at(-1)) {
    const child = top.left.pop();
    if (child === undefined) {
      killing.pop();
      top.node.endKill();
    } else if (child.startKill()) {
      killing.push({ node: child, left: child.children.reverse() });
    } else child.discard();
  }
}
