/**
 * What the tests of the actor layer share: a system whose time stands still,
 * and an actor whose messages are the steps that it takes.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { assertEquals } from "@std/assert";
import {
  type ActorContext,
  type ActorRef,
  ActorSystem,
  type ActorSystemOptions,
  type Behavior,
  child,
  type ChildSpec,
  type ExitReason,
  startChild,
  supervisor,
  type SupervisorMessage,
  type SupervisorOptions,
  type SystemEvent,
} from "../../src/actor/mod.ts";
import { coreOf } from "../../src/actor/core.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** The systems of tests that run. */
const live = new Set<ActorSystem>();

/**
 * Lets everything run that is ready, until some turns of the event loop have
 * passed in which no actor had anything to do; or many turns, for a system
 * that never comes to rest. No time passes.
 */
export async function settle(): Promise<void> {
  let quietTurns = 0;
  for (let turn = 0; turn < 1000 && quietTurns < 5; turn++) {
    await new Promise<void>((resolve) => setImmediate(() => resolve()));
    const busy = [...live].some((system) => !coreOf(system).dispatcher.idle);
    quietTurns = busy ? 0 : quietTurns + 1;
  }
}

/** What a promise settles to without any time passing; fails if it waits. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  const waits = settle().then(() => {
    throw new Error("The promise is still pending");
  });
  return await Promise.race([promise, waits]);
}

/** A message of a {@linkcode stepper}: the step that it takes. */
export interface Step {
  (context: ActorContext<Step>): void | Promise<void>;
}

/** What a {@linkcode stepper} does beside its steps. */
export interface Hooks {
  /** Called at the start of each life, with the number of lives before it. */
  readonly started?: (
    context: ActorContext<Step>,
    life: number,
  ) => void | Promise<void>;
  /** See `Handler.stopped`. */
  readonly stopped?: (reason: ExitReason) => void | PromiseLike<void>;
}

/** An actor that does what its messages say. */
export function stepper({ started, stopped }: Hooks = {}): Behavior<Step> {
  let lives = 0;
  return (context) => {
    const handler = {
      receive: (step: Step) => step(context),
      ...(stopped === undefined ? {} : { stopped }),
    };
    const starting = started?.(context, lives++);
    return starting instanceof Promise ? starting.then(() => handler) : handler;
  };
}

/** A step that throws. */
export function crash(error: unknown = new Error("crash")): Step {
  return () => {
    throw error;
  };
}

/** Resolves when the actor has handled what was sent to it before. */
export function handled(ref: ActorRef<Step>): Promise<void> {
  return soon(ref.ask<void>((replyTo) => () => void replyTo.tell()));
}

/** The events of one type. */
export type EventOf<T extends SystemEvent["type"]> = Extract<
  SystemEvent,
  { readonly type: T }
>;

/**
 * A system with a manual clock and a record of its events. When it is
 * disposed it shuts down, and no timer may be left.
 */
export class TestSystem implements AsyncDisposable {
  readonly clock: ManualClock = new ManualClock();
  readonly system: ActorSystem;
  readonly events: SystemEvent[] = [];

  constructor(options: Omit<ActorSystemOptions, "clock"> = {}) {
    this.system = new ActorSystem({ ...options, clock: this.clock });
    this.system.events.subscribe((event) => this.events.push(event), {
      handlesFailures: true,
    });
    live.add(this.system);
  }

  /** Starts a stepper at the top of the tree. */
  spawn(
    hooks: Hooks = {},
    options: Omit<ChildSpec<Step>, "behavior" | "restart"> = {},
  ): ActorRef<Step> {
    return this.system.spawn(stepper(hooks), options);
  }

  /** Starts a supervisor at the top of the tree. */
  supervise(
    options: SupervisorOptions = {},
    name = "root",
  ): ActorRef<SupervisorMessage> {
    return this.system.spawn(supervisor(options), { name });
  }

  /** Starts a stepper under its own supervisor, or under `root`. */
  async supervised(
    hooks?: Hooks,
    spec?: Omit<ChildSpec<Step>, "behavior">,
    root?: ActorRef<SupervisorMessage>,
  ): Promise<ActorRef<Step>> {
    if (root === undefined) {
      return (await this.onlyChild(hooks ?? {}, {}, spec)).ref;
    }
    const behavior = stepper(hooks);
    const child = await soon(startChild(root, { ...spec, behavior }));
    await settle();
    return child;
  }

  /**
   * Starts a supervisor of one stepper, whose first start may fail or hang: a
   * supervisor goes on with an initial child, and not with a later one.
   */
  async onlyChild(
    hooks: Hooks,
    options?: Omit<SupervisorOptions, "children">,
    spec?: Omit<ChildSpec<Step>, "behavior">,
  ): Promise<{ ref: ActorRef<Step>; root: ActorRef<SupervisorMessage> }> {
    const only = child({ ...spec, behavior: stepper(hooks) });
    const root = this.supervise({ ...options, children: [only] });
    await settle();
    return { ref: only.under(root) as ActorRef<Step>, root };
  }

  /** The events of one type so far. */
  of<T extends SystemEvent["type"]>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> =>
      event.type === type
    );
  }

  /** The events so far in brief, such as `"stopped /a"`, but dead letters. */
  get story(): string[] {
    return this.events.flatMap((event) =>
      event.type === "dead_letter"
        ? []
        : event.type === "gave_up"
        ? [`gave_up ${event.supervisor.path}`]
        : [`${event.type} ${event.actor.path}`]
    );
  }

  /** The paths of the actors that are gone, in order. */
  get gone(): string[] {
    return this.of("stopped").map(({ actor }) => actor.path);
  }

  /** Lets everything run, moves the time, and lets everything run. */
  async advance(ms: number): Promise<void> {
    await settle();
    this.clock.advance(ms);
    await settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const done = this.system.shutdown();
    await this.advance(1e6);
    await soon(done);
    live.delete(this.system);
    assertEquals(this.clock.pending, 0, "timers that are left");
  }
}
