/**
 * What the laws of supervision are tested with: OTP's rules written down once
 * more, in the simplest way; and a world of children that live and end as the
 * decisions command.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { ExitReason } from "../../src/actor/ref.ts";
import {
  type AutoShutdown,
  type ChildPhase,
  type ChildState,
  type Command,
  type RestartPolicy,
  Supervision,
  type SupervisionRules,
} from "../../src/actor/supervision_state.ts";

/** How a life ended by itself. */
export type Ending = "normal" | "shutdown" | "killed" | "failed" | "outage";

/** What a child is like. */
export interface KidSpec {
  readonly restart: RestartPolicy;
  readonly significant: boolean;
}

interface ModelChild extends KidSpec {
  readonly id: number;
  alive: boolean;
}

/**
 * A supervisor by OTP's rules that needs no time for anything, as in
 * `supervisor.erl`, which waits for each child before it does the next thing.
 */
export class OtpModel {
  readonly #rules: Required<SupervisionRules>;
  /** Whether the next starts fail; those beyond succeed. */
  readonly #faults: boolean[];
  readonly #moments: number[] = [];
  children: ModelChild[] = [];
  readonly trace: string[] = [];
  over = false;
  now = 0;

  constructor(rules: Required<SupervisionRules>, faults: readonly boolean[]) {
    this.#rules = rules;
    this.#faults = [...faults];
  }

  /** The children that are alive. */
  get alive(): number[] {
    return this.children.filter(({ alive }) => alive).map(({ id }) => id);
  }

  /** An initial child. */
  add(id: number, spec: KidSpec): void {
    const child = { ...spec, id, alive: false };
    this.children.push(child);
    this.#start([child]);
  }

  /** `start_child`: what does not start is not there. Returns if it did. */
  startChild(id: number, spec: KidSpec): boolean {
    const child = { ...spec, id, alive: false };
    this.children.push(child);
    const starts = this.#tryStart(child);
    if (!starts) this.#delete(child);
    return starts;
  }

  exit(child: ModelChild, ending: Ending): void {
    child.alive = false;
    const abnormal = ending !== "normal" && ending !== "shutdown";
    const again = child.restart === "permanent" ||
      (child.restart === "transient" && abnormal);
    if (again) this.#restart(child, ending !== "outage");
    else {
      this.#drop(child);
      this.#autoShutdown(child);
    }
  }

  terminate(child: ModelChild): void {
    if (!child.alive) return;
    this.#stop(child, "stop");
    this.#drop(child);
  }

  /**
   * `restart_child`, of a child that is alive too: what does not start is down,
   * and nobody else learns of it. Returns if it did.
   */
  restart(child: ModelChild): boolean {
    if (child.alive) this.#stop(child, "pause");
    const starts = this.#tryStart(child);
    if (!starts) this.#drop(child);
    return starts;
  }

  remove(child: ModelChild): void {
    if (!child.alive) this.#delete(child);
  }

  #restart(child: ModelChild, counts: boolean): void {
    const { maxRestarts, withinMs } = this.#rules;
    if (counts) {
      this.#moments.push(this.now);
      const recent = this.#moments.filter((then) =>
        this.now <= then + withinMs
      );
      if (recent.length > maxRestarts) return this.#end("give up");
    }
    const group = this.#groupOf(child);
    for (const sibling of group.toReversed()) {
      if (!sibling.alive) continue;
      const temporary = sibling.restart === "temporary";
      this.#stop(sibling, temporary ? "stop" : "pause");
      if (temporary) this.#delete(sibling);
    }
    // Also those that were not alive: OTP does not check.
    this.#start(group.filter((each) => this.children.includes(each)));
  }

  /** Those who are started when a child is restarted, first to last. */
  #groupOf(child: ModelChild): ModelChild[] {
    switch (this.#rules.strategy) {
      case "one_for_all":
        return this.children;
      case "rest_for_one":
        return this.children.slice(this.children.indexOf(child));
      default:
        return [child];
    }
  }

  #start(children: readonly ModelChild[]): void {
    for (const child of children) {
      // Those to its right are started by the restart of this one.
      if (!this.#tryStart(child)) return this.exit(child, "failed");
    }
  }

  #tryStart(child: ModelChild): boolean {
    this.trace.push(`start ${child.id}`);
    return child.alive = !this.#faults.shift();
  }

  #stop(child: ModelChild, how: "stop" | "pause"): void {
    this.trace.push(`${how} ${child.id}`);
    child.alive = false;
  }

  /** It is not wanted now; some are not even kept. */
  #drop(child: ModelChild): void {
    const dynamic = this.#rules.strategy === "dynamic";
    if (dynamic || child.restart === "temporary") this.#delete(child);
  }

  #delete(child: ModelChild): void {
    this.children = this.children.filter((other) => other !== child);
  }

  #autoShutdown({ significant }: ModelChild): void {
    const left = this.children.some((child) =>
      child.significant && child.alive
    );
    const ends: Record<AutoShutdown, boolean> = {
      never: false,
      any_significant: significant,
      all_significant: significant && !left,
    };
    if (ends[this.#rules.autoShutdown]) this.#end("shut down");
  }

  #end(how: string): void {
    this.trace.push(how);
    this.over = true;
  }
}

