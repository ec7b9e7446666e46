import type { JsonObject } from "../../../src/codec/mod.ts";
import { assertEquals } from "@std/assert";
import type { Driver } from "../../../src/load/driver.ts";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { validateScenario } from "../../../src/load/scenario/validate_scenario.ts";
import { chat } from "../scenarios.ts";

/** What is wrong with the chat after a change. */
function errors(change: object): readonly string[] {
  return validateScenario({ ...chat, ...change }).errors
    .map(({ message }) => message);
}

function warnings(change: object): readonly string[] {
  return validateScenario({ ...chat, ...change }).warnings
    .map(({ message }) => message);
}

const [join, send] = chat.operations;
const any: Driver = {
  validate: () => [],
  open: () => Promise.reject(new Error("It is never opened")),
};

Deno.test("a valid scenario is returned without errors or warnings", () => {
  assertEquals(validateScenario(chat), {
    scenario: chat,
    errors: [],
    warnings: [],
  });
});

for (
  const [value, shown] of [[undefined, "undefined"], [[], "a list"], [
    "x",
    '"x"',
  ]]
) {
  Deno.test(`${shown} is not a scenario`, () => {
    const { scenario, errors } = validateScenario(value);
    assertEquals(scenario, undefined);
    assertEquals(errors.map(({ message }) => message), [
      `the scenario is ${shown}, it must be an object`,
    ]);
  });
}

const records = [{ user: "ada", at: { city: "London" } }, { user: "bob" }];
const feeders = { accounts: { records } };

