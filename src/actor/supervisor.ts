/**
 * The supervisor: an actor that starts its children, restarts those that
 * fail, and gives up when they fail too often. What it decides is in
 * `supervision.ts`; here the decisions are carried out.
 *
 * @module
 */
import type { SupervisingHandler } from "./actor_cell.ts";
import {
  backoffDelayMs,
  resolveBackoff,
  type ResolvedBackoff,
} from "./backoff.ts";
import type { Behavior } from "./behavior.ts";
import { Cell, SHUTDOWN } from "./cell.ts";
import type { Child } from "./child.ts";
import { RestartLimitError, TroupeError, UnavailableError } from "./errors.ts";
import { Life } from "./life.ts";
import type { ExitReason, ReplyTo } from "./ref.ts";
import {
  type ChildRecord,
  type Command,
  shouldRestart,
  Supervision,
} from "./supervision.ts";
import type { RestartPolicy } from "./supervision.ts";
import type {
  SupervisorMessage,
  SupervisorOptions,
  SupervisorReply,
} from "./supervisor_protocol.ts";

/** Failures in a row of one kind, for its back-off. */
interface FailureRow {
  count: number;
  since: number;
}

interface SupervisedChild extends ChildRecord {
  readonly name: string;
  restart: RestartPolicy;
  significant: boolean;
  child: Child<never>;
  cell: Cell | undefined;
  delayMs: number;
  startedAt: number;
  readonly bugs: FailureRow;
  readonly outages: FailureRow;
  /** Called when it is down or forgotten. */
  readonly onDown: (() => void)[];
}

/**
 * A behaviour that supervises, by OTP's rules; see `docs/semantics.md`.
 *
 * Children start first to last, each when the one before it has started, and
 * stop last to first. One that fails is restarted, with those that the
 * strategy says. When children have failed more than `maxRestarts` times
 * within `withinMs`, the supervisor stops the others and fails itself with
 * {@linkcode RestartLimitError}.
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
 * using _quiet = system.events.subscribe(() => {});
 * const worker = child({ name: "printer", behavior: printer });
 * const boss = system.spawn(supervisor({ maxRestarts: 5, children: [worker] }));
 * const ref = await findChild(boss, worker);
 * ref.tell("bad");
 * ref.tell("still here");
 * ```
 */
