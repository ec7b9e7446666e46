/**
 * The supervisor: an actor that starts its children, restarts those that fail,
 * and gives up when they fail too often. The decisions are made in
 * `supervision_state.ts` and executed here.
 *
 * @module
 */
import { isActorCell } from "./actor_cell.ts";
import type { Behavior } from "./behavior.ts";
import type { BaseCell } from "./base_cell.ts";
import { type Child, spawnSupervised } from "./child.ts";
import { RestartLimitError, TroupeError, UnavailableError } from "./errors.ts";
import type { ExitReason, ReplyTo } from "./ref.ts";
import type { SupervisingHandler } from "./signal.ts";
import {
  BackoffTimer,
  type DownRequest,
  SupervisedChild,
} from "./supervised_child.ts";
import {
  type Command,
  shouldRestart,
  Supervision,
} from "./supervision_state.ts";
import { resolveSupervisorOptions } from "./supervisor_options.ts";
import type {
  SupervisorMessage,
  SupervisorOptions,
  SupervisorReply,
} from "./supervisor_protocol.ts";
import { SHUTDOWN } from "./tree_node.ts";

/**
 * Creates a behaviour that supervises children by OTP's rules; see
 * `docs/semantics.md`.
 *
 * Children start first to last, each when the one before it has started, and
 * stop last to first. A supervisor under another supervisor has started when
 * its initial children have. A child that fails is restarted, together with
 * the siblings that the strategy names. When children have failed more than
 * `maxRestarts` times within `withinMs`, the supervisor stops the others and
 * fails itself with {@linkcode RestartLimitError}.
 *
 * @example
 * ```ts
 * import { ActorSystem, type Behavior, child, findChild, supervisor } from "@troupe/troupe";
 *
 * const printer: Behavior<string> = () => ({
 *   receive(text) {
 *     if (text === "bad") throw new Error("bad input");
 *     console.log(text);
 *   },
 * });
 *
 * await using system = new ActorSystem();
 * using _quiet = system.events.subscribe(() => {}, { handlesFailures: true });
 * const worker = child({ name: "printer", behavior: printer });
 * const root = system.spawn(supervisor({ maxRestarts: 5, children: [worker] }));
 * const ref = await findChild(root, worker);
 * ref.tell("bad");
 * ref.tell("still here");
 * ```
 *
 * @throws {TypeError} if an option has the wrong type or is not known, or a
 * dynamic supervisor is given children.
 * @throws {RangeError} if a number is out of its range.
 */