/** A child without an actor. */
export class Kid implements ChildState {
  readonly id: number;
  readonly restart: RestartPolicy;
  readonly significant: boolean;
  phase: ChildPhase = "off";
  plannedEnd: ChildState["plannedEnd"];
  ifStartFails: ChildState["ifStartFails"];
  /** Whether a life of it goes on. */
  alive = false;

  constructor(id: number, { restart, significant }: KidSpec) {
    this.id = id;
    this.restart = restart;
    this.significant = significant;
  }
}

function reasonOf(ending: Ending): ExitReason {
  return ending === "failed" || ending === "outage"
    ? { type: "failed", cause: ending }
    : { type: ending };
}

/** What a supervisor has asked for and what has not happened yet. */
type Pending = {
  readonly type: "started" | "ended" | "due";
  readonly kid: Kid;
};

/**
 * Carries commands out as the supervisor does, and lets the test decide when
 * what was asked for happens.
 */
export class World {
  readonly rules: Required<SupervisionRules>;
  readonly machine: Supervision<Kid>;
  readonly trace: string[] = [];
  readonly pending: Pending[] = [];
  over = false;
  now = 0;
  /** Called before a command is carried out. */
  check: (command: Command<Kid>) => void = () => {};
  #ids = 0;

  constructor(rules: Required<SupervisionRules>) {
    this.rules = rules;
    this.machine = new Supervision(rules);
  }

  get kids(): Kid[] {
    return [...this.machine.children];
  }

  /** Adds a child; `expect` is called with it before anything happens. */
  add(spec: KidSpec, asked: boolean, expect?: (kid: Kid) => void): void {
    const kid = new Kid(this.#ids++, spec);
    expect?.(kid);
    this.run(this.machine.add(kid, asked));
  }

  exit(kid: Kid, ending: Ending): void {
    kid.alive = false;
    // What was asked of this life is done with it; a back-off is not.
    this.#drop(kid, "started", "ended");
    const counts = ending !== "outage";
    this.run(this.machine.exited(kid, reasonOf(ending), this.now, counts));
  }

  /** Lets something happen that was asked for. */
  happen(index: number, fault = false): void {
    const { type, kid } = this.pending[index] as Pending;
    this.pending.splice(index, 1);
    if (type === "due") return this.run(this.machine.due(kid));
    if (type === "ended") return this.exit(kid, "shutdown");
    if (fault) this.exit(kid, "failed");
    else this.run(this.machine.started(kid));
  }

  /** Lets all children end that must, also those that must only then. */
  letEnd(): void {
    let index;
    while (
      (index = this.pending.findIndex(({ type }) => type === "ended")) >= 0
    ) this.happen(index);
  }

  /** Lets the back-off of a child be over. */
  letBeDue(kid: Kid): void {
    this.happen(
      this.pending.findIndex((pending) =>
        pending.type === "due" && pending.kid === kid
      ),
    );
  }

  run(commands: readonly Command<Kid>[]): void {
    for (const command of commands) {
      assert(!this.over, "nothing follows the end");
      this.check(command);
      this.#carryOut(command);
    }
  }

  #carryOut(command: Command<Kid>): void {
    switch (command.type) {
      case "start": {
        const { child } = command;
        assert(!child.alive, "no child has two lives at once");
        child.alive = true;
        this.#drop(child, "due");
        this.pending.push({ type: "started", kid: child });
        this.trace.push(`start ${child.id}`);
        return;
      }
      case "pause":
      case "stop": {
        const { child } = command;
        assert(child.alive, "only the living are stopped");
        this.#drop(child, "started");
        this.pending.push({ type: "ended", kid: child });
        this.trace.push(`${command.type} ${child.id}`);
        return;
      }
      case "delay":
        this.pending.push({ type: "due", kid: command.child });
        return;
      case "discard":
        assert(!command.child.alive, "only the dead are let go");
        this.#drop(command.child, "due");
        return;
      case "forget":
        assert(!this.kids.includes(command.child), "it is no child any more");
        return;
      case "give_up":
        this.over = true;
        return void this.trace.push("give up");
      case "shut_down":
        this.over = true;
        return void this.trace.push("shut down");
      default:
        command satisfies never;
    }
  }

  #drop(kid: Kid, ...types: Pending["type"][]): void {
    for (let i = this.pending.length - 1; i >= 0; i--) {
      const pending = this.pending[i] as Pending;
      if (pending.kid === kid && types.includes(pending.type)) {
        this.pending.splice(i, 1);
      }
    }
  }
}