for (
  const [what, change, ...expected] of [
    [
      "no name",
      { name: "" },
      'name is "", it must be a string that is not empty',
    ],
    [
      "a key that nothing is like",
      { colour: "red" },
      "colour is not a known field, choose one of name, description, target, load, phases, operations, setup, teardown, userSetup, userTeardown, defaults, env, feeders, criteria, tags, seed",
    ],
    [
      "a model that there is not",
      { load: { model: "close" } },
      'load.model is "close", did you mean "closed"?',
      "load.users is missing, it must be a whole number from 1 to 1000000",
    ],
    [
      "no model",
      { load: {} },
      "load.model is missing, it must be one of open, closed",
    ],
    [
      "half a user",
      { load: { model: "closed", users: 0.5 } },
      "load.users is 0.5, it must be a whole number from 1 to 1000000",
    ],
    [
      "NaN for a rate",
      {
        load: { model: "open", arrivalsPerSecond: NaN, maxUsers: 1 },
      },
      "load.arrivalsPerSecond is NaN, it must be a number above 0 and at most 1000000",
    ],
    [
      "a field of the other model",
      {
        load: { model: "open", arrivalsPerSecond: 1, maxUsers: 1, users: 2 },
      },
      "load.users is not a known field here, it belongs in the closed model",
    ],
    ["think time from more to less", {
      load: {
        model: "closed",
        users: 1,
        thinkTime: { distribution: "uniform", minMs: 5, maxMs: 4 },
      },
    }, "load.thinkTime.maxMs is 4, it must be at least minMs, which is 5"],
    [
      "a time that timers do not know",
      { phases: { steadyMs: 2 ** 31 } },
      "phases.steadyMs is 2147483648, it must be a number above 0 and at most 2147483647",
    ],
    [
      "no operation",
      { operations: [] },
      "operations is empty, it must have at least one item",
    ],
    [
      "a weight of nothing",
      { operations: [{ ...send, weight: 0 }] },
      "operations[0].weight is 0, it must be a number above 0",
    ],
    [
      "a name for two operations",
      { operations: [send, join, send] },
      'operations[2].name is "send", the same as that of operations[0], choose another',
    ],
    [
      "a request that JSON cannot hold",
      {
        operations: [{ ...send, request: { when: new Date(0), n: Infinity } }],
      },
      "operations[0].request.when is an object, it must be a JSON value",
      "operations[0].request.n is Infinity, it must be a JSON value",
    ],
    [
      "a prototype in a request",
      {
        operations: [{ ...send, request: JSON.parse('{"__proto__": 1}') }],
      },
      "operations[0].request.__proto__ is not allowed as a name, choose another",
    ],
    [
      "a check without a value",
      { operations: [{ ...send, checks: [{ field: "status", is: "equal" }] }] },
      "operations[0].checks[0].value is missing, it must be the value to compare with",
    ],
    [
      "a check of presence with a value",
      {
        operations: [{
          ...send,
          checks: [{ field: "body", is: "present", value: 1 }],
        }],
      },
      'operations[0].checks[0].value is 1, remove it: "present" takes no value',
    ],
    [
      "a check below a text",
      {
        operations: [{
          ...send,
          checks: [{ field: "body", is: "below", value: "b" }],
        }],
      },
      'operations[0].checks[0].value is "b", it must be a number for "below"',
    ],
    [
      "a check above a size",
      {
        operations: [{
          ...send,
          checks: [{ field: "receivedBytes", is: "above", value: "200kB" }],
        }],
      },
      'operations[0].checks[0].value is "200kB", it must be a number for "above"; did you mean 200000?',
    ],
    ["a criterion of another operation", {
      criteria: [{
        metric: "throughput",
        operation: "sned",
        is: "above",
        value: 1,
      }],
    }, 'criteria[0].operation is "sned", did you mean "send"?'],
    ["a rate over 1", {
      criteria: [{ metric: "errorRate", is: "below", value: 5 }],
    }, 'criteria[0].value is 5, it must be from 0 to 1, did you mean "5%"?'],
    ["a pattern that is none", {
      target: { command: "deno", readyPattern: "(" },
    }, "target.readyPattern is not a valid regular expression"],
    [
      "a feeder without records, which is referred to",
      {
        feeders: { accounts: { records: [] } },
        operations: [{ ...send, request: { as: "${accounts.user}" } }],
      },
      "feeders.accounts.records is empty, it must have at least one item",
    ],
    [
      "a reference to no feeder",
      {
        feeders,
        operations: [{ ...send, request: { as: ["${acounts.user}"] } }],
      },
      'operations[0].request.as[0] has ${acounts.user}, which refers to no feeder, did you mean "accounts"?',
    ],
    [
      "a reference without any feeder",
      { operations: [{ ...send, request: { as: "${a.b}" } }] },
      "operations[0].request.as has ${a.b}, which refers to no feeder, choose one of user, random, env",
    ],
    [
      "a reference to a field that no record has",
      {
        feeders,
        operations: [{ ...send, request: { as: "${accounts.users}" } }],
      },
      'operations[0].request.as has ${accounts.users}, which feeders.accounts.records[0] does not have, did you mean "user"?',
    ],
    [
      "a reference to a field that one record lacks",
      {
        feeders,
        operations: [{ ...send, request: { as: "${accounts.at.city}" } }],
      },
      "operations[0].request.as has ${accounts.at.city}, which feeders.accounts.records[1] does not have, choose one of user",
    ],
    [
      "a reference to what no pattern names",
      {
        target: { command: "deno", readyPattern: "on (?<port>\\d+)" },
        operations: [{ ...send, request: { as: "${target.prot}" } }],
      },
      'operations[0].request.as has ${target.prot}, which is not a group of target.readyPattern, did you mean "port"?',
    ],
  ] as const
) {
  Deno.test(`a scenario with ${what} is refused`, () => {
    assertEquals(errors(change), expected);
  });
}

Deno.test("references to feeders and to the target are valid if those exist", () => {
  assertEquals(
    errors({
      feeders,
      target: { command: "deno", readyPattern: "on (?<port>\\d+)" },
      operations: [{
        ...send,
        request: { as: "${accounts.user}:${target.port} in $${HOME}" },
      }],
    }),
    [],
  );
});

