/**
 * A request of a client that wants many replies.
 *
 * @module
 */
import type { MessageBus, RequestManyOptions } from "../../message_bus.ts";
import type { RawSubject, SourceRequest } from "./bus_source.ts";

/**
 * Publishes a request, and passes on all replies.
 *
 * @returns What cancels it.
 */
export function serveRequestMany(
  bus: MessageBus,
  subject: RawSubject,
  bytes: Uint8Array,
  options: RequestManyOptions,
  outcome: SourceRequest,
): () => void {
  const aborter = new AbortController();
  const { signal } = aborter;
  void (async () => {
    try {
      const replies = bus.requestMany(subject, bytes, { ...options, signal });
      for await (const reply of replies) outcome.reply(reply);
      outcome.done();
    } catch (error) {
      outcome.fail(error);
    }
  })();
  return () => aborter.abort(new Error("Nobody waits for the replies"));
}
