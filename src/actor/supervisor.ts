/**
 * A supervisor: an actor that starts its children and restarts those that
 * fail, by OTP's rules. A child keeps its reference and mailbox.
 *
 * @module
 */
import { spawnChild } from "./actor_cell.ts";
import type { SupervisingHandler } from "./actor_cell.ts";
import {
  backoffDelayMs,
  type BackoffOptions,
  resolveBackoff,
} from "./backoff.ts";
import type { Behavior, SpawnOptions } from "./behavior.ts";
import { type Cell, SHUTDOWN } from "./cell.ts";
import { RestartLimitError, TroupeError } from "./errors.ts";
import { Life } from "./life.ts";
import type { ActorRef, AskOptions, ExitReason, ReplyTo } from "./ref.ts";
import { countRestart, type RestartIntensity } from "./restart_window.ts";

/**
 * When a child is restarted: always, only after a failure or a kill, or never.
 * A transient child that was asked to stop is not, however it ended.
 */
export type RestartPolicy = "permanent" | "transient" | "temporary";

/** What a supervisor needs to know of a child. */
export interface ChildSpec<M> extends SpawnOptions<M> {
  /** What the child does. */
  readonly behavior: Behavior<M>;
  /**
   * When it is restarted.
   * @default {"permanent"}
   */
  readonly restart?: RestartPolicy;
}

/** Options of a {@linkcode supervisor}. */
export interface SupervisorOptions extends RestartIntensity {
  /**
   * Delays before restarts after the first failure of a child; `false`
   * restarts at once.
   * @default {false}
   */
  readonly backoff?: BackoffOptions | false;
}

/** Messages of a supervisor. */
export type SupervisorMessage =
  /** Starts children; {@linkcode startChild} sends it. */
  | {
    readonly type: "start_child";
    readonly start: (start: <C>(spec: ChildSpec<C>) => ActorRef<C>) => void;
  }
  /** The back-off of a child is over; the supervisor sends it to itself. */
  | { readonly type: "restart_due"; readonly child: ActorRef<never> };

/** Whether a child that ended so is to be restarted. */
export function shouldRestart(
  policy: RestartPolicy,
  reason: ExitReason,
): boolean {
  if (policy === "temporary") return false;
  if (policy === "permanent") return true;
  return reason.type === "failed" || reason.type === "killed";
}

/** What the supervisor remembers of a child. */
interface ChildState {
  readonly cell: Cell;
  readonly policy: RestartPolicy;
  /** Failures in a row, for the back-off. */
  failures: number;
  lastFailureAt: number;
  /** Whether its back-off runs. */
  backsOff: boolean;
}

/**
 * A behaviour that supervises: each child that fails is restarted on its own.
 * When that happens more than `maxRestarts` times within `withinMs`, it stops
 * its children and fails with {@linkcode RestartLimitError}.
 *
 * @example
 * ```ts
 * import { ActorSystem, type Behavior, startChild, supervisor } from "@troupe/troupe";
 *
 * const worker: Behavior<string> = () => ({
 *   receive(text) {
 *     if (text === "bad") throw new Error("bad input");
 *     console.log(text);
 *   },
 * });
 *
 * await using system = new ActorSystem();
 * using _quiet = system.events.subscribe(() => {});
 * const boss = system.spawn(supervisor({ maxRestarts: 5 }));
 * const ref = await startChild(boss, { name: "worker", behavior: worker });
 * ref.tell("bad");
 * ref.tell("still here");
 * ```
 */
export function supervisor(
  options: SupervisorOptions = {},
): Behavior<SupervisorMessage> {
  const backoff = options.backoff ? resolveBackoff(options.backoff) : undefined;
  return (context): SupervisingHandler<SupervisorMessage> => {
    if (!(context instanceof Life)) {
      throw new TypeError("Cannot supervise: the context is not an actor's");
    }
    const cell = context.cell;
    const { clock, events } = cell.core;
    const children = new Map<ActorRef<never>, ChildState>();
    let restarts: readonly number[] = [];
    cell.stopOrder = "last_first";

    function start<C>(spec: ChildSpec<C>): ActorRef<C> {
      const child = spawnChild(cell, spec.behavior, spec, true);
      children.set(child, {
        cell: child,
        policy: spec.restart ?? "permanent",
        failures: 0,
        lastFailureAt: -Infinity,
        backsOff: false,
      });
      child.onGone(() => children.delete(child));
      return child;
    }

    function restartDelayMs(state: ChildState, now: number): number {
      if (backoff === undefined) return 0;
      if (now - state.lastFailureAt > backoff.resetAfterMs) state.failures = 0;
      state.lastFailureAt = now;
      return backoffDelayMs(backoff, state.failures++);
    }

    function restart(child: ActorRef<never>): void {
      const state = children.get(child);
      if (state === undefined) return;
      state.backsOff = false;
      state.cell.restart();
    }

    return {
      receive(message) {
        switch (message.type) {
          case "start_child":
            return message.start(start);
          case "restart_due":
            return restart(message.child);
          default:
            message satisfies never;
        }
      },
      childExited(child, reason) {
        const state = children.get(child);
        // Whoever asked it to stop does not want it back, however it ended.
        const why = child.stopAsked ? SHUTDOWN : reason;
        if (state === undefined || !shouldRestart(state.policy, why)) {
          return child.discard();
        }
        child.reopen();
        // It was asked to stop during its back-off.
        if (state.backsOff) return;
        const now = clock.now();
        const count = countRestart(restarts, now, options);
        restarts = count.moments;
        const cause = reason.type === "failed" ? reason.cause : reason;
        if (count.exceeded) {
          if (events.active) {
            events.publish({ type: "gave_up", supervisor: cell, child, cause });
          }
          throw new RestartLimitError(
            `${cell.path} gave up: ${child.path} failed too often, see cause`,
            { cause },
          );
        }
        const delayMs = restartDelayMs(state, now);
        if (delayMs === 0) return child.restart();
        state.backsOff = true;
        context.after(delayMs, { type: "restart_due", child });
      },
    };
  };
}

/** Starts a child under a supervisor and answers its reference. */
export async function startChild<M>(
  boss: ActorRef<SupervisorMessage>,
  spec: ChildSpec<M>,
  options?: AskOptions,
): Promise<ActorRef<M>> {
  type Started = { readonly ref: ActorRef<M> } | { readonly error: unknown };
  const started = await boss.ask<Started>((replyTo: ReplyTo<Started>) => ({
    type: "start_child",
    start(start) {
      try {
        replyTo.tell({ ref: start(spec) });
      } catch (error) {
        replyTo.tell({ error });
      }
    },
  }), options);
  if ("ref" in started) return started.ref;
  throw new TroupeError(
    `Cannot start a child of ${boss.path}: ${
      started.error instanceof Error ? started.error.message : started.error
    }`,
    { cause: started.error },
  );
}
