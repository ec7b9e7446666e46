// What the types forbid, as a program without types does it.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ActorSystem,
  child,
  findChild,
  listChildren,
  realClock,
  RegistryKey,
  removeChild,
  replaceChild,
  restartChild,
  SharedResource,
  startChild,
  supervisor,
  terminateChild,
} from "../../src/actor/mod.ts";
import { settle, soon, TestSystem } from "./fixtures.ts";

const behavior = () => ({ receive() {} });

/** Calls a function with arguments that its types may forbid. */
function call(
  target: (...args: never[]) => unknown,
  ...args: unknown[]
): unknown {
  return Reflect.apply(target, undefined, args);
}

type Refused = readonly [
  argument: unknown,
  error: typeof TypeError | typeof RangeError,
  text: string,
];

const SPAWN_OPTIONS: readonly Refused[] = [
  [
    { nmae: "a" },
    TypeError,
    'option "nmae" of spawn(): it is not known, did you mean "name"?',
  ],
  [
    { shutdownMS: 5 },
    TypeError,
    'option "shutdownMS" of spawn(): it is not known, did you mean "shutdownMs"?',
  ],
  [{ name: 5 }, TypeError, "name: it is 5, it must be a string"],
  [
    { shutdownMs: "5" },
    TypeError,
    'shutdownMs: it is "5", it must be a number',
  ],
  [{ shutdownMs: -1 }, RangeError, "shutdownMs: it is -1"],
  ["fast", TypeError, "options of spawn(): it is a string"],
  [
    { mailbox: { maxMesages: 1 } },
    TypeError,
    'option "maxMesages" of mailbox: it is not known, did you mean "maxMessages"?',
  ],
  [
    { mailbox: { maxMessages: 1, overflow: "drop" } },
    TypeError,
    'overflow: it is "drop", it must be "refuse", "drop_oldest" or "drop_newest"',
  ],
  [
    { mailbox: { overflow: "drop-oldest" } },
    TypeError,
    'overflow: it is "drop-oldest", did you mean "drop_oldest"?',
  ],
  [
    { mailbox: { maxBytes: 10, sizeOf: 5 } },
    TypeError,
    "sizeOf: it is a number, it must be a function",
  ],
  [{ mailbox: 5 }, TypeError, "options of mailbox: it is a number"],
];

Deno.test("spawn() refuses what is not a behaviour, and options that are wrong, at the call", async () => {
  await using test = new TestSystem();
  const behaviors: readonly Refused[] = [
    [undefined, TypeError, "behavior: it is missing, it must be a function"],
    [
      { receive() {} },
      TypeError,
      "behavior: it is an object, it must be a function, such as () => ({ receive(message) {} })",
    ],
  ];
  const refused: (readonly [readonly unknown[], Refused])[] = [
    ...behaviors.map((row) => [[row[0]], row] as const),
    ...SPAWN_OPTIONS.map((row) => [[behavior, row[0]], row] as const),
  ];
  const { system } = test;
  for (const [args, [, ErrorClass, text]] of refused) {
    assertThrows(
      () => Reflect.apply(system.spawn, system, [...args]),
      ErrorClass,
      `Cannot use ${text}`,
    );
  }
  const inside: unknown[] = [];
  system.spawn((context) => {
    for (const [args, [, ErrorClass, text]] of refused) {
      inside.push(assertThrows(
        () => Reflect.apply(context.spawn, context, [...args]),
        ErrorClass,
        `Cannot use ${text}`,
      ));
    }
    return behavior();
  });
  await settle();
  assertEquals(inside.length, refused.length);
  assertEquals(test.of("started").length, 1);
});

Deno.test("an actor whose behaviour returns no handler fails at its start, and says what is wrong", async () => {
  const handlers: readonly (readonly [unknown, string])[] = [
    [undefined, "its behavior returned nothing, it must return a handler"],
    [5, "its behavior returned 5, it must return a handler"],
    [{}, "receive of its handler is missing, it must be a function"],
    [
      { receive: "print" },
      "receive of its handler is a string, it must be a function",
    ],
    [
      { recieve() {} },
      'receive of its handler is missing, it must be a function; "recieve" is not known, did you mean "receive"?',
    ],
  ];
  for (const [handler, text] of handlers) {
    for (const returned of [handler, Promise.resolve(handler)]) {
      await using test = new TestSystem();
      const { system } = test;
      const args = [() => returned, { name: "a" }];
      Reflect.apply(system.spawn, system, [...args]);
      await settle();
      const [failed] = test.of("failed");
      assert(failed?.cause instanceof TypeError, Deno.inspect(failed));
      assertEquals(
        failed.cause.message.startsWith(`Cannot start /a: ${text}`),
        true,
        failed.cause.message,
      );
      assertEquals(test.gone, ["/a"]);
    }
  }
});

