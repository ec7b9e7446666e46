/**
 * Looks at all actors of a system now and then, a slice of them in each turn of
 * the event loop, so that ten thousand of them hold nothing up.
 *
 * @module
 */
import { ActorEntry, type ActorSum } from "./actor_entry.ts";
import type { BaseCell } from "./base_cell.ts";
import { coreOf, type SystemCore } from "./core.ts";
import { nextTurn } from "./next_turn.ts";
import type { ActorState } from "./snapshot.ts";
import type { ActorSystem } from "./system.ts";
import type { DeadLetterReason } from "./system_events.ts";

/** Actors that are looked at in one turn. */
const SLICE = 500;
/** Actors that are looked at; of more, the first ones of the tree. */
const MAX_ACTORS = 100_000;
/** Actors whose dead letters are counted; of more, those of the last ones. */
const MAX_TARGETS = 1000;

/** What an actor did not get, since the watching began. */
export interface DeadLetterTally {
  /** Numbers by the reason. */
  readonly counts: Record<DeadLetterReason, number>;
  /** Who has sent the last one, if that is known. */
  sender: BaseCell | undefined;
  /** When the last one came; milliseconds, by the clock. */
  lastAtMs: number;
}

/** All actors at one time. */
export interface ActorTable {
  /** In the order of the tree, parents first. */
  readonly entries: readonly ActorEntry[];
  /** Whether there are more of them. */
  readonly isTruncated: boolean;
  /** Number of actors by their state. */
  readonly states: Readonly<Record<ActorState, number>>;
  /** Sums over all of them. */
  readonly sum: ActorSum;
  /** Dead letters since the system was started. */
  readonly deadLetters: Readonly<Record<DeadLetterReason, number>>;
  /** Who did not get messages, in the order of the last one. */
  readonly tallies: ReadonlyMap<BaseCell, DeadLetterTally>;
  /** When it was complete; milliseconds, by the clock. */
  readonly atMs: number;
}

/** An actor whose children are looked at. */
interface Frame {
  readonly entry: ActorEntry;
  readonly children: readonly BaseCell[];
  next: number;
}

/** Watches the actors of a system until it is disposed. */
export class ActorWatch implements Disposable {
  readonly #core: SystemCore;
  readonly #entries = new WeakMap<BaseCell, ActorEntry>();
  readonly #tallies = new Map<BaseCell, DeadLetterTally>();
  #root: ActorEntry | undefined;

  constructor(system: ActorSystem) {
    this.#core = coreOf(system);
    this.#core.onDeadLetter.add(this.#tally);
  }

  /** Looks at every actor once; one look at a time. */
  async look(): Promise<ActorTable> {
    const core = this.#core;
    const entries: ActorEntry[] = [];
    const states = {
      starting: 0,
      running: 0,
      stopping: 0,
      waiting: 0,
      stopped: 0,
    };
    const root = this.#root ??= new ActorEntry(
      core.root as BaseCell,
      undefined,
    );
    root.below.clear();
    const stack = [frameOf(root)];
    let isTruncated = false;
    let nextPause = SLICE;
    let nowMs = core.clock.now();
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (entries.length >= nextPause) {
        nextPause += SLICE;
        // Before the next actor is looked for: some end meanwhile.
        await new Promise<void>((resolve) => nextTurn(resolve));
        nowMs = core.clock.now();
      }
      const child = isTruncated ? undefined : top.children[top.next++];
      if (child === undefined) {
        stack.pop();
        const { entry } = top;
        entry.parent?.below.add(entry.below, entry.below.actors);
        entry.parent?.below.add(entry, 1);
        continue;
      }
      // It has ended since its parent was looked at.
      if (!child.alive) continue;
      if (entries.length >= MAX_ACTORS) {
        isTruncated = true;
        continue;
      }
      const entry = this.#entryOf(child, top.entry);
      entry.look(nowMs, this.#deadLettersOf(child));
      states[entry.state]++;
      entries.push(entry);
      stack.push(frameOf(entry));
    }
    return {
      entries,
      isTruncated,
      states,
      sum: root.below,
      deadLetters: { ...core.deadLetters },
      tallies: this.#tallies,
      atMs: core.clock.now(),
    };
  }

  /** Counts no dead letters any more. */
  [Symbol.dispose](): void {
    this.#core.onDeadLetter.delete(this.#tally);
  }

  #entryOf(cell: BaseCell, parent: ActorEntry): ActorEntry {
    let entry = this.#entries.get(cell);
    if (entry === undefined) {
      entry = new ActorEntry(cell, parent);
      this.#entries.set(cell, entry);
    }
    return entry;
  }

  #deadLettersOf(cell: BaseCell): number {
    if (this.#tallies.size === 0) return 0;
    const counts = this.#tallies.get(cell)?.counts;
    return counts === undefined
      ? 0
      : counts.stopped + counts.refused + counts.dropped;
  }

  readonly #tally = (
    target: BaseCell,
    sender: BaseCell | undefined,
    reason: DeadLetterReason,
  ): void => {
    const tallies = this.#tallies;
    const tally = tallies.get(target) ?? {
      counts: { stopped: 0, refused: 0, dropped: 0 },
      sender: undefined,
      lastAtMs: 0,
    };
    tally.counts[reason]++;
    tally.sender = sender;
    tally.lastAtMs = this.#core.clock.now();
    // Behind all others, so that the first is the one to forget.
    tallies.delete(target);
    tallies.set(target, tally);
    if (tallies.size <= MAX_TARGETS) return;
    for (const first of tallies.keys()) {
      tallies.delete(first);
      return;
    }
  };
}

function frameOf(entry: ActorEntry): Frame {
  const { cell } = entry;
  return {
    entry,
    children: cell.childCount === 0 ? NO_CELLS : cell.children,
    next: 0,
  };
}

const NO_CELLS: readonly BaseCell[] = [];