export function supervisor(
  options: SupervisorOptions = {},
): Behavior<SupervisorMessage> {
  const { rules, children, bugBackoff, outageBackoff, giveUpAfterMs } =
    resolveSupervisorOptions(options);
  const { strategy } = rules;

  return (context): SupervisingHandler<SupervisorMessage> => {
    const { self } = context;
    if (!isActorCell(self)) {
      throw new TypeError("Cannot supervise: the context is not an actor's");
    }
    const supervisor = self;
    const { clock, deadlines, events } = supervisor.core;
    const decisions = new Supervision<SupervisedChild>(rules);
    const byName = new Map<string, SupervisedChild>();
    let reported = false;
    supervisor.stopOrder = strategy === "dynamic" ? "together" : "last_first";
    // Its children have their own deadlines.
    supervisor.shutdownMs ??= Infinity;
    context.signal.addEventListener("abort", abandon, { once: true });

    function add(child: Child<never>): void {
      const name = child.name ?? freeName();
      if (byName.get(name)?.phase === "down") {
        throw new TroupeError(
          `Cannot start ${name}: a child with this name is down, restart or remove that`,
        );
      }
      const record = new SupervisedChild(
        name,
        child,
        spawnSupervised(child, supervisor, name),
      );
      byName.set(name, record);
      execute(decisions.add(record));
    }

    /** Returns a name that no child has, not even one that is down. */
    function freeName(): string {
      let name: string;
      do name = supervisor.freeName(); while (byName.has(name));
      return name;
    }

    function execute(commands: readonly Command<SupervisedChild>[]): void {
      const waited: DownRequest[] = [];
      for (const command of commands) {
        switch (command.type) {
          case "start":
            start(command.child);
            break;
          case "pause":
            command.child.cell?.pause();
            break;
          case "stop":
            command.child.cell?.stop();
            break;
          case "discard":
            cancelBackoff(command.child);
            command.child.cell?.discard();
            waited.push(...command.child.release());
            break;
          case "forget":
            byName.delete(command.child.name);
            break;
          case "delay":
            delay(command.child);
            break;
          case "shut_down":
            supervisor.stop(SHUTDOWN);
            break;
          case "give_up":
            giveUp(command.child, command.reason);
            break;
          default:
            command satisfies never;
        }
      }
      for (const { proceed } of waited) proceed();
      reportStart();
    }

    /** Reports the start of this supervisor when its children have started. */
    function reportStart(): void {
      if (reported || !decisions.allStarted) return;
      reported = true;
      if (supervisor.supervised) supervisor.parent?.childStarted(supervisor);
    }

    function start(child: SupervisedChild): void {
      cancelBackoff(child);
      child.upSince = Infinity;
      child.cell ??= respawn(child);
      child.cell.startLife();
    }

    /** Creates a new actor for a child that was down, in its old place. */
    function respawn(child: SupervisedChild): BaseCell {
      const cell = spawnSupervised(child.child, supervisor, child.name);
      let after = false;
      for (const other of decisions.children) {
        if (after && other.cell !== undefined) supervisor.moveLast(other.cell);
        if (other === child) after = true;
      }
      return cell;
    }

    function delay(child: SupervisedChild): void {
      if (child.delayMs === 0) return execute(decisions.due(child));
      // In the supervision lane: a full mailbox must not lose it.
      const timer = new BackoffTimer(() =>
        supervisor.signal(() => {
          if (child.backoffTimer === timer) execute(decisions.due(child));
          return undefined;
        })
      );
      child.backoffTimer = timer;
      deadlines.add(timer, child.delayMs);
    }

    function cancelBackoff(child: SupervisedChild): void {
      if (child.backoffTimer !== undefined) {
        deadlines.remove(child.backoffTimer);
      }
      child.backoffTimer = undefined;
    }

    /** This life is over: cancels the delays, refuses the requests. */
    function abandon(): void {
      for (const child of decisions.children) {
        cancelBackoff(child);
        for (const { replyTo } of child.takeRequests()) {
          refuse(replyTo, `${supervisor.path} has stopped`);
        }
      }
    }

    function giveUp(
      child: SupervisedChild,
      reason: ExitReason,
      why = "failed too often",
    ): never {
      const cause = reason.type === "failed" ? reason.cause : reason;
      if (events.active && child.cell !== undefined) {
        events.publish({
          type: "gave_up",
          supervisor,
          child: child.cell,
          cause,
        });
      }
      throw new RestartLimitError(
        `${supervisor.path} gave up: ${
          child.cell?.path ?? child.name
        } ${why}, see cause`,
        { cause },
      );
    }

    /** Counts a failure, and sets the delay before the restart. */
    function failed(child: SupervisedChild, reason: ExitReason): void {
      const now = clock.now();
      const outage = isOutage(reason);
      const backoff = outage ? outageBackoff : bugBackoff;
      child.delayMs = 0;
      if (backoff === undefined) return;
      const streak = child.streak(outage);
      child.delayMs = streak.add(now, now - child.upSince, backoff);
      if (outage && streak.durationMs(now) > giveUpAfterMs) {
        giveUp(child, reason, "was unavailable too long");
      }
    }

    function withRecord(
      cell: BaseCell,
      decide: (
        child: SupervisedChild,
      ) => readonly Command<SupervisedChild>[],
    ): void {
      const child = byName.get(cell.name);
      if (child?.cell === cell) execute(decide(child));
    }

    function control(
      what: "terminate_child" | "restart_child" | "remove_child",
      name: string,
      replyTo: ReplyTo<SupervisorReply>,
    ): void {
      const child = byName.get(name);
      if (child === undefined) {
        return refuse(replyTo, `there is no child ${name}`);
      }
      if (what === "terminate_child") {
        return terminate(child, replyTo, () => replyTo.tell({}));
      }
      if (child.plannedEnd === "down" || child.plannedEnd === "remove") {
        // It is ending because of an earlier request.
        const proceed = (): void => control(what, name, replyTo);
        return child.whenDown({ proceed, replyTo });
      }
      if (what === "remove_child" && child.phase !== "down") {
        return refuse(replyTo, `${name} is not down, terminate it first`);
      }
      attempt(replyTo, () =>
        execute(
          what === "remove_child"
            ? decisions.remove(child)
            : decisions.restart(child),
        ));
    }

    function terminate(
      child: SupervisedChild,
      replyTo: ReplyTo<SupervisorReply>,
      done: () => void,
    ): void {
      if (child.phase === "down") return done();
      // Checks again: an earlier request may have started it once more.
      const proceed = (): void => terminate(child, replyTo, done);
      child.whenDown({ proceed, replyTo });
      execute(decisions.terminate(child));
    }

    /** Replaces the child of this name, or adds it if there is none. */
    function replaceOrAdd(
      next: Child<never>,
      name: string,
      replyTo: ReplyTo<SupervisorReply>,
    ): void {
      const old = byName.get(name);
      if (old === undefined) return attempt(replyTo, () => add(next));
      terminate(old, replyTo, () => {
        // A temporary child is removed when it ends.
        if (byName.get(name) !== old) return replaceOrAdd(next, name, replyTo);
        old.child = next;
        attempt(replyTo, () => {
          // At once, though it may have to wait for its turn to start.
          old.cell = respawn(old);
          execute(decisions.restart(old));
        });
      });
    }

    for (const child of children) add(child);
    reportStart();

    return {
      receive(message) {
        switch (message.type) {
          case "start_child":
            return attempt(message.replyTo, () => add(message.child));
          case "replace_child": {
            const { child, child: { name }, replyTo } = message;
            return name !== undefined && byName.has(name)
              ? replaceOrAdd(child, name, replyTo)
              : refuse(replyTo, `there is no child ${name}`);
          }
          case "terminate_child":
          case "restart_child":
          case "remove_child":
            return control(message.type, message.name, message.replyTo);
          case "list_children":
            return void message.replyTo.tell(
              [...decisions.children].map((child) => ({
                name: child.name,
                ref: child.cell,
                phase: child.phase,
                restart: child.restart,
                restarts: child.cell?.restarts ?? 0,
              })),
            );
          default:
            message satisfies never;
        }
      },
      childStarted: (cell) =>
        withRecord(cell, (child) => {
          child.upSince = clock.now();
          return decisions.started(child);
        }),
      childExited: (cell, reason) =>
        withRecord(cell, (child) => {
          // A child that was asked to stop is not restarted, however it ended.
          const why = cell.stopRequested ? SHUTDOWN : reason;
          const alive = child.phase === "starting" || child.phase === "up";
          const unasked = alive && child.plannedEnd === undefined;
          if (unasked && shouldRestart(child.restart, why)) failed(child, why);
          cell.reopen();
          return decisions.exited(child, why, clock.now(), !isOutage(why));
        }),
    };
  };
}

/** Returns whether a child failed because its peer is unavailable. */
function isOutage(reason: ExitReason): boolean {
  return reason.type === "failed" && reason.cause instanceof UnavailableError;
}

/** Tries to do something, and replies whether it was possible. */
function attempt(replyTo: ReplyTo<SupervisorReply>, act: () => void): void {
  try {
    act();
  } catch (error) {
    return void replyTo.tell({ refused: error });
  }
  replyTo.tell({});
}

function refuse(replyTo: ReplyTo<SupervisorReply>, why: string): void {
  replyTo.tell({ refused: new TroupeError(why) });
}
