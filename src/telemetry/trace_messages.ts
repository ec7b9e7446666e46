/**
 * The context of a trace, from the sender of a message to its handler.
 *
 * @module
 */
import { type Context, context } from "@opentelemetry/api";
import { type ActorSystem, TroupeError } from "../actor/mod.ts";
import { coreOf, type MessageTracing } from "../actor/internal.ts";

/**
 * Lets the active OpenTelemetry context go with each message of a system: it
 * is active again in the handler, and in what the handler starts. Timers,
 * watches and piped promises come back in the context in which they were set.
 * A behaviour that is called for a new life, and a clean-up, belong to no
 * trace. It makes no spans of its own, and needs a context manager that
 * follows promises, such as the one that Deno registers with `OTEL_DENO=true`.
 *
 * A message that waits when the result is disposed is handled without its
 * context. Without this call a message costs nothing for it.
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
 * @throws {TroupeError} when the messages of the system are traced already.
 */
export function traceMessages(system: ActorSystem): Disposable {
  const core = coreOf(system);
  if (core.tracing !== undefined) {
    throw new TroupeError(
      "Cannot trace the messages of a system: they are traced already",
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