Deno.test("a handler may be anything that has a receive, and so may a clock", async () => {
  const handled: string[] = [];
  class Handler {
    static receive(message: string): void {
      handled.push(message);
    }
  }
  class Clock {
    static now = realClock.now;
    static schedule = realClock.schedule;
  }
  await using system = new ActorSystem({ clock: Clock });
  system.spawn<string>(() => Handler).tell("by a class");
  class Base {
    receive(message: string): void {
      handled.push(message);
    }
  }
  class Derived extends Base {}
  system.spawn<string>(() => new Derived()).tell("inherited");
  await system.idle();
  assertEquals(handled, ["by a class", "inherited"]);
});

Deno.test("child() refuses options that are wrong, at the call", () => {
  const specs: readonly Refused[] = [
    [undefined, TypeError, "options of child(): it is missing"],
    [
      { behaviour: behavior },
      TypeError,
      'option "behaviour" of child(): it is not known, did you mean "behavior"?',
    ],
    [{ name: "a" }, TypeError, "behavior: it is missing"],
    [
      { behavior, restart: "always" },
      TypeError,
      'restart: it is "always", it must be "permanent", "transient" or "temporary"',
    ],
    [
      { behavior, restart: "Transient" },
      TypeError,
      'restart: it is "Transient", did you mean "transient"?',
    ],
    [
      { behavior, significant: "yes" },
      TypeError,
      'significant: it is "yes", it must be true or false',
    ],
    ...SPAWN_OPTIONS.flatMap(([options, ErrorClass, text]): Refused[] =>
      typeof options === "object"
        ? [[
          { ...options, behavior },
          ErrorClass,
          text.replace("spawn()", "child()"),
        ]]
        : []
    ),
  ];
  for (const [spec, ErrorClass, text] of specs) {
    assertThrows(() => call(child, spec), ErrorClass, `Cannot use ${text}`);
  }
});

Deno.test("supervisor() refuses options that are wrong, at the call", () => {
  const options: readonly Refused[] = [
    [5, TypeError, "options of supervisor(): it is a number"],
    [
      { stratgy: "one_for_all" },
      TypeError,
      'option "stratgy" of supervisor(): it is not known, did you mean "strategy"?',
    ],
    [
      { strategy: "one-for-one" },
      TypeError,
      'strategy: it is "one-for-one", did you mean "one_for_one"?',
    ],
    [
      { autoShutdown: "any" },
      TypeError,
      'autoShutdown: it is "any", did you mean "any_significant"? (it must be "never", "any_significant" or "all_significant")',
    ],
    [{ maxRestarts: "3" }, TypeError, 'maxRestarts: it is "3"'],
    [{ withinMs: -1 }, RangeError, "withinMs: it is -1"],
    [
      { backoff: true },
      TypeError,
      "backoff: it is a boolean, it must be false or an object",
    ],
    [
      { backoff: { initialMS: 5 } },
      TypeError,
      'option "initialMS" of backoff: it is not known, did you mean "initialMs"?',
    ],
    [
      { backoff: { initialMs: 500, maxMs: 100 } },
      RangeError,
      "initialMs: it is 500, it must be at most maxMs, which is 100",
    ],
    [
      { unavailable: { backoff: { initialMs: 20_000 } } },
      RangeError,
      "initialMs: it is 20000, it must be at most maxMs, which is 10000",
    ],
    [
      { backoff: { random: 0.5 } },
      TypeError,
      "random: it is a number, it must be a function",
    ],
    [
      { unavailable: { giveUpMs: 5 } },
      TypeError,
      'option "giveUpMs" of unavailable: it is not known',
    ],
    [{ unavailable: { giveUpAfterMs: NaN } }, RangeError, "giveUpAfterMs"],
    [
      { children: [{ name: "a", behavior }] },
      TypeError,
      "children[0]: it is an object, it must be what child({ … }) returns",
    ],
    [
      { children: child({ behavior }) },
      TypeError,
      "children: it is an object, it must be an array of what child({ … }) returns",
    ],
    [
      {
        children: ["a", "b", "a"].map((name) => child({ name, behavior })),
      },
      TypeError,
      'children[2]: its name "a" is that of another child, names must differ',
    ],
    [[], TypeError, "options of supervisor(): it is an array"],
    [
      { strategy: "dynamic", children: [] },
      TypeError,
      "children: the strategy is dynamic",
    ],
  ];
  for (const [wrong, ErrorClass, text] of options) {
    assertThrows(
      () => call(supervisor, wrong),
      ErrorClass,
      `Cannot use ${text}`,
    );
  }
});

