/**
 * A slow and obvious model of a tree of supervisors by OTP's rules, with the
 * differences that `docs/semantics.md` states. Nothing takes time in it, as in
 * `supervisor.erl`, which waits for each child before it does the next thing.
 *
 * @module
 */
import type { Below, Call, Deed, Rules, Spec, Start } from "./scenario.ts";

/** How a life ended. */
type Ending = "normal" | "shutdown" | "killed" | "failed" | "outage";

/** What each deed ends a life with. */
const ENDINGS: Readonly<Record<Exclude<Deed, "tell">, Ending>> = {
  "crash": "failed",
  "outage": "outage",
  "kill": "killed",
  "stop": "shutdown",
  "drain": "shutdown",
  "stop itself": "normal",
  "stop itself and fail": "failed",
};

/** What the supervisors of a tree share. */
export interface ModelWorld {
  readonly log: string[];
  now: number;
  /** Returns how the next start goes. */
  nextStart(): Start;
}

/** A child, with its supervisor if it is one. */
export interface ModelChild {
  spec: Spec;
  readonly path: string;
  alive: boolean;
  /** Whether it is about to start. */
  coming: boolean;
  below: ModelSupervisor | undefined;
}

/** One life of a supervisor. */
export class ModelSupervisor {
  readonly path: string;
  readonly #world: ModelWorld;
  readonly #rules: Rules;
  readonly #initial: readonly Spec[];
  /** Called when it ends by itself, unless it was still starting. */
  readonly #ended: (ending: Ending) => void;
  readonly #moments: number[] = [];
  #starting = true;
  /** Initial children that have not had their turn. */
  #toCome: Spec[] = [];
  children: ModelChild[] = [];
  over: Ending | undefined;

  constructor(
    world: ModelWorld,
    path: string,
    { rules, children }: Below,
    ended: (ending: Ending) => void,
  ) {
    this.#world = world;
    this.path = path;
    this.#rules = rules;
    this.#initial = children;
    this.#ended = ended;
  }

  /** Starts the initial children; returns how this one ended, if it did. */
  start(): Ending | undefined {
    this.#toCome = [...this.#initial];
    for (let spec = this.#toCome.shift(); spec; spec = this.#toCome.shift()) {
      const child = this.#add(spec);
      const ending = this.#tryStart(child);
      // Ours is tried again, where OTP's supervisor fails.
      if (ending !== undefined) this.exit(child, ending);
      if (this.over !== undefined) break;
    }
    this.#starting = false;
    return this.over;
  }

  // Calls. They return whether they did what they were asked for.

