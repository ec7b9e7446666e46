/**
 * The decisions of a supervisor: OTP's rules as a state machine without actors,
 * clocks or randomness. Events go in, commands come out, and `supervisor.ts`
 * executes them.
 *
 * The source of the rules is the documentation of OTP's `supervisor`. There are
 * three differences. A child keeps its reference and mailbox when it is
 * restarted, so a sibling that is restarted with it is paused and not stopped.
 * Starts are asynchronous, so a child that hangs in its start delays the
 * children after it and not the supervisor. And a first start of an initial
 * child that fails is a failure like any other, where OTP's supervisor would
 * fail with it.
 *
 * @module
 */
import type { ExitReason } from "./ref.ts";
import { countRestart, type RestartIntensity } from "./restart_window.ts";

/** Which children are restarted when one fails; `dynamic` has no order. */
export type Strategy =
  | "one_for_one"
  | "one_for_all"
  | "rest_for_one"
  | "dynamic";

/**
 * When a child is restarted: always (`permanent`), only after a failure or a
 * kill (`transient`), or never (`temporary`).
 */
export type RestartPolicy = "permanent" | "transient" | "temporary";

/** Whether the end of significant children ends the supervisor. */
export type AutoShutdown = "never" | "any_significant" | "all_significant";

/**
 * Where a child is in its life: waiting for its turn to start (`off`) or for
 * its back-off (`delayed`), starting, up, being ended by the supervisor
 * (`ending`), or `down` until somebody restarts it.
 */
export type ChildPhase =
  | "off"
  | "delayed"
  | "starting"
  | "up"
  | "ending"
  | "down";

/** What happens to a child once it has ended as the supervisor planned. */
type PlannedEnd = "restart" | "down" | "remove";

/** The state of one child, as far as the decisions need it. */
export interface ChildState {
  readonly restart: RestartPolicy;
  readonly significant: boolean;
  phase: ChildPhase;
  /** Set while the supervisor wants the child to end, until it has. */
  plannedEnd: PlannedEnd | undefined;
  /**
   * Set while a call waits for this child to start: what becomes of the child
   * if that fails. It is no failure of a child, and concerns no sibling.
   */
  ifStartFails: "down" | "remove" | undefined;
}

/** What the supervisor must do next. Commands are executed in order. */
export type Command<C> =
  /** Start a life: the first one, or the next. */
  | { readonly type: "start"; readonly child: C }
  /** End the life, and keep the reference and the mailbox. */
  | { readonly type: "pause"; readonly child: C }
  /** End the child for good. */
  | { readonly type: "stop"; readonly child: C }
  /** The life is over and none follows: release the actor. */
  | { readonly type: "discard"; readonly child: C }
  /** Forget the child and its specification. */
  | { readonly type: "forget"; readonly child: C }
  /** Wait for the back-off, then report that the restart is due. */
  | { readonly type: "delay"; readonly child: C }
  /** Too many failures: stop all children and fail. */
  | { readonly type: "give_up"; readonly child: C; readonly reason: ExitReason }
  /** Significant children have ended: stop all children and exit. */
  | { readonly type: "shut_down" };

/** Every {@linkcode Strategy}. */
export const STRATEGIES: readonly Strategy[] = [
  "one_for_one",
  "one_for_all",
  "rest_for_one",
  "dynamic",
];

/** Every {@linkcode RestartPolicy}. */
export const RESTART_POLICIES: readonly RestartPolicy[] = [
  "permanent",
  "transient",
  "temporary",
];

/** Every {@linkcode AutoShutdown}. */
export const AUTO_SHUTDOWNS: readonly AutoShutdown[] = [
  "never",
  "any_significant",
  "all_significant",
];

/** The options that the decisions of one supervisor depend on. */
export interface SupervisionRules extends Required<RestartIntensity> {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
}

/** Returns whether a child that ended by itself must be restarted. */
export function shouldRestart(
  policy: RestartPolicy,
  reason: ExitReason,
): boolean {
  if (policy === "temporary") return false;
  if (policy === "permanent") return true;
  return reason.type === "failed" || reason.type === "killed";
}

/** The decisions of one supervisor about its children, first to last. */
export class Supervision<C extends ChildState> {
  readonly #rules: SupervisionRules;
  readonly #children = new Set<C>();
  /** Children that start for the first time, each after those before it. */
  readonly #unstarted = new Set<C>();
  #restarts: readonly number[] = [];