Deno.test("the calls to a supervisor refuse what is no supervisor, no child and no name", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const spec = { behavior };
  const calls: readonly (readonly [(...args: never[]) => unknown, string])[] = [
    [findChild, 'child: it is "q", it must be what child({ … }) returns'],
    [startChild, "options of child(): it is a string"],
    [replaceChild, "options of child(): it is a string"],
  ];
  for (const [target, text] of calls) {
    await assertRejects(
      () => soon(Promise.resolve(call(target, boss, "q"))),
      TypeError,
      `Cannot use ${text}`,
    );
  }
  const named: readonly ((...args: never[]) => unknown)[] = [
    terminateChild,
    restartChild,
    removeChild,
  ];
  for (const target of named) {
    await assertRejects(
      () => soon(Promise.resolve(call(target, boss, undefined))),
      TypeError,
      "Cannot use name: it is missing, it must be a string",
    );
  }
  const all: readonly (readonly [(...args: never[]) => unknown, unknown])[] = [
    [findChild, child(spec)],
    [startChild, spec],
    [replaceChild, { ...spec, name: "a" }],
    [listChildren, undefined],
    ...named.map((target) => [target, "a"] as const),
  ];
  for (const [target, argument] of all) {
    await assertRejects(
      () => soon(Promise.resolve(call(target, {}, argument))),
      TypeError,
      "Cannot use supervisor: it is an object, it must be a reference to an actor",
    );
    await assertRejects(
      () =>
        soon(Promise.resolve(
          target === listChildren
            ? call(target, boss, { timeout: 5 })
            : call(target, boss, argument, { timeout: 5 }),
        )),
      TypeError,
      'Cannot use option "timeout" of ask(): it is not known, did you mean "timeoutMs"?',
    );
  }
  assertEquals(await soon(listChildren(boss)), []);
});

Deno.test("ask() refuses a request that is no function, and options that are wrong", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const request = () => () => {};
  const refused: readonly (readonly [unknown[], typeof Error, string])[] = [
    [[], TypeError, "request: it is missing, it must be a function"],
    [[request, { timeout: 5 }], TypeError, 'did you mean "timeoutMs"?'],
    [[request, { timeoutMs: "5" }], TypeError, 'timeoutMs: it is "5"'],
    [[request, { timeoutMs: NaN }], RangeError, "timeoutMs: it is NaN"],
    [
      [request, { signal: new AbortController() }],
      TypeError,
      "signal: it is an AbortController, it must be an AbortSignal",
    ],
    [[request, 5000], TypeError, "options of ask(): it is a number"],
  ];
  for (const [args, ErrorClass, text] of refused) {
    assertThrows(() => Reflect.apply(ref.ask, ref, args), ErrorClass, text);
  }
});

Deno.test("a context refuses to watch, to pipe and to set timers with arguments that are wrong", async () => {
  await using test = new TestSystem();
  const errors: unknown[] = [];
  const other = test.spawn();
  test.system.spawn((context) => {
    const { watch, pipeToSelf, after, every } = context;
    const done = Promise.resolve();
    const wrong: readonly (readonly [
      (...args: never[]) => unknown,
      unknown[],
      string,
    ])[] = [
      [watch, [{}], "other: it is an object, it must be a reference"],
      [watch, [other], "notice: it is missing, it must be a function"],
      [pipeToSelf, [done], "onValue: it is missing, it must be a function"],
      [pipeToSelf, [done, () => 1], "onError: it is missing"],
      [pipeToSelf, [done, () => 1, () => 1, 5], "onLate: it is a number"],
      [after, ["5"], 'delayMs: it is "5", it must be a number'],
      [every, [undefined], "intervalMs: it is missing"],
    ];
    for (const [target, args, text] of wrong) {
      errors.push(assertThrows(
        () => Reflect.apply(target, context, args),
        TypeError,
        `Cannot use ${text}`,
      ));
    }
    return behavior();
  });
  await settle();
  assertEquals(errors.length, 7);
});

