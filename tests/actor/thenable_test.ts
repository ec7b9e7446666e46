import { runInNewContext } from "node:vm";
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorFailedError,
  type ActorRef,
  child,
  supervisor,
} from "../../src/actor/mod.ts";
import { isThenable } from "../../src/actor/thenable.ts";
import { settle, soon, type Step, stepper, TestSystem } from "./fixtures.ts";

/** Work that starts when it is awaited, as that of a query builder does. */
class Query<T> implements PromiseLike<T> {
  /** How often it was run. */
  runs = 0;
  readonly #result: () => T | PromiseLike<T>;

  constructor(result: () => T | PromiseLike<T>) {
    this.#result = result;
  }

  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    this.runs++;
    return Promise.try(this.#result).then(onValue, onError);
  }
}

/** A promise of another realm, which is no instance of our `Promise`. */
function foreign<T>(promise: Promise<T>): PromiseLike<T> {
  return runInNewContext(
    "new Promise((resolve, reject) => promise.then(resolve, reject))",
    { promise },
  );
}

const FAILURE = new Error("refused");

Deno.test("A promise of another realm is a thenable, and a handler's other results are not", () => {
  const promise = foreign(Promise.resolve());
  assertEquals(promise instanceof Promise, false);
  assertEquals(isThenable(promise), true);
  assertEquals(isThenable(new Query(() => 1)), true);
  for (const other of [undefined, null, 0, "then", {}, { then: 1 }, () => 1]) {
    assertEquals(isThenable(other), false);
  }
});

Deno.test("A message waits for the promise of another realm that a handler has returned", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const handled: string[] = [];
  const ref = test.system.spawn<string>(() => ({
    receive(message) {
      handled.push(message);
      return message === "first" ? foreign(gate.promise) : undefined;
    },
  }));
  ref.tell("first");
  ref.tell("second");
  await settle();
  assertEquals(handled, ["first"]);
  gate.resolve();
  await settle();
  assertEquals(handled, ["first", "second"]);
});

Deno.test("A handler that returns lazy work has it done, once", async () => {
  await using test = new TestSystem();
  const query = new Query(() => {});
  test.system.spawn<string>(() => ({ receive: () => query })).tell("run");
  await settle();
  assertEquals(query.runs, 1);
  assertEquals(test.of("failed"), []);
});

for (
  const [name, failing] of [
    ["a promise of another realm", () => foreign(Promise.reject(FAILURE))],
    ["a thenable", () => new Query(() => Promise.reject(FAILURE))],
  ] as const
) {
  Deno.test(`A rejection of ${name} is a crash of the handler that returned it`, async () => {
    await using test = new TestSystem();
    const ref = test.system.spawn<unknown>(() => ({
      receive: (): PromiseLike<void> => failing(),
    }));
    const asking = ref.ask((replyTo) => replyTo);
    await assertRejects(() => soon(asking), ActorFailedError);
    assertEquals(await soon(ref.stopped), { type: "failed", cause: FAILURE });
  });

  Deno.test(`A rejection of ${name} is ignored when the handler has killed its actor`, async () => {
    await using test = new TestSystem();
    const ref = test.system.spawn<string>((context) => ({
      receive() {
        context.self.kill();
        return failing();
      },
    }));
    ref.tell("end");
    assertEquals(await soon(ref.stopped), { type: "killed" });
    await settle();
    assertEquals(test.of("failed"), []);
  });

  Deno.test(`A rejection of ${name} that a behaviour returned is a failed start`, async () => {
    await using test = new TestSystem();
    const ref = test.system.spawn<string>(() => failing());
    assertEquals(await soon(ref.stopped), { type: "failed", cause: FAILURE });
  });

  Deno.test(`A rejection of ${name} that stopped() returned fails the actor`, async () => {
    await using test = new TestSystem();
    const ref = test.system.spawn<string>(() => ({
      receive() {},
      stopped: () => failing(),
    }));
    await settle();
    ref.stop();
    assertEquals(await soon(ref.stopped), { type: "failed", cause: FAILURE });
  });
}

Deno.test("An actor starts with the handler that a thenable gives it", async () => {
  await using test = new TestSystem();
  const received: string[] = [];
  const handler = { receive: (message: string) => void received.push(message) };
  for (
    const starting of [
      new Query(() => handler),
      foreign(Promise.resolve(handler)),
    ]
  ) test.system.spawn<string>(() => starting).tell("hello");
  await settle();
  assertEquals(received, ["hello", "hello"]);
});

Deno.test("An actor is gone when the thenable of its stopped() has settled", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const query = new Query(() => gate.promise);
  const ref = test.spawn({ stopped: () => query });
  await settle();
  ref.stop();
  await settle();
  assertEquals([ref.alive, query.runs], [true, 1]);
  gate.resolve();
  await settle();
  assertEquals([ref.alive, query.runs], [false, 1]);
});

Deno.test("The outcome of a thenable may be piped", async () => {
  await using test = new TestSystem();
  const received: string[] = [];
  test.system.spawn<string>((context) => {
    for (
      const value of [
        new Query(() => "query"),
        foreign(Promise.resolve("foreign")),
      ]
    ) {
      context.pipeToSelf(value, (text) => text, String);
    }
    context.pipeToSelf(new Query(() => Promise.reject("none")), String, String);
    return { receive: (message) => void received.push(message) };
  });
  await settle();
  assertEquals(received.toSorted(), ["foreign", "none", "query"]);
});

Deno.test("A behaviour that returns no handler is a failed start, also under a supervisor", async () => {
  await using test = new TestSystem();
  // What programs without types may do.
  const wrong = [() => undefined, () => Promise.resolve({ recieve() {} })];
  for (const behavior of wrong) {
    const ref: ActorRef<never> = Reflect.apply(
      test.system.spawn,
      test.system,
      [behavior],
    );
    assertEquals((await soon(ref.stopped)).type, "failed");
    const spec = { behavior, restart: "temporary" };
    const children = [Reflect.apply(child, undefined, [spec])];
    test.system.spawn(supervisor({ children }));
    await settle();
  }
  const causes = test.of("failed").map(({ cause }) => cause);
  assertEquals(causes.length, 4);
  for (const cause of causes) assertInstanceOf(cause, TypeError);
});

Deno.test("A rejection of an asynchronous onLate is reported, and ends nothing else", async () => {
  await using test = new TestSystem();
  const value = Promise.withResolvers<string>();
  const ref = test.spawn({
    started(context) {
      context.pipeToSelf(
        value.promise,
        (): Step => () => {},
        (): Step => () => {},
        () => Promise.reject(FAILURE),
      );
    },
  });
  const other = test.system.spawn(stepper());
  await settle();
  ref.stop();
  await settle();
  value.resolve("late");
  await settle();
  assertEquals(test.of("failed").map(({ cause }) => cause), [FAILURE]);
  assertEquals(other.alive, true);
});
