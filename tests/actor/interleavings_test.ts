/**
 * Random programs under a seeded scheduler: whichever actor runs next, the books of
 * messages, asks and watches balance. The seed is an integer of the property,
 * so that a failure prints it.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ActorContext,
  ActorFailedError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  type Behavior,
  type ExitReason,
  MailboxFullError,
  type MailboxOptions,
  type ReplyTo,
  startChild,
} from "../../src/actor/mod.ts";
import { seededScheduler } from "../../src/testing/mod.ts";
import { type EventOf, settle, TestSystem } from "./fixtures.ts";

/** What a message makes an actor do, one after the other. */
type Script = readonly Deed[];
type Deed =
  | { readonly do: "tell" | "ask"; readonly to: number; readonly what: Script }
  | {
    readonly do: "stop" | "drain" | "kill" | "watch" | "unwatch";
    readonly to: number;
  }
  | {
    readonly do:
      | "reply"
      | "crash"
      | "spawn"
      | "yield"
      | "wait"
      | "set aside"
      | "put back";
  };

/** What the test itself does between two turns of the actors. */
type Move =
  | Extract<Deed, { readonly to: number }>
  | { readonly do: "spawn" | "turn" | "advance" | "release" };

// The more often a deed stands here, the more often it is drawn.
const PLAIN = [
  ...["reply", "reply", "reply", "crash", "spawn"] as const,
  ...["yield", "wait", "set aside", "put back", "put back"] as const,
];
const POINTED = [
  ...["stop", "drain", "kill"] as const,
  ...["watch", "watch", "watch", "watch", "unwatch"] as const,
];

const to = fc.nat(7);
const { script } = fc.letrec<{ script: Script; deed: Deed }>((tie) => ({
  script: fc.array(tie("deed"), { maxLength: 4, depthIdentifier: "script" }),
  deed: fc.oneof(
    { depthSize: "small", depthIdentifier: "script" },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constantFrom(...PLAIN) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom(...POINTED), to }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom("tell", "ask"),
        to,
        what: tie("script"),
      }),
    },
  ),
}));
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constantFrom("tell", "tell", "ask"),
      to,
      what: script,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("stop", "drain", "kill"), to }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("spawn", "spawn", "turn", "advance", "release"),
    }),
  },
);

/** A message, and what has become of it. */
interface Letter {
  readonly type: "letter";
  readonly script: Script;
  /** The sender, the receiver, and how many were sent before. */
  readonly route: string;
  readonly number: number;
  readonly replyTo: ReplyTo<Letter> | undefined;
  received: number;
  wasSetAside: boolean;
  crash: EventOf<"failed"> | undefined;
  discarded: EventOf<"dead_letter"> | undefined;
  /** When it crashed its receiver, or was discarded. */
  endedAt: number;
}

/** A watch, and what has come of it. */
interface Watch {
  readonly type: "notice";
  readonly target: ActorRef<Message>;
  isOver: boolean;
  told: ExitReason | undefined;
}

type Message = Letter | Watch;

/** The actors of one run, and the books. */
class Stage implements AsyncDisposable {
  readonly test: TestSystem;
  readonly #refs: ActorRef<Message>[] = [];
  readonly #letters: Letter[] = [];
  readonly #watches: Watch[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #lastReceived = new Map<string, number>();
  readonly #wrongs: string[] = [];
  #gate = Promise.withResolvers<void>();
  #asked = 0;
  #settled = 0;
  #handlings = 0;
  #pendings = 0;
  #late = 0;

  constructor(seed: number) {
    this.test = new TestSystem({ scheduler: seededScheduler(seed) });
    this.test.system.events.subscribe((event) => {
      if (event.type === "dead_letter") {
        const letter = this.#letterOf(event.message);
        if (letter === undefined) return;
        this.#expect(letter.discarded === undefined, "twice a dead letter");
        letter.discarded = event;
        letter.endedAt = this.test.clock.now();
      } else if (event.type === "failed") {
        const letter = this.#letterOf(event.message);
        if (letter === undefined) return;
        this.#expect(letter.crash === undefined, "crashed on twice");
        letter.crash = event;
        letter.endedAt = this.test.clock.now();
      }
    });
  }

  async open(): Promise<void> {
    const root = this.test.supervise({ maxRestarts: Infinity });
    const policies = ["refuse", "drop_oldest", "drop_newest"] as const;
    for (const overflow of policies) {
      const mailbox = { maxMessages: 3, maxStashed: 2, overflow };
      const child = { behavior: this.#behavior(), mailbox };
      startChild(root, child).then((ref) => this.#refs.push(ref));
      this.#spawn(mailbox);
    }
    await settle();
  }

  #letterOf(message: unknown): Letter | undefined {
    return this.#letters.find((letter) => letter === message);
  }

  #expect(fact: boolean, otherwise: string): void {
    if (!fact) this.#wrongs.push(otherwise);
  }