Deno.test("an actor system refuses options that are wrong", () => {
  const options: readonly Refused[] = [
    [null, TypeError, "options of ActorSystem: it is missing"],
    [
      { shutdownMS: 5 },
      TypeError,
      'option "shutdownMS" of ActorSystem: it is not known, did you mean "shutdownMs"?',
    ],
    [{ clock: 5 }, TypeError, "clock: it is a number, it must be a clock"],
    [{ clock: Date }, TypeError, "clock.schedule: it is missing"],
    [{ clock: {} }, TypeError, "clock.now: it is missing"],
    [
      { clock: { now: () => 0 } },
      TypeError,
      "clock.schedule: it is missing, it must be a function",
    ],
    [{ scheduler: 5 }, TypeError, "scheduler: it is a number"],
    [{ scheduler: { burst: 1 } }, TypeError, "scheduler.pick: it is missing"],
    [
      { measureBusyTime: 1 },
      TypeError,
      "measureBusyTime: it is 1, it must be true or false",
    ],
  ];
  for (const [wrong, ErrorClass, text] of options) {
    assertThrows(
      () => Reflect.construct(ActorSystem, [wrong]),
      ErrorClass,
      `Cannot use ${text}`,
    );
  }
});

Deno.test("the registry and the events refuse keys, references and listeners that are wrong", async () => {
  await using test = new TestSystem();
  const { system: { registry, events } } = test;
  const key = new RegistryKey("key");
  const wrong: readonly (readonly [() => unknown, string])[] = [
    [
      () => Reflect.construct(RegistryKey, []),
      "name: it is missing, it must be a string",
    ],
    [
      () => Reflect.apply(registry.find, registry, ["printer"]),
      'key: it is "printer", it must be a key, such as new RegistryKey("printer")',
    ],
    [
      () => Reflect.apply(registry.list, registry, [null]),
      "key: it is missing, it must be a key",
    ],
    [
      () => Reflect.apply(registry.register, registry, [key, {}]),
      "ref: it is an object, it must be a reference to an actor",
    ],
    [
      () => Reflect.apply(registry.subscribe, registry, [key]),
      "listener: it is missing, it must be a function",
    ],
    [
      () => Reflect.apply(events.subscribe, events, [{}]),
      "listener: it is an object, it must be a function",
    ],
    [
      () =>
        Reflect.apply(events.subscribe, events, [
          () => {},
          { handleFailures: true },
        ]),
      'option "handleFailures" of events.subscribe(): it is not known, did you mean "handlesFailures"?',
    ],
    [
      () =>
        Reflect.apply(events.subscribe, events, [
          () => {},
          { handlesFailures: "yes" },
        ]),
      'handlesFailures: it is "yes", it must be true or false',
    ],
  ];
  for (const [act, text] of wrong) {
    assertThrows(act, TypeError, `Cannot use ${text}`);
  }
});

Deno.test("a shared resource refuses options that are wrong", () => {
  const good = {
    open: () => Promise.resolve(1),
    close: () => {},
    lingerMs: 0,
    clock: realClock,
  };
  const options: readonly Refused[] = [
    [undefined, TypeError, "options of SharedResource: it is missing"],
    [
      { ...good, lingerMS: 5 },
      TypeError,
      'option "lingerMS" of SharedResource: it is not known, did you mean "lingerMs"?',
    ],
    [{ ...good, open: undefined }, TypeError, "open: it is missing"],
    [{ ...good, close: 1 }, TypeError, "close: it is a number"],
    [{ ...good, lingerMs: -1 }, RangeError, "lingerMs: it is -1"],
    [{ ...good, clock: undefined }, TypeError, "clock: it is missing"],
  ];
  for (const [wrong, ErrorClass, text] of options) {
    assertThrows(
      () => Reflect.construct(SharedResource, [wrong]),
      ErrorClass,
      `Cannot use ${text}`,
    );
  }
});

Deno.test("a lease refuses a holder without a signal, and is not held", async () => {
  const resource = new SharedResource({
    open: () => Promise.resolve(1),
    close: () => {},
    lingerMs: 0,
    clock: realClock,
  });
  for (
    const [holder, text] of [
      [new AbortController().signal, "holder.signal: it is missing"],
      [
        { signal: new AbortController() },
        "holder.signal: it is an AbortController, it must be an AbortSignal",
      ],
      ["me", "holder: it is a string, it must be an object with a signal"],
    ] as const
  ) {
    await assertRejects(
      () => Reflect.apply(resource.acquire, resource, [holder]),
      TypeError,
      `Cannot use ${text}`,
    );
  }
  assertEquals([resource.leases, resource.isOpen], [0, false]);
});