export function supervisor(
  options: SupervisorOptions = {},
): Behavior<SupervisorMessage> {
  const strategy = options.strategy ?? "one_for_one";
  const autoShutdown = options.autoShutdown ?? "never";
  const bugBackoff = options.backoff
    ? resolveBackoff(options.backoff)
    : undefined;
  const outageBackoff = resolveBackoff(options.unavailable?.backoff);
  const giveUpAfterMs = options.unavailable?.giveUpAfterMs ?? Infinity;
  if (strategy === "dynamic" && options.children !== undefined) {
    throw new TypeError(
      "Cannot supervise: a dynamic supervisor has no children from the start, use startChild",
    );
  }

  return (context): SupervisingHandler<SupervisorMessage> => {
    if (!(context instanceof Life)) {
      throw new TypeError("Cannot supervise: the context is no actor's");
    }
    const supervisor = context.cell;
    const { clock, events } = supervisor.core;
    const decisions = new Supervision<SupervisedChild>({
      ...options,
      strategy,
      autoShutdown,
    });
    const byName = new Map<string, SupervisedChild>();
    supervisor.stopOrder = strategy === "dynamic" ? "together" : "last_first";

    function add(child: Child<never>): void {
      if (
        child.name !== undefined && byName.get(child.name)?.phase === "down"
      ) {
        throw new TroupeError(
          `Cannot start ${child.name}: a child that is down has the name, restart or remove it`,
        );
      }
      const cell = spawn(child);
      const record: SupervisedChild = {
        name: cell.name,
        child,
        cell,
        restart: child.restart,
        significant: child.significant,
        phase: "off",
        fate: undefined,
        initial: strategy !== "dynamic",
        delayMs: 0,
        startedAt: 0,
        bugs: { count: 0, since: 0 },
        outages: { count: 0, since: 0 },
        onDown: [],
      };
      byName.set(record.name, record);
      execute(decisions.add(record));
    }

    function spawn(child: Child<never>): Cell {
      const cell = child.spawn(supervisor);
      if (cell instanceof Cell) return cell;
      throw new TypeError("Cannot start a child: it is no actor");
    }

    function execute(commands: readonly Command<SupervisedChild>[]): void {
      const down: (() => void)[] = [];
      for (const command of commands) {
        switch (command.type) {
          case "start": {
            const { child } = command;
            child.cell ??= spawn(child.child);
            child.startedAt = clock.now();
            child.cell.begin();
            break;
          }
          case "pause":
            command.child.cell?.pause();
            break;
          case "stop":
            command.child.cell?.stop();
            break;
          case "discard":
            command.child.cell?.discard();
            command.child.cell = undefined;
            down.push(...command.child.onDown.splice(0));
            break;
          case "forget":
            byName.delete(command.child.name);
            break;
          case "delay": {
            const { name, delayMs } = command.child;
            if (delayMs === 0) execute(decisions.due(command.child));
            else context.after(delayMs, { type: "back_off_over", name });
            break;
          }
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
      for (const tell of down) tell();
    }

    function giveUp(child: SupervisedChild, reason: ExitReason): never {
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
        } failed too often, see cause`,
        { cause },
      );
    }

    /** Counts a failure and sets the delay before the restart. */
    function failed(child: SupervisedChild, reason: ExitReason): void {
      const now = clock.now();
      const outage = isOutage(reason);
      const row = outage ? child.outages : child.bugs;
      const backoff = outage ? outageBackoff : bugBackoff;
      if (now - child.startedAt >= (backoff ?? outageBackoff).resetAfterMs) {
        row.count = 0;
      }
      if (row.count === 0) row.since = now;
      if (outage && now - row.since > giveUpAfterMs) giveUp(child, reason);
      child.delayMs = delayOf(backoff, row.count++);
    }

    function withRecord(
      cell: Cell,
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
        return void replyTo.tell({
          refused: new TroupeError(
            `there is no child ${name}`,
          ),
        });
      }
      switch (what) {
        case "terminate_child":
          return terminate(child, () => replyTo.tell({}));
        case "restart_child":
          execute(decisions.restart(child));
          return void replyTo.tell({});
        case "remove_child":
          if (child.phase !== "down") {
            return void replyTo.tell({
              refused: new TroupeError(
                `${name} is not down, terminate it first`,
              ),
            });
          }
          execute(decisions.remove(child));
          return void replyTo.tell({});
        default:
          what satisfies never;
      }
    }

    function terminate(child: SupervisedChild, onDown: () => void): void {
      if (child.phase === "down") return onDown();
      child.onDown.push(onDown);
      execute(decisions.terminate(child));
    }

    function replace(
      next: Child<never>,
      replyTo: ReplyTo<SupervisorReply>,
    ): void {
      const old = next.name === undefined ? undefined : byName.get(next.name);
      if (old === undefined) {
        return void replyTo.tell({
          refused: new TroupeError(
            `there is no child ${next.name}`,
          ),
        });
      }
      terminate(old, () => {
        // A temporary child is forgotten when it ends: then this is a new one.
        if (byName.get(old.name) !== old) {
          return void replyTo.tell(refusal(() => add(next)));
        }
        old.child = next;
        old.restart = next.restart;
        old.significant = next.significant;
        execute(decisions.restart(old));
        replyTo.tell({});
      });
    }

    for (const child of options.children ?? []) add(child);

    return {
      receive(message) {
        switch (message.type) {
          case "start_child":
            message.replyTo.tell(refusal(() => add(message.child)));
            return;
          case "replace_child":
            return replace(message.child, message.replyTo);
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
          case "back_off_over": {
            const child = byName.get(message.name);
            return child && execute(decisions.due(child));
          }
          default:
            message satisfies never;
        }
      },
      childStarted: (cell) => withRecord(cell, (c) => decisions.started(c)),
      childExited: (cell, reason) =>
        withRecord(cell, (child) => {
          // Whoever asked it to stop does not want it back, however it ended.
          const why = cell.stopAsked ? SHUTDOWN : reason;
          const outage = isOutage(why);
          const alive = child.phase === "starting" || child.phase === "up";
          if (alive && shouldRestart(child.restart, why)) failed(child, why);
          cell.reopen();
          return decisions.exited(child, why, clock.now(), !outage);
        }),
    };
  };
}

/** Whether a child failed because its peer is not there. */
function isOutage(reason: ExitReason): boolean {
  return reason.type === "failed" && reason.cause instanceof UnavailableError;
}

function delayOf(backoff: ResolvedBackoff | undefined, count: number): number {
  return backoff === undefined ? 0 : backoffDelayMs(backoff, count);
}

/** Runs what may be refused, and says why it was. */
function refusal(attempt: () => void): SupervisorReply {
  try {
    attempt();
    return {};
  } catch (error) {
    return { refused: error };
  }
}
