/**
 * The options and the messages of a supervisor.
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

/** How a supervisor treats children whose peer is unavailable. */
export interface UnavailableOptions {
  /** The delays between two tries to start the child. */
  readonly backoff?: BackoffOptions;
  /**
   * Milliseconds without the peer after which the supervisor gives up, 0 or
   * more. They end when the child has started, so a child that does without
   * its peer at first should wait for it in its start.
   * @default {Infinity}
   */
  readonly giveUpAfterMs?: number;
}

/** Options of a {@linkcode supervisor}. */
export interface SupervisorOptions extends RestartIntensity {
  /**
   * Which children are restarted when one fails.
   * @default {"one_for_one"}
   */
  readonly strategy?: Strategy;
  /** The children at the start, in order. A dynamic supervisor has none. */
  readonly children?: readonly Child<never>[];
  /**
   * The delays before a failed child is restarted; `false` for no delay.
   * @default {false}
   */
  readonly backoff?: BackoffOptions | false;
  /**
   * The delays before a child is restarted that failed with
   * {@linkcode UnavailableError}. These restarts do not count.
   */
  readonly unavailable?: UnavailableOptions;
  /**
   * Whether the end of significant children ends the supervisor.
   * @default {"never"}
   */
  readonly autoShutdown?: AutoShutdown;
}

/** One child, as {@linkcode listChildren} returns it. */
export interface ChildInfo {
  /** The name of the child among its siblings. */
  readonly name: string;
  /** The reference to the child; `undefined` when it is down. */
  readonly ref: ActorRef<never> | undefined;
  /** Where the child is in its life. */
  readonly phase: ChildPhase;
  /** When the supervisor restarts the child. */
  readonly restart: RestartPolicy;
  /** How often the child was restarted. */
  readonly restarts: number;
}

/** The reply of a supervisor: `{}` for done, or why it refused. */
export type SupervisorReply = { readonly refused?: unknown };

/** The messages of a supervisor; `startChild` and its like send them. */
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
