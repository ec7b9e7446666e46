/**
 * Calls to a supervisor at run time. Calls that change something wait as long
 * as that takes, unless `timeoutMs` says otherwise; they reject if the
 * supervisor ends first.
 *
 * @module
 */
import { checkString, reasonOf } from "../checks/internal.ts";
import { checkRef } from "./argument_checks.ts";
import { checkChild, Child, type ChildSpec } from "./child.ts";
import { TroupeError } from "./errors.ts";
import type { ActorRef, AskOptions, ReplyTo } from "./ref.ts";
import type {
  ChildInfo,
  SupervisorMessage,
  SupervisorReply,
} from "./supervisor_protocol.ts";

/** A reference to a supervisor, to which its calls are sent. */
export type SupervisorRef = ActorRef<SupervisorMessage>;

async function call(
  supervisor: SupervisorRef,
  what: string,
  request: (replyTo: ReplyTo<SupervisorReply>) => SupervisorMessage,
  options: AskOptions | undefined,
): Promise<void> {
  checkSupervisor(supervisor);
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
 * Adds a child after the others, and returns a reference to it when it has
 * started. If it does not start, this call rejects and the supervisor has no
 * such child; no other child is affected, and nothing counts against
 * `maxRestarts`. A child without a name may be started any number of times.
 *
 * @example
 * ```ts
 * import { ActorSystem, startChild, supervisor } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const workers = system.spawn(supervisor({ strategy: "dynamic" }));
 * const worker = await startChild(workers, {
 *   behavior: () => ({ receive: (job: string) => console.log(job) }),
 * });
 * worker.tell("sort the letters");
 * ```
 *
 * @throws {TroupeError} as a rejection, if a child has the name, or the child
 * does not start; the error that its start failed with is the `cause`.
 * @throws {ActorStoppedError} as a rejection, if the supervisor is gone.
 * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
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

async function control(
  supervisor: SupervisorRef,
  what: "terminate" | "restart" | "remove",
  name: string,
  options: AskOptions | undefined,
): Promise<void> {
  checkString("name", name);
  await call(
    supervisor,
    `${what} ${name}`,
    (replyTo) => ({ type: `${what}_child`, name, replyTo }),
    options,
  );
}

/**
 * Returns the reference to a child that was given to a supervisor.
 *
 * @example
 * ```ts
 * import { ActorSystem, child, findChild, supervisor } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const echo = child<string>({ behavior: () => ({ receive: console.log }) });
 * const root = system.spawn(supervisor({ children: [echo] }));
 * (await findChild(root, echo)).tell("hello");
 * ```
 *
 * @throws {TroupeError} as a rejection, if the supervisor has no such child
 * now.
 * @throws {ActorStoppedError} as a rejection, if the supervisor is gone.
 * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
 */
export async function findChild<M>(
  supervisor: SupervisorRef,
  child: Child<M>,
  options?: AskOptions,
): Promise<ActorRef<M>> {
  checkChild("child", child);
  await listChildren(supervisor, options);
  const ref = refOf(supervisor, child);
  if (ref.alive) return ref;
  throw notFound(supervisor, child);
}

/**
 * Returns the children of a supervisor, in order.
 *
 * @example
 * ```ts
 * import { ActorSystem, child, listChildren, supervisor } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const echo = child({ name: "echo", behavior: () => ({ receive() {} }) });
 * const root = system.spawn(supervisor({ children: [echo] }));
 * const [info] = await listChildren(root);
 * console.assert(info?.name === "echo" && info.restarts === 0);
 * ```
 *
 * @throws {ActorStoppedError} as a rejection, if the supervisor is gone.
 * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
 */
export async function listChildren(
  supervisor: SupervisorRef,
  options?: AskOptions,
): Promise<readonly ChildInfo[]> {
  checkSupervisor(supervisor);
  return await supervisor.ask<readonly ChildInfo[]>(
    (replyTo) => ({ type: "list_children", replyTo }),
    options,
  );
}

/**
 * Stops a child and resolves when it is gone, which may take as long as its
 * shutdown deadline. The child stays down until {@linkcode restartChild}, or
 * until the strategy restarts it with a sibling that fails. A temporary child
 * is removed, as is any child of a dynamic supervisor.
 *
 * @example
 * ```ts
 * import { ActorSystem, child, supervisor } from "@troupe/troupe";
 * import { removeChild, restartChild, terminateChild } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const echo = child({ name: "echo", behavior: () => ({ receive() {} }) });
 * const root = system.spawn(supervisor({ children: [echo] }));
 * await terminateChild(root, "echo");
 * await restartChild(root, "echo");
 * await terminateChild(root, "echo");
 * await removeChild(root, "echo");
 * ```
 *
 * @throws {TroupeError} as a rejection, if there is no such child.
 * @throws {ActorStoppedError} as a rejection, if the supervisor is gone.
 * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
 */
export function terminateChild(
  supervisor: SupervisorRef,
  name: string,
  options?: AskOptions,
): Promise<void> {
  return control(supervisor, "terminate", name, options);
}

/**
 * Starts a child that was terminated, under a new reference, or gives a child
 * that is up a new life, under the same reference. Resolves when the child has
 * started. If it does not start, this call rejects and the child is down; no
 * other child is affected. Only a child that was backing off is tried again.
 *
 * @example
 * ```ts
 * import { ActorSystem, child, supervisor } from "@troupe/troupe";
 * import { removeChild, restartChild, terminateChild } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const echo = child({ name: "echo", behavior: () => ({ receive() {} }) });
 * const root = system.spawn(supervisor({ children: [echo] }));
 * await terminateChild(root, "echo");
 * await restartChild(root, "echo");
 * await terminateChild(root, "echo");
 * await removeChild(root, "echo");
 * ```
 *
 * @throws {TroupeError} as a rejection, if there is no such child, or it does
 * not start; the error that its start failed with is the `cause`.
 * @throws {ActorStoppedError} as a rejection, if the supervisor is gone.
 * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
 */
export function restartChild(
  supervisor: SupervisorRef,
  name: string,
  options?: AskOptions,
): Promise<void> {
  return control(supervisor, "restart", name, options);
}

/**
 * Removes a child that is down, and frees its name.
 *
 * @example
 * ```ts
 * import { ActorSystem, child, supervisor } from "@troupe/troupe";
 * import { removeChild, restartChild, terminateChild } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const echo = child({ name: "echo", behavior: () => ({ receive() {} }) });
 * const root = system.spawn(supervisor({ children: [echo] }));
 * await terminateChild(root, "echo");
 * await restartChild(root, "echo");
 * await terminateChild(root, "echo");
 * await removeChild(root, "echo");
 * ```
 *
 * @throws {TroupeError} as a rejection, if there is no such child, or it is not
 * down.
 * @throws {ActorStoppedError} as a rejection, if the supervisor is gone.
 * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
 */
export function removeChild(
  supervisor: SupervisorRef,
  name: string,
  options?: AskOptions,
): Promise<void> {
  return control(supervisor, "remove", name, options);
}

/**
 * Stops the child of the same name, starts this one in its place, and returns
 * a reference to it when it has started. If it does not start, this call
 * rejects and the child is down.
 *
 * @example
 * ```ts
 * import { ActorSystem, child, replaceChild, supervisor } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * const echo = child({ name: "echo", behavior: () => ({ receive() {} }) });
 * const root = system.spawn(supervisor({ children: [echo] }));
 * const louder = await replaceChild(root, {
 *   name: "echo",
 *   behavior: () => ({ receive: (text: string) => console.log(text.toUpperCase()) }),
 * });
 * louder.tell("hello");
 * ```
 *
 * @throws {TroupeError} as a rejection, if there is no child of this name, or
 * the new one does not start.
 * @throws {ActorStoppedError} as a rejection, if the supervisor is gone.
 * @throws {TypeError | RangeError} as a rejection, if an argument is wrong.
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

/** Checks what would otherwise fail in the middle of the call. */
function checkSupervisor(supervisor: unknown): void {
  checkRef("supervisor", supervisor);
}