for (
  const [written, expected] of [
    [
      "HOME",
      "nothing, choose one of iteration, uuid, now, or write $${HOME} to send it as it is",
    ],
    ["uid", 'nothing, did you mean "uuid"?'],
    ["iterations", 'nothing, did you mean "iteration"?'],
    ["user", 'nothing, did you mean "user.number"?'],
    ["user.numbr", 'nothing, did you mean "user.number"?'],
    ["usr.number", 'no feeder, did you mean "user"?'],
    ["accounts", 'nothing, did you mean "accounts.user"?'],
    ["random", 'nothing, did you mean "random.int(1,100)"?'],
    ["random.int", 'nothing, did you mean "random.int(1,100)"?'],
    ["random.integer(1,2)", 'nothing, did you mean "random.int(1,100)"?'],
    ["rand.int(1,2)", 'nothing, did you mean "random.int(1,100)"?'],
  ] as const
) {
  Deno.test(`the unknown value ${written} is refused with what was meant`, () => {
    const request = { as: `\${${written}}` };
    assertEquals(errors({ feeders, operations: [{ ...send, request }] }), [
      `operations[0].request.as has \${${written}}, which refers to ${expected}`,
    ]);
  });
}

for (
  const [as, expected] of [
    [
      "${random.int(5,1)}",
      "has ${random.int(5,1)}, it must have two whole numbers, of which the first is not the greater one",
    ],
    [
      "${a b}",
      "has ${a b}, which is no name: write $${ for a ${ that is sent as it is",
    ],
    [
      "open ${accounts.user",
      "has ${accounts.user, which has no }: write $${ for a ${ that is sent as it is",
    ],
    [
      "${env.HOME}",
      "has ${env.HOME}, which env does not declare: add env: [HOME]",
    ],
  ] as const
) {
  Deno.test(`the reference ${as} is refused`, () => {
    assertEquals(
      errors({ feeders, operations: [{ ...send, request: { as } }] }),
      [`operations[0].request.as ${expected}`],
    );
  });
}

Deno.test("a feeder with the name of a built-in value is refused", () => {
  assertEquals(errors({ feeders: { user: { records } } }), [
    "feeders.user is the name of a built-in value, choose another",
  ]);
});

Deno.test("a feeder has records or a file", () => {
  assertEquals(errors({ feeders: { accounts: {} } }), [
    "feeders.accounts.records is missing, it must be a list, or file the name of one",
  ]);
  assertEquals(errors({ feeders: { accounts: { records, file: "a.csv" } } }), [
    "feeders.accounts.file is given beside records, remove one of them",
  ]);
});

Deno.test("fewer records than users who each have one are a warning", () => {
  const load = { model: "closed", users: 5 };
  const each = { records, per: "user" };
  assertEquals(
    warnings({
      load,
      feeders: { accounts: each, books: { ...each, order: "once" } },
    }),
    [
      "feeders.accounts has 2 records for 5 users: several users share one",
      "feeders.books has 2 records for 5 users: operations of those from number 2 on fail",
    ],
  );
});

Deno.test("a number of a record is valid where a request needs text, and the other way round", () => {
  const { errors } = validateScenario({
    ...chat,
    feeders: { hosts: { records: [{ id: 41, port: "8080" }] } },
    operations: [
      {
        name: "get",
        driver: "http",
        request: { url: "http://localhost/", headers: { id: "${hosts.id}" } },
      },
      {
        name: "send",
        driver: "tcp",
        request: { port: "${hosts.port}", send: "${hosts.id}" },
      },
    ],
    criteria: [],
  }, standardDrivers());
  assertEquals(errors, []);
});

