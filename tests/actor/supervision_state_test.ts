import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  countRestart,
  resolveIntensity,
} from "../../src/actor/restart_window.ts";
import type {
  Command,
  SupervisionRules,
} from "../../src/actor/supervision_state.ts";
import {
  type Ending,
  type Kid,
  type KidSpec,
  OtpModel,
  World,
} from "./supervision_model.ts";

// What a test does.

const spec: fc.Arbitrary<KidSpec> = fc.constantFrom(
  { restart: "permanent", significant: false },
  { restart: "permanent", significant: false },
  { restart: "transient", significant: false },
  { restart: "transient", significant: true },
  { restart: "temporary", significant: false },
  { restart: "temporary", significant: true },
);

const ending: fc.Arbitrary<Ending> = fc.constantFrom(
  "failed",
  "failed",
  "killed",
  "outage",
  "normal",
  "shutdown",
);

const who = fc.nat(9);

/** An event that the supervisor hears of, but for what it asked for itself. */
const event = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("add"),
      spec,
      asked: fc.constant(true),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("exit"), who, ending }),
  },
  fc.record({ type: fc.constant("terminate"), who }),
  fc.record({ type: fc.constant("restart"), who }),
  fc.record({ type: fc.constant("remove"), who }),
  fc.record({ type: fc.constant("wait"), ms: fc.nat(15) }),
);
type Event =
  | Exclude<
    typeof event extends fc.Arbitrary<infer E> ? E : never,
    { type: "add" }
  >
  | { type: "add"; spec: KidSpec; asked: boolean };

const rules: fc.Arbitrary<Required<SupervisionRules>> = fc.record({
  strategy: fc.constantFrom(
    "one_for_one",
    "one_for_all",
    "rest_for_one",
    "dynamic",
  ),
  maxRestarts: fc.constantFrom(0, 1, 3, 10, Infinity),
  withinMs: fc.constantFrom(0, 10, 100, Infinity),
  autoShutdown: fc.constantFrom(
    "never",
    "never",
    "any_significant",
    "all_significant",
  ),
});

const beginning = fc.array(spec, { maxLength: 5 });