  /** Creates the state of a supervisor without children. */
  constructor(rules: SupervisionRules) {
    this.#rules = rules;
  }

  /** All children, in their order. */
  get children(): Iterable<C> {
    return this.#children;
  }

  /** Whether every child has completed its first start. */
  get allStarted(): boolean {
    return this.#unstarted.size === 0;
  }

  /** A child is added at the end; `asked` if a call waits for its start. */
  add(child: C, asked = false): Command<C>[] {
    this.#children.add(child);
    if (asked) child.ifStartFails = "remove";
    if (this.#rules.strategy !== "dynamic") this.#unstarted.add(child);
    return this.#advance(child);
  }

  /** A child has started. */
  started(child: C): Command<C>[] {
    if (child.phase !== "starting") return [];
    child.phase = "up";
    // A group restart may be about to end it: the next start is asked for, too.
    if (child.plannedEnd === undefined) child.ifStartFails = undefined;
    this.#unstarted.delete(child);
    return this.#advance();
  }

  /**
   * The start of a child has taken too long, and will be reported as a failure.
   * Under `one_for_one` the children after it need not wait for it any longer.
   */
  startTimedOut(child: C): Command<C>[] {
    if (this.#rules.strategy !== "one_for_one") return [];
    return this.#unstarted.delete(child) ? this.#advance() : [];
  }

  /**
   * The life of a child is over. `counts` says whether this counts as a
   * failure: an unavailable peer does not.
   */
  exited(
    child: C,
    reason: ExitReason,
    now: number,
    counts: boolean,
  ): Command<C>[] {
    if (child.plannedEnd !== undefined) return this.#endedAsPlanned(child);
    if (child.ifStartFails !== undefined) return this.#drop(child);
    if (!shouldRestart(child.restart, reason)) {
      return this.#endedByItself(child);
    }
    // It was asked to stop between two lives: the next one starts anyway.
    if (child.phase === "delayed" || child.phase === "off") return [];
    if (counts) {
      const { moments, exceeded } = countRestart(
        this.#restarts,
        now,
        this.#rules,
      );
      this.#restarts = moments;
      if (exceeded) return [{ type: "give_up", child, reason }];
    }
    child.phase = "delayed";
    for (const sibling of this.#affectedBy(child)) {
      this.#markForRestart(sibling);
    }
    return [{ type: "delay", child }, ...this.#advance()];
  }

  /** The back-off of a child is over. */
  due(child: C): Command<C>[] {
    if (child.phase !== "delayed") return [];
    child.phase = "off";
    return this.#advance(child);
  }

  /** Ends a child, until it is restarted or for good. */
  terminate(child: C): Command<C>[] {
    return this.#requestEnd(child, this.#endWhenUnwanted(child));
  }

  /**
   * Starts a child that is down, or gives a child that is up a new life. If
   * that fails the child is down: only one that backs off goes on trying.
   */
  restart(child: C): Command<C>[] {
    if (child.phase === "down" || child.phase === "up") {
      child.ifStartFails ??= this.#endWhenUnwanted(child);
    }
    if (child.phase !== "down" && child.phase !== "delayed") {
      return this.#requestEnd(child, "restart");
    }
    child.phase = "off";
    return this.#advance(child);
  }

  /** Forgets a child that is down. */
  remove(child: C): Command<C>[] {
    return child.phase === "down" ? this.#release(child, "remove") : [];
  }

  /** The siblings that are restarted together with a child. */
  *#affectedBy(child: C): Iterable<C> {
    const { strategy } = this.#rules;
    if (strategy === "one_for_one" || strategy === "dynamic") return;
    let after = strategy === "one_for_all";
    for (const sibling of this.#children) {
      if (sibling === child) after = true;
      else if (after) yield sibling;
    }
  }

  /**
   * A sibling has failed: the child ends, and starts again unless temporary.
   * A child that was down starts too, as in OTP.
   */
  #markForRestart(child: C): void {
    if (child.plannedEnd !== undefined) return;
    if (child.phase === "up" || child.phase === "starting") {
      child.plannedEnd = child.restart === "temporary" ? "remove" : "restart";
    } else if (child.phase === "down") child.phase = "off";
  }

  /** How a child ends that is not restarted: some are not kept. */
  #endWhenUnwanted(child: C): "down" | "remove" {
    const kept = child.restart !== "temporary" &&
      this.#rules.strategy !== "dynamic";
    return child.ifStartFails ?? (kept ? "down" : "remove");
  }

