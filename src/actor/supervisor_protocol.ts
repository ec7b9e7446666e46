/**
 * How one talks to a supervisor: its options and its messages.
 *
 * @module
 */
import type { BackoffOptions } from "./backoff.ts";
import type { Child } from "./child.ts";
import type { ActorRef, ReplyTo } from "./ref.ts";
import type { RestartIntensity } from "./restart_window.ts";
import type {
  AutoShutdown,
  ChildPhase,
  RestartPolicy,
  Strategy,
} from "./supervision_state.ts";

/** What a supervisor does about children whose peer is unavailable. */
export interface UnavailableOptions {
  /** Delays between tries. */
  readonly backoff?: BackoffOptions;
  /**
   * Milliseconds of being unavailable after which the supervisor gives up.
   * @default {Infinity}
   */
  readonly giveUpAfterMs?: number;
}

/** Options of a {@linkcode supervisor}. */
export interface SupervisorOptions extends RestartIntensity {
  /**
   * Who is restarted when one child fails.
   * @default {"one_for_one"}
   */
  readonly strategy?: Strategy;
  /** Children from the start, first to last. Dynamic supervisors have none. */
  readonly children?: readonly Child<never>[];
  /**
   * Delays before restarts of a child that fails; `false` restarts at once.
   * @default {false}
   */
  readonly backoff?: BackoffOptions | false;
  /**
   * Delays before restarts of a child that failed with
   * {@linkcode UnavailableError}: these do not count as restarts.
   */
  readonly unavailable?: UnavailableOptions;
  /**
   * Whether the end of significant children ends the supervisor.
   * @default {"never"}
   */
  readonly autoShutdown?: AutoShutdown;
}

/** A child, as {@linkcode listChildren} shows it. */
export interface ChildInfo {
  /** Its name among its siblings. */
  readonly name: string;
  /** Its reference; `undefined` when it is down. */
  readonly ref: ActorRef<never> | undefined;
  /** Where it is. */
  readonly phase: ChildPhase;
  /** When it is restarted. */
  readonly restart: RestartPolicy;
  /** How often it was restarted. */
  readonly restarts: number;
}

/** What a supervisor answers: done, or why it cannot be. */
export type SupervisorReply = { readonly refused?: unknown };

/** Messages of a supervisor; `startChild` and its like send them. */
export type SupervisorMessage =
  | {
    readonly type: "start_child" | "replace_child";
    readonly child: Child<never>;
    readonly replyTo: ReplyTo<SupervisorReply>;
  }
  | {
    readonly type: "terminate_child" | "restart_child" | "remove_child";
    readonly name: string;
    readonly replyTo: ReplyTo<SupervisorReply>;
  }
  | {
    readonly type: "list_children";
    readonly replyTo: ReplyTo<readonly ChildInfo[]>;
  };
