/**
 * The decisions of a session, without a PTY, a clock or viewers: events go in,
 * commands come out, and `session_actor.ts` carries them out.
 *
 * A program and its output end independently, in either order:
 *
 * ```
 *             ┌─ output_ended ──┐
 *   running ──┤                 ├── over
 *             └─ program_ended ─┘
 * ```
 *
 * Stopping may start in each phase, and each phase goes on while it lasts.
 *
 * @module
 */

/** Who is attached: viewers, taps alone, or nobody at all. */
export type Presence = "watched" | "tapped" | "alone";

/** The state on which the decisions of a session depend. */
export interface SessionState {
  /** Which of the two ends have come. */
  phase: "running" | "output_ended" | "program_ended" | "over";
  /**
   * Whether the session is being stopped: requested by the end of its actor,
   * and in order when the actor was not killed.
   */
  stopping: "no" | "requested" | "in_order";
  /** Who was attached when that was last reported. */
  presence: Presence;
  /** Whether the output is not being read. */
  paused: boolean;
  /** Whether a controller has been notified of the exit. */
  exitSeen: boolean;
  /** Whether the session stays for a while when its program has ended. */
  readonly keeps: boolean;
}

/** The events of a session. */
export type SessionEvent =
  /** The actor has started, with nobody attached. */
  | { readonly type: "started" }
  /** Whether the viewers have credit for more output. */
  | { readonly type: "demand"; readonly wanted: boolean }
  /** Who is attached now: viewers may have come, left or received output. */
  | { readonly type: "presence"; readonly presence: Presence }
  /**
   * The viewers that have all output were notified of the exit, and removed.
   */
  | {
    readonly type: "exit_reported";
    /** Whether one of these viewers was a controller. */
    readonly toController: boolean;
    /** Who is still attached. */
    readonly presence: Presence;
  }
  /** There will be no more output. */
  | { readonly type: "output_ended" }
  /** The program has ended. */
  | { readonly type: "program_ended" }
  /** The actor ends, in whatever way. */
  | { readonly type: "stop_requested" }
  /** It ends in order: it was not killed. */
  | { readonly type: "stopped_in_order" }
  /** If it had been in order, that would have been reported by now. */
  | { readonly type: "order_overdue" }
  /**
   * No process is left of a session that is being stopped, or none can be
   * killed.
   */
  | { readonly type: "processes_ended" }
  /** The wait for the other end is over; `progress` if there was output. */
  | { readonly type: "other_end_overdue"; readonly progress: boolean };

/** What the session must do, in this order. */
export type SessionCommand =
  /** Stop reading the output. */
  | "pause"
  /** Read the output again. */
  | "resume"
  /** Start to end the processes, with patience, unless that has started. */
  | "end_processes"
  /** Check now which processes are left. */
  | "check_processes"
  /** Kill the processes without patience. */
  | "kill_processes"
  /** Report when no processes are left. */
  | "await_processes"
  /** Report when it is certain that the stop was not in order. */
  | "await_order"
  /** Report when the other end has not come for a while. */
  | "await_other_end"
  /** Close the terminal: another process has it open, or cannot be ended. */
  | "close_terminal"
  /** Note how the program has ended; nothing more comes from the PTY. */
  | "conclude"
  /** Stop when the grace period is over, even if a viewer comes. */
  | "expire_after_grace"
  /** Stop when the time is over for which ended sessions are kept. */
  | "keep"
  /** Stop when the grace period is over, unless it is cancelled. */
  | "start_grace"
  /** Cancel the grace period: a viewer has come. */
  | "cancel_grace"
  /** Do not send the output that was gathered: nobody is attached. */
  | "drop_gathered"
  /** Send the output that was gathered. */
  | "flush"
  /** Notify the viewers that have all output of the exit, and remove them. */
  | "report_exit"
  /** Stop the actor. */
  | "stop";

const NOTHING: readonly SessionCommand[] = [];

/** The state of a session before anything has happened. */
export function initialSessionState(keeps = false): SessionState {
  return {
    phase: "running",
    stopping: "no",
    presence: "alone",
    paused: false,
    exitSeen: false,
    keeps,
  };
}

/**
 * Applies an event to the state, in place, and returns the commands to carry
 * out. The result depends on the arguments alone. The events that come with
 * each piece of output allocate nothing.
 */
export function transition(
  state: SessionState,
  event: SessionEvent,
): readonly SessionCommand[] {
  switch (event.type) {
    case "started":
      return ["start_grace"];
    case "demand":
      return regulate(state, event.wanted);
    case "presence":
      if (state.stopping !== "no") return NOTHING;
      // The presence counts when the viewers with all output are removed.
      if (state.phase === "over") return ["report_exit"];
      return changePresence(state, event.presence);
    case "exit_reported":
      if (event.toController) state.exitSeen = true;
      if (!state.keeps && state.exitSeen && event.presence === "alone") {
        return ["stop"];
      }
      return changePresence(state, event.presence);
    case "output_ended":
      if (state.phase === "program_ended") return conclude(state);
      state.phase = "output_ended";
      // The kernel has sent the program SIGHUP: it has a while to end.
      return ["await_other_end"];
    case "program_ended": {
      // Processes that it leaves behind in its group end as well.
      const end = ["end_processes", "check_processes"] as const;
      if (state.phase === "output_ended") return [...end, ...conclude(state)];
      state.phase = "program_ended";
      return [...end, ...regulate(state, true), "await_other_end"];
    }
    case "stop_requested":
      state.stopping = "requested";
      return [
        ...regulate(state, true),
        "end_processes",
        "await_order",
        "await_processes",
      ];
    case "stopped_in_order":
      state.stopping = "in_order";
      return NOTHING;
    case "order_overdue":
      return state.stopping === "requested" ? ["kill_processes"] : NOTHING;
    case "processes_ended":
      return state.phase === "running" ? ["await_other_end"] : NOTHING;
    case "other_end_overdue":
      if (state.phase === "over") return NOTHING;
      if (event.progress) return ["await_other_end"];
      return state.phase === "output_ended"
        ? ["end_processes"]
        : ["close_terminal"];
    default:
      return event satisfies never;
  }
}

/**
 * Reads while the viewers want output. When the program has ended or the
 * session is being stopped, all that is left is read even if they do not.
 */
function regulate(
  state: SessionState,
  wanted: boolean,
): readonly SessionCommand[] {
  const { phase } = state;
  if (phase === "output_ended" || phase === "over") return NOTHING;
  const paused = !wanted && phase === "running" && state.stopping === "no";
  if (paused === state.paused) return NOTHING;
  state.paused = paused;
  return paused ? ["pause"] : ["resume"];
}

/** A session that nobody watches has a grace period. */
function changePresence(
  state: SessionState,
  next: Presence,
): readonly SessionCommand[] {
  const before = state.presence;
  if (next === before) return NOTHING;
  state.presence = next;
  // A session that is kept has no other time than that.
  if (state.phase === "over" && state.keeps) {
    return next === "alone" ? ["drop_gathered"] : NOTHING;
  }
  if (next === "watched") return ["cancel_grace"];
  const commands: SessionCommand[] = [];
  if (next === "alone") commands.push("drop_gathered");
  if (before === "watched") commands.push("start_grace");
  return commands;
}

/** Both ends have come. */
function conclude(state: SessionState): readonly SessionCommand[] {
  state.phase = "over";
  if (state.stopping !== "no") return ["conclude", "flush"];
  return ["conclude", state.keeps ? "keep" : "expire_after_grace", "flush"];
}