Deno.test("what steps of a flow refer to must be captured before, in the same flow", () => {
  const step = (name: string, request: JsonObject, capture = {}) => ({
    driver: "websocket",
    name,
    request,
    capture,
  });
  assertEquals(
    errors({
      operations: [
        {
          name: "buy",
          steps: [
            step("early", { as: "${token}" }),
            step("login", { as: 1 }, { token: "body.token" }),
            step("late", { as: "${token} ${tokn}" }),
          ],
        },
        { name: "other", steps: [step("one", { as: "${token}" })] },
        { ...send, request: { as: "${token}" } },
      ],
    }),
    [
      "operations[0].steps[0].request.as has ${token}, which refers to nothing, choose one of iteration, uuid, now, or write $${token} to send it as it is",
      'operations[0].steps[2].request.as has ${tokn}, which refers to nothing, did you mean "token"?',
      "operations[1].steps[0].request.as has ${token}, which refers to nothing, choose one of iteration, uuid, now, or write $${token} to send it as it is",
      "operations[2].request.as has ${token}, which refers to nothing, choose one of iteration, uuid, now, or write $${token} to send it as it is",
    ],
  );
});

Deno.test("everything that is wrong with flows is reported at once", () => {
  const { errors } = validateScenario({
    ...chat,
    defaults: {
      http: { url: "http://${target.url}", header: { a: "b" } },
      htpp: {},
    },
    operations: [
      { name: "empty", steps: [] },
      { name: "both", driver: "http", request: {}, steps: [{}] },
      {
        name: "buy",
        steps: [
          { name: "a", driver: "http", request: {}, wieght: 1 },
          { name: "a", driver: "htp", request: {}, weight: 2 },
          {
            name: "b",
            driver: "http",
            request: { url: "/${uid}" },
            capture: {
              "uuid": "body.a",
              "a b": "body.a",
              "c": "bdy.a",
              "d": { field: "status.a", pattern: "(.)" },
              "e": { field: "body", pattern: "." },
            },
          },
          {
            name: "d",
            driver: "http",
            request: { url: "/" },
            capture: {
              "f": { field: "body", pattern: "(" },
              "g": { feld: "body", pattern: "(.)" },
            },
          },
          {
            name: "e",
            driver: "http",
            request: { url: "/", headers: { a: "${cc}" }, json: "${book.id}" },
          },
        ],
      },
      { name: "buy/b", driver: "http", request: {}, capture: {} },
    ],
    criteria: [],
  }, standardDrivers());
  assertEquals(errors.map(({ message }) => message).sort(), [
    'defaults.htpp is the name of no driver, did you mean "http"?',
    'defaults.http.header is not a known field, did you mean "headers"?',
    "defaults.http.url has ${target.url}, and there is no target, add one",
    "operations[0].steps is empty, it must have at least one item",
    "operations[1].driver is not a known field here, it belongs in a step of the flow",
    "operations[1].request is not a known field here, it belongs in a step of the flow",
    "operations[1].steps[0].driver is missing, it must be a string that is not empty",
    "operations[1].steps[0].name is missing, it must be a string that is not empty",
    "operations[1].steps[0].request is missing, it must be an object",
    'operations[2].steps[0].wieght is not a known field, did you mean "weight"? It belongs in the flow, beside its steps',
    'operations[2].steps[1].driver is "htp", did you mean "http"?',
    'operations[2].steps[1].name is "a", the same as that of operations[2].steps[0], choose another',
    "operations[2].steps[1].weight is not a known field here, it belongs in the flow, beside its steps",
    'operations[2].steps[2].capture.c is "bdy.a", did you mean "body"?',
    'operations[2].steps[2].capture.d.field is "status.a", write "status": only body, headers and cookies have fields',
    "operations[2].steps[2].capture.e.pattern has no group, put what is captured in parentheses",
    "operations[2].steps[2].capture.uuid is the name of a built-in value, choose another",
    'operations[2].steps[2].capture["a b"] is no name, choose one of letters, digits, _ and -',
    'operations[2].steps[2].request.url has ${uid}, which refers to nothing, did you mean "uuid"?',
    "operations[2].steps[3].capture.f.pattern is not a valid regular expression",
    'operations[2].steps[3].capture.g.feld is not a known field, did you mean "field"?',
    "operations[2].steps[4].request.json has ${book.id}, which refers to no feeder, choose one of user, random, env",
    "operations[3].capture is not a known field here, it belongs in a step of a flow",
    'operations[3].name is "buy/b", the same as that of operations[2].steps[2], choose another',
  ]);
});

