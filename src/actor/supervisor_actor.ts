/**
 * One life of a supervisor: it asks `supervision_state.ts` what to do about its
 * children, and does that.
 *
 * @module
 */
import type { ActorCell } from "./actor_cell.ts";
import type { BaseCell } from "./base_cell.ts";
import { type Child, spawnSupervised } from "./child.ts";
import { type ControlCall, ControlCalls } from "./control_calls.ts";
import {
  RestartLimitError,
  StartTimeoutError,
  TroupeError,
  UnavailableError,
} from "./errors.ts";
import type { ExitReason } from "./ref.ts";
import type { SupervisingHandler } from "./signal.ts";
import { ChildTimer, SupervisedChild } from "./supervised_child.ts";
import {
  type Command,
  shouldRestart,
  Supervision,
} from "./supervision_state.ts";
import type { SupervisorSettings } from "./supervisor_options.ts";
import type { ChildInfo, SupervisorMessage } from "./supervisor_protocol.ts";
import { SHUTDOWN } from "./tree_node.ts";

/** Default milliseconds that a start may take. */
const DEFAULT_START_MS = 60_000;

/** What a call asks for, but for those that bring a child. */
type ControlType = "terminate_child" | "restart_child" | "remove_child";

/** Supervises the children of one life of an actor. */
export class SupervisorActor implements SupervisingHandler<SupervisorMessage> {
  readonly #supervisor: ActorCell<SupervisorMessage>;
  readonly #settings: SupervisorSettings;
  readonly #decisions: Supervision<SupervisedChild>;
  readonly #byName = new Map<string, SupervisedChild>();
  readonly #calls = new ControlCalls();
  /** What must be done, now that a child is down. */
  readonly #ready: (() => void)[] = [];
  #reported = false;

  constructor(
    supervisor: ActorCell<SupervisorMessage>,
    signal: AbortSignal,
    settings: SupervisorSettings,
  ) {
    this.#supervisor = supervisor;
    this.#settings = settings;
    this.#decisions = new Supervision(settings.rules);
    const dynamic = settings.rules.strategy === "dynamic";
    supervisor.stopOrder = dynamic ? "together" : "last_first";
    // Its children have their own deadlines.
    supervisor.shutdownMs ??= Infinity;
    signal.addEventListener("abort", () => this.#abandon(), { once: true });
    for (const child of settings.children) {
      this.#execute(this.#decisions.add(this.#create(child)));
    }
    this.#reportStart();
  }

  receive(message: SupervisorMessage): void {
    if (message.type === "list_children") {
      return void message.replyTo.tell(this.#list());
    }
    const { replyTo } = message;
    this.#calls.receive(replyTo);
    switch (message.type) {
      case "start_child":
        return this.#startAsked(message.child, replyTo);
      case "replace_child":
        return this.#replace(message.child, replyTo);
      case "terminate_child":
      case "restart_child":
      case "remove_child":
        return this.#control(message.type, message.name, replyTo);
      default:
        message satisfies never;
    }
  }

  childStarted(cell: BaseCell): void {
    const child = this.#recordOf(cell);
    if (child === undefined || child.phase !== "starting") return;
    this.#cancelTimer(child);
    child.started(this.#supervisor.core.clock.now());
    if (child.plannedEnd === undefined) {
      for (const call of child.takeWhenUp()) this.#calls.done(call);
    }
    this.#execute(this.#decisions.started(child));
  }

  childExited(cell: BaseCell, reason: ExitReason): void {
    const child = this.#recordOf(cell);
    if (child === undefined) return;
    // A child that was asked to stop is not restarted, however it ended.
    const why = cell.stopRequested ? SHUTDOWN : reason;
    const { phase, plannedEnd, ifStartFails } = child;
    const unasked = plannedEnd === undefined && ifStartFails === undefined &&
      (phase === "starting" || phase === "up");
    if (unasked && shouldRestart(child.restart, why)) this.#failed(child, why);
    if (plannedEnd === undefined) this.#refuseStart(child, reason);
    // Its start is over; a back-off is not.
    if (phase !== "delayed") this.#cancelTimer(child);
    cell.reopen();
    const now = this.#supervisor.core.clock.now();
    this.#execute(this.#decisions.exited(child, why, now, !isOutage(why)));
  }

  #list(): ChildInfo[] {
    return [...this.#decisions.children].map((child) => ({
      name: child.name,
      ref: child.cell,
      phase: child.phase,
      restart: child.restart,
      restarts: child.cell?.restarts ?? 0,
    }));
  }

