// What the types forbid is refused at run time too, by its name.
import { assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  acceptedTextFormat,
  Distribution,
  InstrumentError,
  Instruments,
  MetricsCollector,
  serveMetrics,
  snapshotsFromMessagePack,
  snapshotsToCsv,
  snapshotsToJson,
  snapshotsToMessagePack,
  snapshotToText,
  SseStream,
} from "../../src/metrics/mod.ts";
import {
  observeActors,
  observeMetrics,
  traceMessages,
} from "../../src/telemetry/mod.ts";
import { serveTerminal } from "../../src/terminal/terminal_server.ts";
import { fullSnapshot, TestFeed } from "./snapshots.ts";

/** Something to call, as a program without types does. */
type Callee = (...parameters: unknown[]) => unknown;

const untyped = (callee: unknown): Callee => (...parameters) =>
  Reflect.apply(callee as Callee, undefined, parameters);
const construct =
  (type: new () => unknown): Callee => (...parameters: unknown[]) =>
    Reflect.construct(type, parameters);

const instruments = new Instruments();
const stream = new SseStream();
const collector = construct(MetricsCollector);
const counter: Callee = (...parameters) =>
  Reflect.apply(instruments.counter, instruments, parameters);
const histogram: Callee = (...parameters) =>
  Reflect.apply(instruments.histogram, instruments, parameters);
const addOne: Callee = (...parameters) => {
  const orders = instruments.counter("orders");
  return Reflect.apply(orders.add, orders, parameters);
};
const subscribe: Callee = (listener) =>
  Reflect.apply(MetricsCollector.prototype.subscribe, new MetricsCollector(), [
    listener,
  ]);
const publish: Callee = (...parameters) =>
  Reflect.apply(stream.publish, stream, parameters);
const record: Callee = (value) => {
  const distribution = new Distribution();
  return Reflect.apply(distribution.record, distribution, [value]);
};
const quantile: Callee = (fraction) => {
  const distribution = new Distribution();
  return Reflect.apply(distribution.quantile, distribution, [fraction]);
};
const serve = untyped(serveMetrics);
const respond: Callee = (...parameters) =>
  Reflect.apply(stream.respond, stream, parameters);
const feed = new TestFeed();
const text = untyped(snapshotToText);
const actors = untyped(observeActors);
const system = new ActorSystem();