Deno.test("what groups and choices capture is known where it is sure to be", () => {
  const step = (name: string, as: string, ...captures: string[]) => ({
    driver: "websocket",
    name,
    request: { as },
    capture: Object.fromEntries(captures.map((name) => [name, "body"])),
  });
  assertEquals(
    errors({
      operations: [{
        name: "flow",
        steps: [
          { name: "group", steps: [step("a", "", "first")] },
          {
            oneOf: [
              {
                name: "left",
                steps: [step("b", "${first}", "both", "left")],
              },
              {
                name: "right",
                weight: 2,
                steps: [step("c", "${left}", "both", "right")],
              },
            ],
          },
          step("d", "${first} ${both} ${right}"),
          { name: "once", weight: 1, steps: [step("e", "")] },
          { oneOf: [], repeat: 2 },
          { name: "group", repeat: 0, steps: [step("f", "", "a"), {}] },
        ],
      }],
    }).map((message) => message.replace(/, choose one of .*/, "")),
    [
      "operations[0].steps[3].weight is not a known field here, it belongs in a group of oneOf",
      "operations[0].steps[4].oneOf is empty, it must have at least one item",
      "operations[0].steps[4].repeat is not a known field here, it belongs in a group around it",
      "operations[0].steps[5].steps[1].name is missing, it must be a string that is not empty",
      "operations[0].steps[5].steps[1].driver is missing, it must be a string that is not empty",
      "operations[0].steps[5].steps[1].request is missing, it must be an object",
      "operations[0].steps[5].repeat is 0, it must be a whole number from 1 to 1000",
      'operations[0].steps[5].name is "group", the same as that of operations[0].steps[0], choose another',
      "operations[0].steps[1].oneOf[1].steps[0].request.as has ${left}, which refers to nothing",
      "operations[0].steps[2].request.as has ${right}, which refers to nothing",
    ],
  );
});

Deno.test("a flow has at most ten thousand steps, with all repeats", () => {
  const step = { driver: "websocket", name: "a", request: {} };
  const group = (name: string, ...steps: unknown[]) => ({
    name,
    repeat: 100,
    steps,
  });
  assertEquals(
    errors({
      operations: [
        { name: "flow", steps: [group("b", group("c", step)), step] },
      ],
    }),
    ["operations[0].steps has 10001 steps with all repeats, it must be at most 10000"],
  );
});

Deno.test("a driver that does not exist is refused, if drivers are given", () => {
  const { errors } = validateScenario(chat, { websockets: any });
  assertEquals(
    errors,
    [0, 1].map((index) => ({
      path: ["operations", index, "driver"],
      message:
        `operations[${index}].driver is "websocket", did you mean "websockets"?`,
      suggestion: "websockets",
    })),
  );
});

Deno.test("a scenario without criteria is a warning", () => {
  assertEquals(warnings({ criteria: [] }), [
    "criteria is missing, so a run passes however long its operations take",
  ]);
});

Deno.test("many users without think time are a warning", () => {
  assertEquals(warnings({ load: { model: "closed", users: 1000 } }), [
    "load.thinkTime is missing, and 1000 users who never pause may be more than this process can drive",
  ]);
});

Deno.test("a steady phase too short for its criteria and timeouts is a warning", () => {
  assertEquals(
    warnings({
      phases: { steadyMs: 5000 },
      operations: [{ ...send, timeoutMs: 6000 }],
    }),
    [
      "criteria[0].metric is latency.p99, for which a phases.steadyMs of 5.0 s is too short, use at least 10.0 s",
      "operations[0].timeoutMs is 6000, longer than phases.steadyMs, so nothing can time out in the steady phase",
    ],
  );
});

Deno.test("a check of what would be filled in in a request is a warning", () => {
  assertEquals(
    warnings({
      operations: [{
        ...send,
        checks: [
          { field: "body.user", is: "equal", value: "${people.name}" },
          { field: "body.price", is: "equal", value: "$5 {}" },
        ],
      }],
    }),
    [
      'operations[0].checks[0].value is "${people.name}", which is compared as it is written, only requests are filled in',
    ],
  );
});