  #ref(index: number): ActorRef<Message> {
    return this.#refs[index % this.#refs.length] as ActorRef<Message>;
  }

  #spawn(mailbox?: MailboxOptions<Message>): void {
    const options = mailbox && { mailbox };
    this.#refs.push(this.test.system.spawn(this.#behavior(), options));
  }

  // What actors do.

  #behavior(): Behavior<Message> {
    return (context) => {
      let running = false;
      const watches = new Map<ActorRef<Message>, Watch>();
      context.signal.addEventListener("abort", () => {
        for (const watch of watches.values()) watch.isOver = true;
      });
      return {
        receive: (message) => {
          const { path } = context.self;
          this.#expect(!running, `${path} handles two at a time`);
          this.#expect(!context.signal.aborted, `${path} handles when over`);
          this.#handlings++;
          if (message.type === "notice") return this.#notice(message);
          if (!this.#receive(message, context)) return;
          running = true;
          const done = (): void => void (running = false);
          let handling: Promise<void> | undefined;
          try {
            handling = this.#perform(message, 0, context, watches);
          } finally {
            // What is cut short by a kill may count as handled, or not.
            if (handling || context.signal.aborted) this.#pendings++;
          }
          return handling === undefined ? done() : handling.finally(done);
        },
      };
    };
  }

  #notice(watch: Watch): void {
    this.#expect(!watch.isOver, "told after unwatch, or twice");
    this.#expect(!watch.target.alive, "told of one that is not gone");
    watch.isOver = true;
  }

  /** Records that a letter has come; returns false when it is stashed. */
  #receive(letter: Letter, context: ActorContext<Message>): boolean {
    if (letter.script[0]?.do === "set aside" && !letter.wasSetAside) {
      letter.wasSetAside = true;
      if (context.stash(letter)) return false;
    }
    letter.received++;
    // A stashed letter comes later than those that were sent after it.
    if (letter.wasSetAside) return true;
    const last = this.#lastReceived.get(letter.route) ?? -1;
    this.#expect(letter.number > last, `${letter.route}: out of order`);
    this.#lastReceived.set(letter.route, letter.number);
    return true;
  }

  #perform(
    letter: Letter,
    start: number,
    context: ActorContext<Message>,
    watches: Map<ActorRef<Message>, Watch>,
  ): Promise<void> | undefined {
    const { script } = letter;
    for (let i = start; i < script.length; i++) {
      const deed = script[i] as Deed;
      switch (deed.do) {
        case "tell":
        case "ask":
        case "stop":
        case "drain":
        case "kill":
          this.#act(deed, context.self.path);
          break;
        case "reply":
          if (letter.replyTo?.tell(letter) === false) this.#late++;
          break;
        case "crash":
          throw new Error("crash");
        case "watch":
          this.#watch(this.#ref(deed.to), context, watches);
          break;
        case "unwatch":
          this.#unwatch(this.#ref(deed.to), context, watches);
          break;
        case "spawn":
          if (this.#refs.length < 20) {
            this.#refs.push(context.spawn(this.#behavior()));
          }
          break;
        case "put back":
          context.unstashAll();
          break;
        case "set aside":
          break;
        case "yield":
        case "wait": {
          const waited = deed.do === "wait"
            ? this.#gate.promise
            : Promise.resolve();
          return waited.then(() =>
            this.#perform(letter, i + 1, context, watches)
          );
        }
        default:
          deed satisfies never;
      }
    }
    return undefined;
  }

  #watch(
    target: ActorRef<Message>,
    context: ActorContext<Message>,
    watches: Map<ActorRef<Message>, Watch>,
  ): void {
    if (target === context.self) return;
    const type = "notice";
    const watch: Watch = { type, target, isOver: false, told: undefined };
    context.watch(target, (reason) => {
      this.#expect(watch.told === undefined, "a second notice");
      watch.told = reason;
      return watch;
    });
    const replaced = watches.get(target);
    if (replaced !== undefined) replaced.isOver = true;
    watches.set(target, watch);
    this.#watches.push(watch);
  }

  #unwatch(
    target: ActorRef<Message>,
    context: ActorContext<Message>,
    watches: Map<ActorRef<Message>, Watch>,
  ): void {
    context.unwatch(target);
    const watch = watches.get(target);
    if (watch !== undefined) watch.isOver = true;
  }

  /** What an actor does to another one, or the test does from outside. */
  #act(
    deed: Extract<Deed, { readonly to: number }>,
    sender: string,
  ): void {
    const target = this.#ref(deed.to);
    switch (deed.do) {
      case "tell": {
        const letter = this.#letter(deed.what, sender, target, undefined);
        const accepted = target.tell(letter);
        const why = letter.discarded?.reason;
        // What is accepted waits, but for what a full mailbox drops at once.
        this.#expect(
          accepted === (why === undefined || why === "dropped"),
          `tell answers ${accepted}, and the letter is ${why}`,
        );
        return;
      }
      case "ask":
        return this.#ask(deed.what, sender, target);
      case "stop":
      case "drain":
      case "kill":
        return target[deed.do]();
      case "watch":
      case "unwatch":
        return;
      default:
        deed satisfies never;
    }
  }

  #ask(script: Script, sender: string, target: ActorRef<Message>): void {
    this.#asked++;
    let letter: Letter | undefined;
    const timeoutMs = 50;
    const endsAt = this.test.clock.now() + timeoutMs;
    target.ask<Letter>(
      (replyTo) => letter = this.#letter(script, sender, target, replyTo),
      { timeoutMs },
    ).then((answer) => {
      this.#settled++;
      this.#expect(answer === letter, "an answer to another ask");
      this.#expect(answer.received > 0, "an answer to what nobody received");
    }, (error) => {
      this.#settled++;
      const { crash, discarded, endedAt = NaN } = letter ?? {};
      if (error instanceof ActorFailedError) {
        const { cause } = error;
        this.#expect(crash?.cause === cause, "a crash that was another's");
      } else if (error instanceof MailboxFullError) {
        const isFull = discarded && discarded.reason !== "stopped";
        this.#expect(isFull === true, `full, and ${discarded?.reason}`);
      } else if (error instanceof AskTimeoutError) {
        this.#expect(endedAt >= endsAt, "an ask waits for what has ended");
      } else {
        this.#expect(error instanceof ActorStoppedError, `${error}`);
      }
    });
  }

  #letter(
    script: Script,
    sender: string,
    target: ActorRef<Message>,
    replyTo: ReplyTo<Letter> | undefined,
  ): Letter {
    // By its index: names are used again.
    const route = `${sender} to ${this.#refs.indexOf(target)}`;
    const number = this.#numbers.get(route) ?? 0;
    this.#numbers.set(route, number + 1);
    const letter: Letter = {
      type: "letter",
      script,
      route,
      number,
      replyTo,
      received: 0,
      wasSetAside: false,
      crash: undefined,
      discarded: undefined,
      endedAt: Infinity,
    };
    this.#letters.push(letter);
    return letter;
  }

  // What the test does.

  async make(move: Move): Promise<void> {
    switch (move.do) {
      case "spawn":
        return this.#spawn();
      case "turn":
        return await this.test.system.idle();
      case "advance":
        return this.test.clock.advance(20);
      case "release":
        this.#gate.resolve();
        this.#gate = Promise.withResolvers();
        return;
      default:
        return this.#act(move, "outside");
    }
  }

  /** Lets everything come to rest. */
  async #rest(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      this.#gate.resolve();
      this.#gate = Promise.withResolvers();
      await this.test.advance(6000);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { system, clock } = this.test;
    await this.#rest();
    for (const { isOver, told, target } of this.#watches) {
      if (!isOver) assert(target.alive, `not told of ${target.path}`);
      else if (told !== undefined) {
        assertStrictEquals(told, await target.stopped);
      }
    }
    assertEquals(this.#settled, this.#asked, "asks that did not settle");
    assertEquals(clock.holding, 0, "timers that hold the process");
    // It fails if the system does not end, or leaves a timer.
    await this.test[Symbol.asyncDispose]();
    assertEquals(this.#wrongs, []);
    for (const letter of this.#letters) {
      const dead = letter.discarded === undefined ? 0 : 1;
      assertEquals(letter.received + dead, 1, `ends of one of ${letter.route}`);
      assert(!letter.crash || letter.received === 1, "lost and not received");
    }
    for (const { actor } of this.test.of("started")) assert(!actor.alive);
    const gone = this.test.gone.length;
    assertEquals(gone, this.test.of("started").length, "started, and gone");
    assertEquals(system.deadLetters, this.test.of("dead_letter").length);
    assertEquals(system.lateReplies, this.#late);
    const { children, gone: { processed, restarts } } = system.tree();
    assertEquals(children, []);
    assertEquals(restarts, this.test.of("restarted").length);
    // The root is asked to start three children, beside what the books record.
    const lost = this.#letters.filter(({ crash }) => crash).length;
    const cutShort = this.#handlings + 3 - lost - processed;
    assert(
      cutShort >= 0 && cutShort <= this.#pendings,
      `${cutShort} cut short`,
    );
  }
}

Deno.test("Whichever actor runs next: asks settle, watchers are notified once, messages end once and in order, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(move, { maxLength: 80, size: "max" }),
      async (seed, moves) => {
        await using stage = new Stage(seed);
        await stage.open();
        for (const move of moves) await stage.make(move);
      },
    ),
    { numRuns: 500 },
  );
});
