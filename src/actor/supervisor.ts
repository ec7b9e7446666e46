/**
 * The supervisor: an actor that starts its children, restarts those that fail,
 * and gives up when they fail too often. The options are checked in
 * `supervisor_options.ts`, the decisions are made in `supervision_state.ts`,
 * and `supervisor_actor.ts` executes them.
 *
 * @module
 */
import { isActorCell } from "./is_actor_cell.ts";
import type { Behavior } from "./behavior.ts";
import type { SupervisingHandler } from "./signal.ts";
import { SupervisorActor } from "./supervisor_actor.ts";
import { resolveSupervisorOptions } from "./supervisor_options.ts";
import type {
  SupervisorMessage,
  SupervisorOptions,
} from "./supervisor_protocol.ts";

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
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if an option has the wrong type or is not known, two
 * children have one name, or a dynamic supervisor is given children.
 * @throws {RangeError} if a number is out of its range.
 */
export function supervisor(
  options: SupervisorOptions = {},
): Behavior<SupervisorMessage> {
  const settings = resolveSupervisorOptions(options);

  return ({ self, signal }): SupervisingHandler<SupervisorMessage> => {
    if (!isActorCell(self)) {
      throw new TypeError("Cannot supervise: the context is not an actor's");
    }
    const actor = new SupervisorActor(self, signal, settings);
    // A plain object, which others may spread to add a clean-up.
    return {
      receive: (message) => actor.receive(message),
      childStarted: (child) => actor.childStarted(child),
      childExited: (child, reason) => actor.childExited(child, reason),
    };
  };
}