for (
  const [field, ...expected] of [
    ["status"],
    ["body"],
    ["body.items.0.id"],
    ["latencyMs"],
    ["stauts", 'is "stauts", did you mean "status"?'],
    ["headers.etag"],
    ["cookies.session"],
    ["headers.ETag", 'is "headers.ETag", did you mean "headers.etag"?'],
    [
      "trailers.accept",
      'is "trailers.accept", choose one of status, type, body, headers, cookies, sentBytes, receivedBytes, latencyMs, connectMs, tlsMs, firstByteMs, restMs',
    ],
    [
      "status.code",
      'is "status.code", write "status": only body, headers and cookies have fields',
    ],
  ] as const
) {
  Deno.test(
    `a check of ${field} is ${
      expected.length === 0 ? "valid" : "refused before a run"
    }`,
    () => {
      assertEquals(
        errors({
          operations: [{ ...send, checks: [{ field, is: "present" }] }],
          criteria: [],
        }),
        expected.map((text) => `operations[0].checks[0].field ${text}`),
      );
    },
  );
}

for (
  const [what, url, message] of [
    ["a wrong protocol", "htp://127.0.0.1/", "starts with htp:"],
    ["one before a record", "htp://${hosts.good}/", "starts with htp:"],
    [
      "one before an output of the target",
      "htp://a:${target.port}/",
      "starts with htp:",
    ],
    ["a record with one", "${hosts.bad}/", "starts with htp:"],
    [
      "one before both",
      "htp://${hosts.good}:${target.port}/",
      "starts with htp:",
    ],
    [
      "a record that makes no URL",
      "${hosts.good}",
      'is "127.0.0.1", it must be a URL',
    ],
    ["no such", "http://${hosts.good}:${target.port}/", undefined],
    ["no such in an output", "${target.port}", undefined],
  ] as const
) {
  Deno.test(`a URL with ${what} is ${message === undefined ? "valid" : "refused before a run"}`, () => {
    const { errors } = validateScenario({
      ...chat,
      target: { command: "x", readyPattern: "(?<port>.+)" },
      feeders: {
        hosts: { records: [{ good: "127.0.0.1", bad: "htp://127.0.0.1" }] },
      },
      operations: [{ name: "get", driver: "http", request: { url } }],
      criteria: [],
    }, standardDrivers());
    assertEquals(
      errors.map(({ message }) => message.replace(/, it must start.*/, "")),
      message === undefined ? [] : [`operations[0].request.url ${message}`],
    );
  });
}

for (
  const [metric, problem] of [
    [
      "latency.p0",
      "a percentile must be above 0 and at most 100, such as latency.p99",
    ],
    [
      "serviceTime.p100.1",
      "a percentile must be above 0 and at most 100, such as serviceTime.p99",
    ],
    ["latency.p9999", 'did you mean "latency.p99.99"?'],
    ["p97.5", 'did you mean "latency.p97.5"?'],
    ["latency.p97,5", 'did you mean "latency.p95"?'],
    ["statusRate.503", 'did you mean "statusRate.5xx"?'],
    [
      "statusRate",
      "choose one of statusRate.1xx, statusRate.2xx, statusRate.3xx, statusRate.4xx, statusRate.5xx",
    ],
    ["rps", 'did you mean "throughput"?'],
    ["timeoutrate", 'did you mean "timeoutRate"?'],
    [
      "beauty",
      "choose one of latency.p99 or any other percentile, latency.mean, serviceTime.p99, throughput, errorRate, dropRate, timeoutRate, checkRate, statusRate.5xx, or a count such as errorCount",
    ],
  ] as const
) {
  Deno.test(`the metric ${metric} is refused with what was meant`, () => {
    assertEquals(
      errors({ criteria: [{ metric, is: "below", value: 0.5 }] }),
      [`criteria[0].metric is "${metric}", ${problem}`],
    );
  });
}