  #requestEnd(child: C, plannedEnd: PlannedEnd): Command<C>[] {
    if (child.plannedEnd !== undefined) {
      // It is ending already: it may still be removed, but not kept.
      if (child.plannedEnd === "restart") child.plannedEnd = plannedEnd;
      return [];
    }
    if (child.phase === "up" || child.phase === "starting") {
      child.plannedEnd = plannedEnd;
      child.phase = "ending";
      return [{ type: plannedEnd === "restart" ? "pause" : "stop", child }];
    }
    // It has no life: one that is off will start anyway.
    if (plannedEnd === "restart" || child.phase === "down") return [];
    return this.#drop(child, plannedEnd);
  }

  /** A child has ended because the supervisor asked it to. */
  #endedAsPlanned(child: C): Command<C>[] {
    const plannedEnd = child.plannedEnd ?? "restart";
    if (plannedEnd === "restart") {
      child.plannedEnd = undefined;
      child.phase = "off";
      return this.#advance(child);
    }
    return this.#drop(child, plannedEnd);
  }

  /** A child has no life, and no other follows. */
  #drop(child: C, end = this.#endWhenUnwanted(child)): Command<C>[] {
    return [
      { type: "discard", child },
      ...this.#release(child, end),
      ...this.#advance(),
    ];
  }

  /** A child has ended by itself and is not restarted. */
  #endedByItself(child: C): Command<C>[] {
    const commands: Command<C>[] = [
      { type: "discard", child },
      ...this.#release(child, this.#endWhenUnwanted(child)),
    ];
    const { autoShutdown } = this.#rules;
    if (child.significant && autoShutdown !== "never") {
      const all = autoShutdown === "all_significant";
      if (!all || !this.#significantLeft()) {
        return [...commands, { type: "shut_down" }];
      }
    }
    return [...commands, ...this.#advance()];
  }

  #significantLeft(): boolean {
    for (const { significant, phase } of this.#children) {
      if (significant && phase !== "down") return true;
    }
    return false;
  }

  #release(child: C, plannedEnd: PlannedEnd): Command<C>[] {
    child.plannedEnd = child.ifStartFails = undefined;
    child.phase = "down";
    this.#unstarted.delete(child);
    if (plannedEnd !== "remove") return [];
    this.#children.delete(child);
    return [{ type: "forget", child }];
  }

  /**
   * Returns what can be done now. `child` is the one that may have become
   * ready: strategies without order consider no other, except first starts.
   */
  #advance(child?: C): Command<C>[] {
    const { strategy } = this.#rules;
    if (strategy === "dynamic") {
      return child?.phase === "off" ? [this.#start(child)] : [];
    }
    if (strategy === "one_for_one") {
      return child?.phase === "off" && !this.#unstarted.has(child)
        ? [this.#start(child)]
        : this.#startFirst();
    }
    const children = [...this.#children];
    if (children.some(({ phase }) => phase === "ending")) return [];
    const last = children.findLast(({ plannedEnd }) =>
      plannedEnd !== undefined
    );
    if (last !== undefined) {
      last.phase = "ending";
      const type = last.plannedEnd === "restart" ? "pause" : "stop";
      return [{ type, child: last }];
    }
    if (children.some(({ phase }) => phase === "starting")) return [];
    // Siblings that are restarted with it wait for its back-off, others do not.
    const delayed = children.findIndex(({ phase }) => phase === "delayed");
    const off = children.findIndex(({ phase }) => phase === "off");
    const waits = delayed >= 0 && (delayed < off || strategy === "one_for_all");
    const next = children[off];
    return waits || next === undefined ? [] : [this.#start(next)];
  }

  /** Starts the next child for the first time, if those before it have. */
  #startFirst(): Command<C>[] {
    for (const child of this.#unstarted) {
      return child.phase === "off" ? [this.#start(child)] : [];
    }
    return [];
  }

  #start(child: C): Command<C> {
    child.phase = "starting";
    return { type: "start", child };
  }
}
