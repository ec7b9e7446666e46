/**
 * What others ask of a supervisor at run time. Calls that change something
 * wait as long as that takes, unless `timeoutMs` says otherwise; they reject
 * when the supervisor ends before.
 *
 * @module
 */
import { reasonOf } from "../checks/internal.ts";
import { Child, type ChildSpec } from "./child.ts";
import { TroupeError } from "./errors.ts";
import type { ActorRef, AskOptions, ReplyTo } from "./ref.ts";
import type {
  ChildInfo,
  SupervisorMessage,
  SupervisorReply,
} from "./supervisor_protocol.ts";

/** A reference to a supervisor. */
export type SupervisorRef = ActorRef<SupervisorMessage>;

async function call(
  supervisor: SupervisorRef,
  what: string,
  request: (replyTo: ReplyTo<SupervisorReply>) => SupervisorMessage,
  options: AskOptions | undefined,
): Promise<void> {
  // A child may take as long to stop as its deadline says, as in OTP.
  const patient = { timeoutMs: Infinity, ...options };
  const { refused } = await supervisor.ask<SupervisorReply>(request, patient);
  if (refused !== undefined) {
    throw new TroupeError(
      `Cannot ${what} under ${supervisor.path}: ${reasonOf(refused)}`,
      { cause: refused },
    );
  }
}

/**
 * Adds a child after the others and answers its reference. It takes messages
 * at once, and handles them when it has started. A child without a name may be
 * started any number of times.
 *
 * Rejects with {@linkcode TroupeError} when the name is taken, and as an ask
 * does when the supervisor is gone.
 */
export async function startChild<M>(
  supervisor: SupervisorRef,
  spec: ChildSpec<M> | Child<M>,
  options?: AskOptions,
): Promise<ActorRef<M>> {
  const child = new Child(spec);
  await call(
    supervisor,
    `start ${child.name ?? "a child"}`,
    (replyTo) => ({ type: "start_child", child, replyTo }),
    options,
  );
  return refOf(supervisor, child);
}

function control(
  supervisor: SupervisorRef,
  what: "terminate" | "restart" | "remove",
  name: string,
  options: AskOptions | undefined,
): Promise<void> {
  return call(
    supervisor,
    `${what} ${name}`,
    (replyTo) => ({ type: `${what}_child`, name, replyTo }),
    options,
  );
}

/**
 * The reference of a child that a supervisor was given, once it has it.
 *
 * Rejects with {@linkcode TroupeError} when it has no such child now.
 */
export async function findChild<M>(
  supervisor: SupervisorRef,
  child: Child<M>,
  options?: AskOptions,
): Promise<ActorRef<M>> {
  await listChildren(supervisor, options);
  const ref = refOf(supervisor, child);
  if (ref.alive) return ref;
  throw notFound(supervisor, child);
}

/** The children of a supervisor, first to last. */
export function listChildren(
  supervisor: SupervisorRef,
  options?: AskOptions,
): Promise<readonly ChildInfo[]> {
  return supervisor.ask<readonly ChildInfo[]>(
    (replyTo) => ({ type: "list_children", replyTo }),
    options,
  );
}

/**
 * Stops a child and resolves when it is gone, which may take as long as its
 * deadline. It is down until {@linkcode restartChild}, or until the strategy
 * restarts it with a sibling that fails. A temporary one is forgotten, as is
 * any child of a dynamic supervisor.
 */
export function terminateChild(
  supervisor: SupervisorRef,
  name: string,
  options?: AskOptions,
): Promise<void> {
  return control(supervisor, "terminate", name, options);
}

/**
 * Starts a child that was terminated, under a new reference; or gives one
 * that is up a new life, under its reference. It does not count as a failure.
 */
export function restartChild(
  supervisor: SupervisorRef,
  name: string,
  options?: AskOptions,
): Promise<void> {
  return control(supervisor, "restart", name, options);
}

/** Forgets a child that is down, and its name. */
export function removeChild(
  supervisor: SupervisorRef,
  name: string,
  options?: AskOptions,
): Promise<void> {
  return control(supervisor, "remove", name, options);
}

/**
 * Stops the child of the same name, starts this one in its place, and answers
 * its reference.
 */
export async function replaceChild<M>(
  supervisor: SupervisorRef,
  spec: ChildSpec<M> | Child<M>,
  options?: AskOptions,
): Promise<ActorRef<M>> {
  const child = new Child(spec);
  await call(
    supervisor,
    `replace ${child.name}`,
    (replyTo) => ({ type: "replace_child", child, replyTo }),
    options,
  );
  return refOf(supervisor, child);
}

function refOf<M>(supervisor: SupervisorRef, child: Child<M>): ActorRef<M> {
  const ref = child.under(supervisor);
  if (ref !== undefined) return ref;
  throw notFound(supervisor, child);
}

function notFound(supervisor: SupervisorRef, child: Child<never>): TroupeError {
  return new TroupeError(
    `Cannot find ${
      child.name ?? "the child"
    } under ${supervisor.path}: it has no such child now`,
  );
}