Deno.test("any percentile above 0 and up to 100 is a metric", () => {
  for (const percent of ["0.01", "1", "97.5", "99.99", "999", "100"]) {
    const metric = `latency.p${percent}`;
    assertEquals(
      errors({ criteria: [{ metric, is: "below", value: 5 }] }),
      [],
    );
  }
});

Deno.test("a driver that has an entry of its own is refused with what makes it", () => {
  const operation = { name: "press", driver: "terminal", request: {} };
  const { errors } = validateScenario(
    { ...chat, operations: [operation], criteria: [] },
    { websocket: any },
  );
  assertEquals(errors.map(({ message }) => message), [
    'operations[0].driver is "terminal", add terminalDriver() of @troupe/troupe/load/terminal to the drivers',
  ]);
});

for (
  const [old, value, change] of [
    ["at-most", "at_most", {
      criteria: [{ metric: "errorRate", is: "at-most", value: 0 }],
    }],
    ["at-least", "at_least", {
      criteria: [{ metric: "throughput", is: "at-least", value: 1 }],
    }],
    ["not-equal", "not_equal", {
      operations: [{
        name: "ask",
        driver: "any",
        request: {},
        checks: [{ field: "status", is: "not-equal", value: 500 }],
      }],
    }],
    ["in-turn", "in_turn", {
      feeders: { lines: { records: [{}], order: "in-turn" } },
    }],
  ] as const
) {
  Deno.test(`${old} with a hyphen is refused, and ${value} suggested`, () => {
    const { errors } = validateScenario({ ...chat, ...change });
    assertEquals(
      errors.filter(({ message }) => message.includes(old))
        .map(({ suggestion }) => suggestion),
      [value],
    );
  });
}

Deno.test("web-terminal with a hyphen is refused, and web_terminal suggested", () => {
  const operation = {
    name: "press",
    driver: "web-terminal",
    request: { url: "http://localhost/", ticket: "a" },
  };
  const { errors } = validateScenario(
    { ...chat, operations: [operation], criteria: [] },
    standardDrivers(),
  );
  assertEquals(errors.map(({ suggestion }) => suggestion), ["web_terminal"]);
});

const staged = {
  ...chat,
  load: {
    model: "closed",
    stages: [
      { name: "step", durationMs: 10_000, users: 10 },
      { name: "spike", durationMs: 10_000, users: 100 },
    ],
  },
  phases: { drainTimeoutMs: 100 },
};

Deno.test("a load with stages needs no phases", () => {
  const { phases: _, ...without } = staged;
  for (const scenario of [staged, without]) {
    const { errors, warnings } = validateScenario(scenario);
    assertEquals([errors, warnings], [[], []]);
  }
});