/** A child that the supervisor has from its start. */
function initial(spec: KidSpec): Event {
  return { type: "add", spec, asked: false };
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

/** Hands an event to the machine; `false` if it makes no sense now. */
function apply(world: World, event: Event): boolean {
  if (event.type === "add") world.add(event.spec, event.asked);
  else if (event.type === "wait") world.now += event.ms;
  else {
    const kid = pick(world.kids, event.who);
    if (kid === undefined) return false;
    const { machine } = world;
    switch (event.type) {
      case "exit":
        if (!kid.alive) return false;
        world.exit(kid, event.ending);
        break;
      case "terminate":
        world.run(machine.terminate(kid));
        break;
      case "restart":
        world.run(machine.restart(kid));
        break;
      case "remove":
        world.run(machine.remove(kid));
        break;
      default:
        event satisfies never;
    }
  }
  return true;
}

// The first law: given time, it does what OTP does.

function applyToModel(model: OtpModel, event: Event): void {
  if (event.type === "wait") model.now += event.ms;
  else if (event.type !== "add") {
    const child = pick(model.children, event.who);
    if (child === undefined) return;
    if (event.type === "exit") {
      if (child.alive) model.exit(child, event.ending);
    } else model[event.type](child);
  }
}

Deno.test("A supervisor that has time between events restarts, stops and gives up as OTP does", () => {
  const faults = fc.array(fc.boolean(), { maxLength: 12 });
  fc.assert(
    fc.property(
      rules,
      beginning,
      fc.array(event, { maxLength: 20, size: "max" }),
      faults,
      (rules, beginning, events, faults) => {
        const world = new World(rules);
        const model = new OtpModel(rules, faults);
        const fails = [...faults];
        let ids = 0;
        const all: Event[] = [
          ...beginning.map(initial),
          ...events,
        ];
        for (const event of all) {
          apply(world, event);
          while (world.pending.length > 0 && !world.over) {
            const starts = world.pending[0]?.type === "started";
            world.happen(0, starts && fails.shift());
          }
          if (event.type === "add") {
            model[event.asked ? "startChild" : "add"](ids++, event.spec);
          } else applyToModel(model, event);

          assertEquals(world.trace, model.trace);
          if (world.over) return;
          const alive = world.kids.filter(({ alive }) => alive);
          assertEquals(alive.map(({ id }) => id), model.alive);
          assertEquals(
            world.kids.map(({ id }) => id),
            model.children.map(({ id }) => id),
          );
        }
      },
    ),
    { numRuns: 5000 },
  );
});

// The other laws: whatever happens in whatever order.

/** Watches a world, and knows what must happen in it. */
class Laws {
  readonly #world: World;
  readonly #moments: number[] = [];
  /** Children that must be up when all is done. */
  readonly #wanted = new Set<Kid>();
  /** Children that have not been up or down yet. */
  readonly #fresh = new Set<Kid>();
  /** Children whose life must end. */
  readonly #endRequested = new Set<Kid>();
  /** Whom somebody has asked to be ended now. */
  #asked: Kid | undefined;

  constructor(world: World) {
    this.#world = world;
    world.check = (command) => this.#check(command);
  }

  get #ordered(): boolean {
    const { strategy } = this.#world.rules;
    return strategy === "one_for_all" || strategy === "rest_for_one";
  }

  /** Does something, and sees that what follows from it at once is right. */
  step(event: Event | { type: "happen"; which: number; fault: boolean }): void {
    const world = this.#world;
    for (const kid of this.#fresh) {
      if (!this.#isFresh(kid)) this.#fresh.delete(kid);
    }
    if (event.type === "happen") {
      const index = event.which % world.pending.length;
      const pending = world.pending[index];
      if (pending === undefined) return;
      const ends = pending.type === "ended";
      const fails = pending.type === "started" && event.fault;
      this.#around(ends || fails ? pending.kid : undefined, "failed", () => {
        world.happen(index, event.fault);
      });
    } else if (event.type === "add") {
      world.add(event.spec, event.asked, (kid) => {
        this.#wanted.add(kid);
        this.#fresh.add(kid);
      });
    } else if (event.type === "wait") apply(world, event);
    else {
      const kid = pick(world.kids, event.who);
      if (kid === undefined) return;
      if (event.type !== "exit") this.#ask(kid, event);
      else if (kid.alive) {
        this.#around(kid, event.ending, () => world.exit(kid, event.ending));
      } else if (kid.phase === "off" || kid.phase === "delayed") {
        // Somebody has stopped it while it waits for its life.
        if (kid.restart !== "permanent" || kid.ifStartFails !== undefined) {
          this.#wanted.delete(kid);
        }
        world.exit(kid, "shutdown");
      }
    }
  }

  #ask(kid: Kid, event: Event): void {
    const { phase, plannedEnd } = kid;
    if (event.type === "terminate") this.#wanted.delete(kid);
    else if (
      event.type === "restart" &&
      (plannedEnd === undefined || plannedEnd === "restart")
    ) this.#wanted.add(kid);
    if (event.type !== "remove") this.#endRequested.add(kid);
    this.#asked = kid;
    apply(this.#world, event);
    this.#asked = undefined;
    if (event.type === "remove") {
      assertEquals(!this.#world.kids.includes(kid), phase === "down");
    }
  }

  /** A life ends by itself, if there is a `kid`: who is concerned? */
  #around(kid: Kid | undefined, ending: Ending, happens: () => void): void {
    const world = this.#world;
    if (kid === undefined || kid.plannedEnd !== undefined) return happens();
    const abnormal = ending !== "normal" && ending !== "shutdown";
    let exceeded = false;
    if (kid.ifStartFails !== undefined) {
      // Somebody has asked for this start: it concerns nobody else.
      this.#wanted.delete(kid);
      const { length } = world.trace;
      happens();
      assert(!world.kids.includes(kid) || kid.phase === "down");
      assertEquals(
        world.trace.slice(length).filter((entry) => !entry.startsWith("start")),
        [],
      );
      return;
    }
    if (
      kid.restart === "permanent" || (kid.restart === "transient" && abnormal)
    ) {
      exceeded = ending !== "outage" && this.#countFailure();
      for (const sibling of this.#affectedBy(kid)) {
        if (sibling.alive) this.#endRequested.add(sibling);
        else if (sibling.phase === "down") this.#wanted.add(sibling);
      }
    } else this.#wanted.delete(kid);
    happens();
    assertEquals(world.trace.at(-1) === "give up", exceeded);
  }

  #countFailure(): boolean {
    const { now, rules: { maxRestarts, withinMs } } = this.#world;
    this.#moments.push(now);
    const recent = this.#moments.filter((then) => then + withinMs >= now);
    return recent.length > maxRestarts;
  }

  #affectedBy(kid: Kid): Kid[] {
    const { kids, rules: { strategy } } = this.#world;
    if (strategy === "one_for_all") return kids.filter((each) => each !== kid);
    return strategy === "rest_for_one" ? kids.slice(kids.indexOf(kid) + 1) : [];
  }

  /** Is this the right moment for a command? */
  #check(command: Command<Kid>): void {
    if (command.type === "start") this.#checkStart(command.child);
    else if (command.type === "pause" || command.type === "stop") {
      this.#checkStop(command.child);
    }
  }

  #checkStart(kid: Kid): void {
    const { kids, rules: { strategy } } = this.#world;
    const left = kids.slice(0, kids.indexOf(kid));
    this.#endRequested.delete(kid);
    if (strategy === "one_for_one" && this.#isFresh(kid)) {
      assert(!left.some((kid) => this.#isFresh(kid)), "first starts in order");
    }
    if (!this.#ordered) return;
    const others = kids.filter((each) => each !== kid);
    assert(!others.some(({ phase }) => phase === "starting"), "one at a time");
    assert(
      !kids.some(({ plannedEnd }) => plannedEnd),
      "those who have to end end first",
    );
    assert(!left.some(({ phase }) => phase === "off"), "left to right");
    const before = strategy === "one_for_all" ? others : left;
    assert(!before.some(({ phase }) => phase === "delayed"), "back-off first");
  }

  #isFresh(kid: Kid): boolean {
    return this.#fresh.has(kid) && kid.phase !== "up" && kid.phase !== "down";
  }

  #checkStop(kid: Kid): void {
    assert(this.#endRequested.has(kid), "nobody else ends");
    if (kid === this.#asked) return;
    const { kids } = this.#world;
    const right = kids.slice(kids.indexOf(kid) + 1);
    assert(!right.some(({ plannedEnd }) => plannedEnd), "right to left");
    const ending = kids.filter(({ phase }) => phase === "ending");
    assertEquals(ending, [kid], "one at a time");
  }

  /** Everything has happened that was asked for. */
  checkRest(): void {
    for (const kid of this.#world.kids) {
      const { alive, phase, plannedEnd } = kid;
      const rest = this.#wanted.has(kid) ? [true, "up"] : [false, "down"];
      assertEquals([alive, phase, plannedEnd], [...rest, undefined]);
      assert(!this.#endRequested.has(kid) || !alive, "whoever has to end does");
    }
  }
}

Deno.test("Whatever happens when: lives never overlap, orders are kept, and nothing is left waiting", () => {
  const happen = fc.record({
    type: fc.constant("happen"),
    which: who,
    fault: fc.boolean(),
  });
  const steps = fc.array(
    fc.oneof(
      { weight: 1, arbitrary: event },
      { weight: 1, arbitrary: happen },
    ),
    { maxLength: 40, size: "max" },
  );
  fc.assert(
    fc.property(rules, beginning, steps, (rules, beginning, steps) => {
      const world = new World(rules);
      const laws = new Laws(world);
      const all = [
        ...beginning.map(initial),
        ...steps,
      ];
      for (const step of all) {
        laws.step(step);
        if (world.over) return;
      }
      while (world.pending.length > 0) {
        laws.step({ type: "happen", which: 0, fault: false });
        if (world.over) return;
      }
      laws.checkRest();
    }),
    { numRuns: 5000 },
  );
});

// By example.

const permanent: KidSpec = { restart: "permanent", significant: false };

/** A world where some permanent children are up. */
function worldOf(
  count: number,
  rules: Partial<Required<SupervisionRules>>,
): World {
  const world = new World({
    strategy: "one_for_one",
    autoShutdown: "never",
    maxRestarts: 9,
    withinMs: 5000,
    ...rules,
  });
  for (let i = 0; i < count; i++) world.add(permanent, false);
  while (world.pending.length > 0) world.happen(0);
  world.trace.length = 0;
  return world;
}

Deno.test("A back-off in rest_for_one delays no child before it", () => {
  const world = worldOf(3, { strategy: "rest_for_one" });
  const [first, second] = world.kids;
  world.exit(second as Kid, "failed");
  world.letEnd();
  world.exit(first as Kid, "failed");
  world.letBeDue(first as Kid);
  assertEquals(world.trace, ["pause 2", "start 0"]);
});

Deno.test("A back-off in one_for_all delays all children", () => {
  const world = worldOf(3, { strategy: "one_for_all" });
  const [first, second] = world.kids;
  world.exit(second as Kid, "failed");
  world.letEnd();
  assertEquals(world.trace, ["pause 2", "pause 0"]);
  assertEquals(first?.phase, "off");
  world.letBeDue(second as Kid);
  assertEquals(world.trace.at(-1), "start 0");
});

Deno.test("A child that is restarted on request during its back-off starts at once", () => {
  const world = worldOf(1, {});
  const [kid] = world.kids;
  world.exit(kid as Kid, "failed");
  world.run(world.machine.restart(kid as Kid));
  assertEquals(world.trace, ["start 0"]);
});

Deno.test("A supervisor without a limit does not record its restarts", () => {
  const { moments } = countRestart(
    [],
    0,
    resolveIntensity({ maxRestarts: Infinity }),
  );
  assertEquals(moments, []);
});

Deno.test("The end of a back-off does nothing to a child that has started", () => {
  const world = worldOf(1, {});
  assertEquals(world.machine.due(world.kids[0] as Kid), []);
});