  startChild(spec: Spec): boolean {
    if (this.#find(spec.name) !== undefined) return false;
    const child = this.#add(spec);
    if (this.#tryStart(child) === undefined) return true;
    this.#delete(child);
    return false;
  }

  /** Whether its children are stopped together, and have no order. */
  get dynamic(): boolean {
    return this.#rules.strategy === "dynamic";
  }

  call(call: Call, name: string): boolean {
    const child = this.#find(name);
    if (child === undefined) return false;
    if (call === "terminate") {
      this.#stop(child);
      this.#drop(child);
      return true;
    }
    if (call === "restart") {
      this.#stop(child);
      return this.#startAgain(child);
    }
    if (child.alive) return false;
    this.#delete(child);
    return true;
  }

  replaceChild(spec: Spec): boolean {
    const child = this.#find(spec.name);
    if (child === undefined) return false;
    const wasAlive = child.alive;
    this.#stop(child);
    if (wasAlive) this.#drop(child);
    if (!this.children.includes(child)) return this.startChild(spec);
    child.spec = spec;
    return this.#startAgain(child);
  }

  // What happens to children.

  /** A child does something, or something is done to it. */
  deed(child: ModelChild, deed: Exclude<Deed, "tell">): void {
    if (deed === "kill") this.#kill(child);
    else this.#stop(child);
    this.exit(child, ENDINGS[deed]);
  }

  /** The life of a child has ended by itself. Returns if others follow. */
  exit(child: ModelChild, ending: Ending): boolean {
    child.alive = false;
    child.below = undefined;
    const abnormal = ending !== "normal" && ending !== "shutdown";
    const { restart } = child.spec;
    if (restart === "permanent" || (restart === "transient" && abnormal)) {
      this.#restart(child, ending !== "outage");
      return true;
    }
    this.#drop(child);
    const { autoShutdown } = this.#rules;
    if (!child.spec.significant || autoShutdown === "never") return false;
    const left = this.#toCome.some(({ significant }) => significant) ||
      this.children.some(({ spec, alive, coming }) =>
        spec.significant && (alive || coming)
      );
    if (autoShutdown === "any_significant" || !left) this.#end("shutdown");
    return false;
  }

  #restart(child: ModelChild, counts: boolean): void {
    const { maxRestarts, withinMs, strategy } = this.#rules;
    const { now } = this.#world;
    if (counts) {
      this.#moments.push(now);
      const recent = this.#moments.filter((then) => now - then <= withinMs);
      if (recent.length > maxRestarts) return this.#end("failed");
    }
    const from = strategy === "one_for_all" ? 0 : this.children.indexOf(child);
    const to = strategy === "one_for_all" || strategy === "rest_for_one"
      ? this.children.length
      : from + 1;
    const group = this.children.slice(from, to);
    for (const sibling of group.toReversed()) {
      const wasAlive = sibling.alive;
      this.#stop(sibling);
      if (wasAlive && sibling.spec.restart === "temporary") {
        this.#delete(sibling);
      }
    }
    const again = group.filter((each) => this.children.includes(each));
    for (const each of again) each.coming = true;
    for (const each of again) {
      const ending = this.#tryStart(each);
      // Another restart has started those to its right.
      if (ending !== undefined && this.exit(each, ending)) return;
      if (this.over !== undefined) return;
    }
  }

  #tryStart(child: ModelChild): Ending | undefined {
    child.coming = false;
    const { below } = child.spec;
    if (below !== undefined) {
      child.below = new ModelSupervisor(
        this.#world,
        child.path,
        below,
        (ending) => this.exit(child, ending),
      );
      const ending = child.below.start();
      if (ending === undefined) child.alive = true;
      else child.below = undefined;
      return ending;
    }
    this.#world.log.push(`start ${child.path}`);
    const start = this.#world.nextStart();
    if (start === "fails") return "failed";
    if (start === "outage") return "outage";
    child.alive = true;
    return undefined;
  }

  /** A start that a call asks for: the child is down if it fails. */
  #startAgain(child: ModelChild): boolean {
    if (this.#tryStart(child) === undefined) return true;
    this.#drop(child);
    return false;
  }

  #stop(child: ModelChild): void {
    if (!child.alive) return;
    if (child.below === undefined) this.#world.log.push(`stop ${child.path}`);
    else child.below.stopAll();
    child.alive = false;
    child.below = undefined;
  }

  #kill(child: ModelChild): void {
    child.alive = false;
    child.below = undefined;
  }

  /** Stops the children, last to first; a dynamic supervisor all together. */
  stopAll(): void {
    const children = [...this.children];
    if (!this.dynamic) children.reverse();
    for (const child of children) this.#stop(child);
  }

  #end(how: Ending): void {
    this.over = how;
    this.stopAll();
    if (!this.#starting) this.#ended(how);
  }

  // The list of children.

  #add(spec: Spec): ModelChild {
    const path = `${this.path}/${spec.name}`;
    const child: ModelChild = {
      spec,
      path,
      alive: false,
      coming: false,
      below: undefined,
    };
    this.children.push(child);
    return child;
  }

  #find(name: string): ModelChild | undefined {
    return this.children.find(({ spec }) => spec.name === name);
  }

  /** It is not wanted now; some are not even kept. */
  #drop(child: ModelChild): void {
    if (this.dynamic || child.spec.restart === "temporary") this.#delete(child);
  }

  #delete(child: ModelChild): void {
    this.children = this.children.filter((other) => other !== child);
  }
}