for (
  const [what, change, message] of [
    [
      "users beside stages",
      { load: { ...staged.load, users: 3 } },
      "load.users is not a known field here, it belongs in each of the stages",
    ],
    [
      "phases of a load beside stages",
      { phases: { steadyMs: 1000 } },
      "phases.steadyMs is not a known field here, it belongs in load.stages, as a stage of it",
    ],
    [
      "a rate in a stage of users",
      {
        load: {
          ...staged.load,
          stages: [{
            name: "a",
            durationMs: 1,
            users: 1,
            arrivalsPerSecond: 1,
          }],
        },
      },
      "load.stages[0].arrivalsPerSecond is not a known field here, it belongs in a stage of the open model",
    ],
    [
      "a misspelt field of a stage",
      {
        load: {
          ...staged.load,
          stages: [{ name: "a", durationMs: 1, users: 1, rmap: true }],
        },
      },
      'load.stages[0].rmap is not a known field, did you mean "ramp"?',
    ],
    [
      "two stages of a name",
      {
        load: {
          ...staged.load,
          stages: [
            { name: "a", durationMs: 1, users: 1 },
            { name: "a", durationMs: 1, users: 1 },
          ],
        },
      },
      'load.stages[1].name is "a", the same as that of load.stages[0], choose another',
    ],
    [
      "nothing but warm-ups",
      {
        load: {
          ...staged.load,
          stages: [{ name: "a", durationMs: 1, users: 1, warmUp: true }],
        },
      },
      "load.stages has only stages with warmUp, remove it from those that count",
    ],
    [
      "no load at all",
      {
        load: {
          ...staged.load,
          stages: [{ name: "a", durationMs: 1, users: 0 }],
        },
      },
      "load.stages plans no load, one stage must have users above 0",
    ],
    [
      "stages that are too long",
      {
        load: {
          ...staged.load,
          stages: ["a", "b"].map((name) => ({
            name,
            durationMs: 2 ** 31 - 1,
            users: 1,
          })),
        },
      },
      "load.stages lasts 4294967294 ms in all, it must be at most 2147483647",
    ],
    [
      "too many figures",
      {
        load: {
          ...staged.load,
          stages: Array.from({ length: 501 }, (_, index) => ({
            name: `${index}`,
            durationMs: 1,
            users: 1,
          })),
        },
      },
      "load.stages has 501 stages, which with all operations and steps are 1002 figures, they must be at most 1000",
    ],
    [
      "a criterion about another stage",
      {
        criteria: [{
          metric: "throughput",
          stage: "spkie",
          is: "above",
          value: 1,
        }],
      },
      'criteria[0].stage is "spkie", did you mean "spike"?',
    ],
  ] as const
) {
  Deno.test(`stages with ${what} are refused`, () => {
    const { errors } = validateScenario({ ...staged, ...change });
    assertEquals(errors.map(({ message }) => message), [message]);
  });
}

Deno.test("a criterion about a stage of a load without stages is refused", () => {
  const criterion = {
    metric: "throughput",
    stage: "spike",
    is: "above",
    value: 1,
  };
  const { errors } = validateScenario({ ...chat, criteria: [criterion] });
  assertEquals(errors.map(({ message }) => message), [
    'criteria[0].stage is "spike", and the load has no stages, remove it',
  ]);
});

Deno.test("a stage that is too short for a percentile is a warning", () => {
  const { warnings } = validateScenario({
    ...staged,
    load: {
      ...staged.load,
      stages: [{ name: "spike", durationMs: 2000, users: 10 }],
    },
    criteria: [
      { metric: "latency.p99", stage: "spike", is: "below", value: 50 },
      { metric: "latency.p99", is: "below", value: 50 },
    ],
  });
  assertEquals(warnings.map(({ message }) => message), [
    "criteria[0].metric is latency.p99, for which a durationMs of 2.0 s is too short, use at least 10.0 s",
    "criteria[1].metric is latency.p99, for which 2.0 s of all stages that count is too short, use at least 10.0 s",
  ]);
});

Deno.test("an upper limit of a low percentile is a warning, as a digit may be missing", () => {
  const of = (metric: string, is: string) =>
    warnings({ criteria: [{ metric, is, value: 5 }] });
  assertEquals(of("latency.p9", "below"), [
    "criteria[0].metric is latency.p9, which most operations may exceed: a percentile from 50 on is probably meant",
  ]);
  assertEquals(of("latency.p9", "above"), []);
  assertEquals(of("latency.p50", "at_most"), []);
});

Deno.test("what others call a field of a load has a suggestion", () => {
  const suggestions = (load: object) =>
    validateScenario({
      name: "called otherwise",
      load,
      operations: [{ name: "get", driver: "http", request: {} }],
    }).errors.flatMap(({ message }) =>
      /^(load\S*) is not a known .*"(\w+)"/.exec(message)?.slice(1).join() ?? []
    );
  assertEquals(suggestions({ model: "open", rate: 5, maxVUs: 1 }), [
    "load.rate,arrivalsPerSecond",
    "load.maxVUs,maxUsers",
  ]);
  const stages = [{ name: "up", duration: "5s", target: 3 }];
  assertEquals(suggestions({ model: "closed", stages }), [
    "load.stages[0].target,users",
    "load.stages[0].duration,durationMs",
  ]);
});