  #recordOf(cell: BaseCell): SupervisedChild | undefined {
    const child = this.#byName.get(cell.name);
    return child?.cell === cell ? child : undefined;
  }

  // Children.

  /** Creates the record and the actor of a child, under a name that is free. */
  #create(child: Child<never>): SupervisedChild {
    const supervisor = this.#supervisor;
    const name = child.name ?? this.#freeName();
    const holder = this.#byName.get(name);
    if (holder !== undefined) {
      const by = holder.phase === "down"
        ? "a child that is down, restart or remove that"
        : `another child of ${supervisor.shownPath}`;
      throw new TroupeError(
        `the name ${JSON.stringify(name)} is taken by ${by}`,
      );
    }
    const cell = spawnSupervised(child, supervisor, name);
    const record = new SupervisedChild(name, child, cell);
    this.#byName.set(name, record);
    return record;
  }

  /** Returns a name that no child has, not even one that is down. */
  #freeName(): string {
    let name: string;
    do name = this.#supervisor.freeName(); while (this.#byName.has(name));
    return name;
  }

  #execute(commands: readonly Command<SupervisedChild>[]): void {
    for (const command of commands) this.#carryOut(command);
    for (
      let proceed = this.#ready.shift();
      proceed !== undefined;
      proceed = this.#ready.shift()
    ) proceed();
    this.#reportStart();
  }

  #carryOut(command: Command<SupervisedChild>): void {
    switch (command.type) {
      case "start":
        return this.#start(command.child);
      case "pause":
        return command.child.cell?.pause();
      case "stop":
        return command.child.cell?.stop();
      case "discard": {
        const { child } = command;
        this.#cancelTimer(child);
        child.cell?.discard();
        this.#refuseStart(child, SHUTDOWN);
        this.#ready.push(...child.release());
        return;
      }
      case "forget":
        return void this.#byName.delete(command.child.name);
      case "delay":
        return this.#delay(command.child);
      case "shut_down":
        return this.#supervisor.stop(SHUTDOWN);
      case "give_up":
        return this.#giveUp(command.child, command.reason);
      default:
        command satisfies never;
    }
  }

  /** Reports the start of this supervisor when its children have started. */
  #reportStart(): void {
    if (this.#reported || !this.#decisions.allStarted) return;
    const { supervised, parent, maySpawn } = this.#supervisor;
    // The last of its children may have ended it instead.
    if (!maySpawn) return;
    this.#reported = true;
    if (supervised) parent?.childStarted(this.#supervisor);
  }

  #start(child: SupervisedChild): void {
    this.#cancelTimer(child);
    // A listener has ended the supervisor meanwhile.
    if (!this.#supervisor.maySpawn) return;
    child.upSince = Infinity;
    const cell = child.cell ??= this.#respawn(child);
    const { startMs = DEFAULT_START_MS } = child.child;
    this.#setTimer(child, startMs, () => this.#startTimedOut(child, startMs));
    cell.startLife();
  }

  /** Creates a new actor for a child that was down, in its old place. */
  #respawn(child: SupervisedChild): BaseCell {
    const supervisor = this.#supervisor;
    const cell = spawnSupervised(child.child, supervisor, child.name);
    let after = false;
    for (const other of this.#decisions.children) {
      if (after && other.cell !== undefined) supervisor.moveLast(other.cell);
      if (other === child) after = true;
    }
    return cell;
  }

  #startTimedOut(child: SupervisedChild, startMs: number): void {
    const { cell } = child;
    if (child.phase !== "starting" || cell === undefined) return;
    // It is a supervisor: each of its children has a deadline.
    if (child.child.startMs === undefined && !cell.starting) return;
    this.#execute(this.#decisions.startTimedOut(child));
    cell.crash(
      new StartTimeoutError(
        `Cannot wait longer for ${cell.shownPath}: it has not started within ${startMs} ms, see startMs`,
      ),
    );
  }

  #delay(child: SupervisedChild): void {
    const due = (): void => this.#execute(this.#decisions.due(child));
    if (child.delayMs === 0) return due();
    this.#setTimer(child, child.delayMs, due);
  }

  #setTimer(child: SupervisedChild, ms: number, over: () => void): void {
    const { deadlines } = this.#supervisor.core;
    // In the supervision lane: a full mailbox must not lose it.
    const timer = new ChildTimer(() =>
      this.#supervisor.signal(() => {
        if (child.timer === timer) over();
        return undefined;
      })
    );
    child.timer = timer;
    deadlines.add(timer, ms);
  }

  #cancelTimer(child: SupervisedChild): void {
    const { timer } = child;
    if (timer !== undefined) this.#supervisor.core.deadlines.remove(timer);
    child.timer = undefined;
  }

  /** This life is over: cancels the timers, refuses the calls. */
  #abandon(): void {
    for (const child of this.#decisions.children) this.#cancelTimer(child);
    this.#calls.abandon(`${this.#supervisor.shownPath} has stopped`);
  }

  #giveUp(
    child: SupervisedChild,
    reason: ExitReason,
    why = "failed too often",
  ): never {
    const cause = reason.type === "failed" ? reason.cause : reason;
    const { events } = this.#supervisor.core;
    if (events.active && child.cell !== undefined) {
      events.publish({
        type: "gave_up",
        supervisor: this.#supervisor,
        child: child.cell,
        cause,
      });
    }
    const path = child.cell?.shownPath ?? child.name;
    throw new RestartLimitError(
      `${this.#supervisor.shownPath} gave up: ${path} ${why}, see cause`,
      { cause },
    );
  }

  /** Counts a failure, and sets the delay before the restart. */
  #failed(child: SupervisedChild, reason: ExitReason): void {
    const now = this.#supervisor.core.clock.now();
    const { bugBackoff, outageBackoff, giveUpAfterMs } = this.#settings;
    const outage = isOutage(reason);
    const delays = outage ? outageBackoff : bugBackoff;
    child.delayMs = 0;
    if (delays === undefined) return;
    const streak = child.streak(outage);
    child.delayMs = streak.add(now, now - child.upSince, delays);
    if (outage && streak.durationMs(now) > giveUpAfterMs) {
      this.#giveUp(child, reason, "was unavailable too long");
    }
  }

  // Calls.

  /** A start that calls wait for has failed, or does not come. */
  #refuseStart(child: SupervisedChild, reason: ExitReason): void {
    const why = reason.type === "failed"
      ? reason.cause
      : `${child.name} ended before it had started`;
    for (const call of child.takeWhenUp()) this.#calls.refuse(call, why);
  }

  /** Adds a child at the end, and replies when it has started. */
  #startAsked(child: Child<never>, call: ControlCall): void {
    let record: SupervisedChild;
    try {
      record = this.#create(child);
    } catch (error) {
      return this.#calls.refuse(call, error);
    }
    record.whenUp(call);
    this.#execute(this.#decisions.add(record, true));
  }

  #control(type: ControlType, name: string, call: ControlCall): void {
    const child = this.#byName.get(name);
    if (child === undefined) {
      return this.#calls.refuse(call, `there is no child ${name}`);
    }
    if (type === "terminate_child") {
      return this.#terminate(child, () => this.#calls.done(call));
    }
    if (child.plannedEnd === "down" || child.plannedEnd === "remove") {
      // It is ending because of an earlier request.
      return child.whenDown(() => this.#control(type, name, call));
    }
    if (type === "restart_child") {
      child.whenUp(call);
      return this.#execute(this.#decisions.restart(child));
    }
    if (child.phase !== "down") {
      const why = `${name} is not down, terminate it first`;
      return this.#calls.refuse(call, why);
    }
    this.#execute(this.#decisions.remove(child));
    this.#calls.done(call);
  }

  #terminate(child: SupervisedChild, done: () => void): void {
    if (child.phase === "down") return done();
    // Checks again: an earlier request may have started it once more.
    child.whenDown(() => this.#terminate(child, done));
    this.#execute(this.#decisions.terminate(child));
  }

  #replace(next: Child<never>, call: ControlCall): void {
    const old = next.name === undefined
      ? undefined
      : this.#byName.get(next.name);
    if (old !== undefined) return this.#replaceOrAdd(next, old.name, call);
    this.#calls.refuse(call, `there is no child ${next.name}`);
  }

  /** Replaces the child of this name, or adds it if there is none. */
  #replaceOrAdd(next: Child<never>, name: string, call: ControlCall): void {
    const old = this.#byName.get(name);
    if (old === undefined) return this.#startAsked(next, call);
    this.#terminate(old, () => {
      // A temporary child is removed when it ends.
      if (this.#byName.get(name) !== old) {
        return this.#replaceOrAdd(next, name, call);
      }
      old.child = next;
      try {
        // At once, though it may have to wait for its turn to start.
        old.cell = this.#respawn(old);
      } catch (error) {
        return this.#calls.refuse(call, error);
      }
      old.whenUp(call);
      this.#execute(this.#decisions.restart(old));
    });
  }
}

/** Returns whether a child failed because its peer is unavailable. */
function isOutage(reason: ExitReason): boolean {
  return reason.type === "failed" && reason.cause instanceof UnavailableError;
}
