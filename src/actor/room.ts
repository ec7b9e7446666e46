/**
 * How sibling rooms send to an actor without losing what its mailbox has no
 * room for: a sender that can wait does so, and nothing is a dead letter.
 *
 * @module
 */
import { ActorCell } from "./actor_cell.ts";
import { Ask } from "./ask.ts";
import { isActorCell } from "./is_actor_cell.ts";
import type { ActorRef, ExitReason, ReplyTo } from "./ref.ts";

/**
 * Returns whether an actor's full mailbox would refuse a message; without one,
 * whether it would refuse any. An actor that is gone refuses nothing, and a
 * reference that is not of this runtime is not known to.
 */
export function wouldRefuse<M>(ref: ActorRef<M>, message?: M): boolean {
  return isActorCell(ref) && ref.open && ref.waiting.refuses(message);
}

/** Waits until an actor has handled messages, or is gone. */
export async function roomIn(ref: ActorRef<never>): Promise<void> {
  if (!(ref instanceof ActorCell)) return;
  const { room } = ref.core.dispatcher;
  const off = onGone(ref, () => room.changed(ref));
  // One that is gone would have been passed over.
  if (ref.alive) await room.wait(ref);
  off();
}

/**
 * Calls back once when an actor is gone, at once if it already is. Returns how
 * to take that back.
 */
export function onGone(
  ref: ActorRef<never>,
  callback: (reason: ExitReason) => void,
): () => void {
  if (ref instanceof ActorCell) {
    ref.onGone(callback);
    return () => ref.offGone(callback);
  }
  let isOff = false;
  ref.stopped.then((reason) => {
    if (!isOff) callback(reason);
  });
  return () => {
    isOff = true;
  };
}

/** An ask that can be given up without a signal, which would cost more. */
export interface OpenAsk<R> {
  /** Settles as that of `ActorRef.ask` does. */
  readonly reply: Promise<R>;
  /** Rejects the ask; what comes later is counted and dropped. */
  cancel(error: unknown): void;
}

/** Asks an actor, for as long as the deadline or the caller allows. */
export function openAsk<M, R>(
  ref: ActorRef<M>,
  request: (replyTo: ReplyTo<R>) => M,
  timeoutMs: number,
): OpenAsk<R> {
  if (!isActorCell(ref)) {
    const controller = new AbortController();
    const { signal } = controller;
    return {
      reply: ref.ask(request, { timeoutMs, signal }),
      cancel: (error) => controller.abort(error),
    };
  }
  const ask = new Ask<R>(ref, ref.core, undefined, timeoutMs);
  const reply = ask.start();
  try {
    ref.send(request(ask), ask);
  } catch (error) {
    ask.reject(error);
  }
  return { reply, cancel: (error) => ask.reject(error) };
}