const cases: readonly (readonly [
  what: string,
  call: Callee,
  parameters: readonly unknown[],
  message: string,
])[] = [
  ["a collector of a text", collector, ["x"], "options of MetricsCollector"],
  [
    "a system in the place of options",
    collector,
    [new ActorSystem()],
    "options of MetricsCollector: it is of the class ActorSystem, it must be an object with options, such as { system }",
  ],
  ["a stream without a request", respond, [], "request: it is missing"],
  [
    "a prefix without a slash",
    serve,
    [feed, { prefix: "metrics" }],
    "such as /ops/",
  ],
  [
    "an argument of a distribution",
    construct(Distribution),
    [5],
    "an argument of Distribution: it is 5",
  ],
  ["a collector of null", collector, [null], "options of MetricsCollector"],
  [
    "a misspelt option of a collector",
    collector,
    [{ intervalMS: 1000 }],
    'option "intervalMS" of MetricsCollector: it is not known, did you mean "intervalMs"?',
  ],
  ["a system that is none", collector, [{ system: {} }], "an ActorSystem"],
  ["a clock that is none", collector, [{ clock: Date }], "clock"],
  ["a timeOfDay that is a number", collector, [{ timeOfDay: 5 }], "timeOfDay"],
  ["an onError that is a text", collector, [{ onError: "x" }], "onError"],
  [
    "a controller as a signal",
    collector,
    [{ signal: new AbortController() }],
    "signal: it is an AbortController",
  ],
  ["a path that is an address", collector, [{
    historyPath: new URL("file:///a.db"),
  }], "historyPath"],
  ["alerts that are no array", collector, [{ alerts: {} }], "alerts"],
  ["an alert that is a text", collector, [{ alerts: ["x"] }], "a rule of"],
  ["an interval that is a text", collector, [{ intervalMs: "1s" }], '"1s"'],
  [
    "a listener that is none",
    subscribe,
    [undefined],
    "listener: it is missing",
  ],
  ["no feed", serve, [], "feed: it is missing, it must be a MetricsCollector"],
  ["a feed that is none", serve, [{}], "an object without subscribe()"],
  [
    "a misspelt option of the server",
    serve,
    [feed, { host: ["a"] }],
    'option "host" of serveMetrics(): it is not known, did you mean "hosts"?',
  ],
  ["hosts that are a text", serve, [feed, { hosts: "a" }], "hosts"],
  [
    "a prefix that is a number",
    serve,
    [feed, { prefix: 5 }],
    "prefix: it is 5",
  ],
  ["events that are no stream", serve, [feed, { events: {} }], "an SseStream"],
  [
    "a misspelt option of a stream",
    construct(SseStream),
    [{ maxClient: 1 }],
    'did you mean "maxClients"?',
  ],
  ["data that is an object", publish, ["a", {}], "data: it is an object"],
  [
    "a misspelt option of instruments",
    construct(Instruments),
    [{ maxLabels: 1 }],
    'option "maxLabels" of Instruments',
  ],
  ["a help that is a number", counter, ["a", { help: 5 }], "help: it is 5"],
  [
    "buckets of a counter",
    counter,
    ["a", { buckets: [1] }],
    'option "buckets" of counter()',
  ],
  [
    "a misspelt option of a histogram",
    histogram,
    ["a", { bucket: [1] }],
    'did you mean "buckets"?',
  ],
  [
    "a format that there is not",
    text,
    [fullSnapshot(), "open_metrics"],
    "mean",
  ],
  ["no snapshot", text, [], "snapshot: it is missing"],
  ["a header that is a list", untyped(acceptedTextFormat), [["a"]], "accept"],
  [
    "one snapshot as CSV",
    untyped(snapshotsToCsv),
    [fullSnapshot()],
    "an array",
  ],
  ["no snapshots as JSON", untyped(snapshotsToJson), [], "snapshots"],
  [
    "a text as MessagePack",
    untyped(snapshotsToMessagePack),
    ["x"],
    "snapshots",
  ],
  ["no bytes", untyped(snapshotsFromMessagePack), [], "Cannot read snapshots"],
  ["a time that is a text", record, ["5"], 'ms: it is "5"'],
  ["no system", actors, [], "system: it is missing, it must be an ActorSystem"],
  [
    "a misspelt option of observeActors",
    actors,
    [system, { maxGroup: 1 }],
    'did you mean "maxGroups"?',
  ],
  [
    "an attribute that is an object",
    actors,
    [system, { attributes: { a: {} } }],
    'attributes: "a" is an object, it must be a string',
  ],
  ["no feed to observe", untyped(observeMetrics), [], "feed: it is missing"],
  ["no system to trace", untyped(traceMessages), [], "system: it is missing"],
];

for (const [what, call, parameters, message] of cases) {
  Deno.test(`metrics refuse ${what} by name`, () => {
    assertThrows(() => call(...parameters), TypeError, message);
  });
}

for (
  const [what, call, parameters, message] of [
    ["no name", counter, [], "its name is undefined, it must be a string"],
    ["a name that is a number", counter, [5], "its name is 5"],
    ["labels that are null", addOne, [1, null], "labels: they are missing"],
    ["labels that are a text", addOne, [1, "a"], 'labels: they are "a"'],
  ] as const
) {
  Deno.test(`an instrument refuses ${what}`, () => {
    assertThrows(() => call(...parameters), InstrumentError, message);
  });
}

for (const fraction of [-0.1, 1.1, 99, NaN]) {
  Deno.test(`a quantile of ${fraction} is refused`, () => {
    assertThrows(() => quantile(fraction), RangeError, "fraction");
  });
}

Deno.test("the handlers of metrics and terminals refuse what is no request", async () => {
  await using metrics = serveMetrics(feed);
  await using own = new ActorSystem();
  await using terminal = serveTerminal(own);
  for (const { fetch } of [metrics, terminal]) {
    await assertRejects(
      () => Reflect.apply(fetch, undefined, []),
      TypeError,
      "Cannot use request: it is missing, it must be a Request",
    );
  }
});
