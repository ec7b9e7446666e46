/**
 * The context of a trace, carried from the sender of a message to its handler.
 *
 * @module
 */
import { type Context, context } from "@opentelemetry/api";
import { checkMethods } from "../checks/internal.ts";
import { type ActorSystem, TroupeError } from "../actor/mod.ts";
import { coreOf, type MessageTracing } from "../actor/internal.ts";

/**
 * Carries the active OpenTelemetry context with each message of a system, until
 * the result is disposed: it is active again in the handler, and in what the
 * handler starts. Timers, watches and piped promises return in the context in
 * which they were set. A behaviour that is called for a new life, and a
 * clean-up, belong to no trace. It creates no spans, and needs a context
 * manager that follows promises, such as the one that Deno registers with
 * `OTEL_DENO=true`.
 *
 * A message that waits when the result is disposed is handled without its
 * context. Without this call, tracing costs a message nothing.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { traceMessages } from "@troupe/troupe/telemetry";
 *
 * await using system = new ActorSystem();
 * using _tracing = traceMessages(system);
 * ```
 *
 * @throws {TypeError} if `system` is not one.
 * @throws {TroupeError} if the messages of the system are already traced.
 */
export function traceMessages(system: ActorSystem): Disposable {
  checkMethods("system", system, ["tree", "spawn"], "an ActorSystem");
  const core = coreOf(system);
  if (core.tracing !== undefined) {
    throw new TroupeError(
      "Cannot trace the messages of a system: they are already traced, dispose that first",
    );
  }
  const tracing: MessageTracing = {
    capture: () => context.active(),
    run: (captured, handle) => context.with(captured as Context, handle),
  };
  core.tracing = tracing;
  return {
    [Symbol.dispose](): void {
      if (core.tracing === tracing) core.tracing = undefined;
    },
  };
}
