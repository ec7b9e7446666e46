import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Driver } from "../../../src/load/driver.ts";
import { ScenarioError } from "../../../src/load/scenario/scenario_error.ts";
import {
  parseScenario,
  type ParseScenarioOptions,
  stringifyScenario,
} from "../../../src/load/scenario/scenario_text.ts";
import { chat, scenarios } from "../scenarios.ts";

/** What a text is refused with. */
function refusal(text: string, options?: ParseScenarioOptions): string {
  return assertThrows(() => parseScenario(text, options), ScenarioError)
    .message;
}

const WITH_TYPOS = `name: chat
load:
  model: closed
  user: 10
phases:
  steadyMs: ten seconds
operations:
  - name: send
    driver: websokcet
    request: { url: "ws://127.0.0.1/" }
criteria:
  - metric: latncy.p99
    is: below
    value: 50
`;

const websocket: Driver = {
  validate: ({ url }) =>
    url === "ws://localhost/"
      ? []
      : [{ path: ["url"], message: "is somewhere else" }],
  open: () => Promise.reject(new Error("It is never opened")),
};

Deno.test("a YAML file with typos is refused with lines, columns and suggestions", () => {
  assertEquals(
    refusal(WITH_TYPOS, { fileName: "chat.yaml", drivers: { websocket } }),
    `Cannot use the scenario:
chat.yaml:4:3: load.user is not a known field, did you mean "users"?
chat.yaml:6:3: phases.steadyMs is "ten seconds", it must be a time such as 500ms, 10s or 1h30m, or a number above 0 and at most 2147483647
chat.yaml:9:5: operations[0].driver is "websokcet", did you mean "websocket"?
chat.yaml:10:16: operations[0].request.url is somewhere else
chat.yaml:12:5: criteria[0].metric is "latncy.p99", did you mean "latency.p99"?`,
  );
});

Deno.test("a JSON file with typos is refused with lines, columns and suggestions", () => {
  const scenario = { ...chat, load: { ...chat.load, user: 10 } };
  const text = JSON.stringify(scenario, null, "\t");
  assertEquals(
    refusal(text, { fileName: "chat.json" }),
    `Cannot use the scenario:
chat.json:10:3: load.user is not a known field, did you mean "users"?`,
  );
});

Deno.test("a mistake that a driver finds in a request is reported at its place", () => {
  const text = WITH_TYPOS.replace("user:", "users:").replace(
    "latncy",
    "latency",
  )
    .replace("ten seconds", "10000").replace("websokcet", "websocket");
  assertEquals(
    refusal(text, { drivers: { websocket } }),
    `Cannot use the scenario:
scenario:10:16: operations[0].request.url is somewhere else`,
  );
});

Deno.test("the issues of a refused text have paths, places and suggestions", () => {
  const { issues } = assertThrows(
    () => parseScenario(WITH_TYPOS),
    ScenarioError,
  );
  assertEquals(issues[0], {
    path: ["load", "user"],
    message: 'load.user is not a known field, did you mean "users"?',
    suggestion: "users",
    line: 4,
    column: 3,
  });
});

for (const format of ["yaml", "json"] as const) {
  Deno.test(`a scenario is the same after it was written and parsed in ${format}`, () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const text = stringifyScenario(scenario, format);
        assertEquals(parseScenario(text, { format }), scenario);
      }),
    );
  });
}

for (
  const [what, text, message] of [
    [
      "a wrong indentation",
      "name: chat\n  load: 1\n",
      "1:7: Nested mappings are not allowed in compact mappings",
    ],
    ["a key of a list", "? [a]\n: b\n", "1:3: a key is not a text"],
    ["a tag", "name: !!binary aGVsbG8=\n", "1:7: Unresolved tag: "],
    ["a tag of its own", "name: !secret x\n", "1:7: Unresolved tag: !secret"],
    [
      "two documents",
      "name: a\n---\nname: b\n",
      "2:1: there is a second document after ---, a file has one scenario",
    ],
    ["an alias of nothing", "name: *chat\n", "1:7: Unresolved alias"],
    [
      "the tags of YAML 1.1",
      "%YAML 1.1\n---\nname: !!set { a }\n",
      "3:7: Unresolved tag: ",
    ],
    ["nothing", "", "1:1: the scenario is null, it must be an object"],
  ]
) {
  Deno.test(`YAML with ${what} is refused`, () => {
    const found = refusal(text ?? "", { fileName: "a.yaml" });
    assertEquals(
      found.split("\n")[1]?.slice(0, `a.yaml:${message}`.length),
      `a.yaml:${message}`,
    );
  });
}

Deno.test("YAML whose aliases would fill the memory is refused", () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) =>
      `  l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`)}]\n`,
  );
  const found = refusal(`bomb:\n  l0: &l0 [x]\n${levels.join("")}`);
  assertEquals(found.includes("Excessive alias count"), true);
});

Deno.test("YAML that is nested too deeply is refused", () => {
  const found = refusal("[".repeat(100_000));
  assertEquals(found.includes("Maximum call stack size exceeded"), true);
});

Deno.test("an alias can be used for what is needed twice", () => {
  const text = stringifyScenario(chat)
    .replace("users: 10", "users: &n 10")
    .replace("weight: 9", "weight: *n");
  assertEquals(parseScenario(text).operations[1]?.weight, 10);
});

Deno.test("a mistake behind an alias is reported at its place", () => {
  const found = refusal(
    `${stringifyScenario(chat)}tags: &t { a: 1 }\nfeeders: *t\n`,
    { fileName: "a.yaml" },
  );
  assertEquals(found.split("\n").slice(1), [
    "a.yaml:23:12: feeders.a is 1, it must be an object",
    "a.yaml:23:12: tags.a is 1, it must be a string",
  ]);
});

Deno.test("a scenario inside itself is refused", () => {
  const text = stringifyScenario(chat)
    .replace("request: {}", "request: &r { a: *r }");
  assertThrows(() => parseScenario(text), ScenarioError);
});

Deno.test("what only YAML allows is refused in JSON", () => {
  assertEquals(
    refusal('{\n  name: "chat" }', { fileName: "a.json" }),
    "Cannot use the scenario:\na.json:2:3: Expected property name or '}' in JSON at position 4 (line 2 column 3)",
  );
});

for (const format of ["yaml", "json"] as const) {
  Deno.test(`a key that is there twice is refused in ${format}, and hides nothing else`, () => {
    const text = '{"name": "a",\n "name": "b",\n "tagss": {}}';
    assertEquals(
      refusal(text, { format }).split("\n").filter((line) =>
        !line.includes("is missing")
      ),
      [
        "Cannot use the scenario:",
        "scenario:2:2: the key is there twice, remove one of them",
        'scenario:3:2: tagss is not a known field, did you mean "tags"?',
      ],
    );
  });
}

Deno.test("everything that is wrong is reported at once", () => {
  const text = `name: shop
target: { command: sh, readyPattern: "at (?<url>.*)" }
load: { model: closed, users: 1 }
phases: { steadyMs: 1000 }
feeders: { users: { records: [{ id: 1 }], ordr: random } }
operations:
  - name: look
    driver: websocket
    request: { url: "\${target.ulr}" }
    wieght: 2
  - name: look
    driver: htpp
    request: { url: "\${usres.id}" }
    url: "http://127.0.0.1/"
criteria:
  - { metric: p95, operation: look, is: below, value: 5 }
  - { metric: latency.p95, operation: lok, is: below, value: 5 }
`;
  assertEquals(
    refusal(text, { drivers: { websocket, http: websocket } }).split("\n"),
    [
      "Cannot use the scenario:",
      'scenario:5:43: feeders.users.ordr is not a known field, did you mean "order"?',
      "scenario:9:16: operations[0].request.url is somewhere else",
      'scenario:9:16: operations[0].request.url has ${target.ulr}, which is not a group of target.readyPattern, did you mean "url"?',
      'scenario:10:5: operations[0].wieght is not a known field, did you mean "weight"?',
      'scenario:11:5: operations[1].name is "look", the same as that of operations[0], choose another',
      'scenario:12:5: operations[1].driver is "htpp", did you mean "http"?',
      "scenario:13:16: operations[1].request.url is somewhere else",
      'scenario:13:16: operations[1].request.url has ${usres.id}, which refers to no feeder, did you mean "users"?',
      "scenario:14:5: operations[1].url is not a known field here, it belongs in the request of the operation",
      'scenario:16:7: criteria[0].metric is "p95", did you mean "latency.p95"?',
      'scenario:17:28: criteria[1].operation is "lok", did you mean "look"?',
    ],
  );
});

Deno.test("an item with an error hides no error of another", () => {
  const scenario = {
    ...chat,
    operations: [{ name: "join" }, ...chat.operations, ...chat.operations],
    criteria: [
      { metric: "latency.p99", is: "below", value: 50, operation: "gone" },
      { metric: "errorRate", is: "below", value: 5 },
    ],
  };
  const found = refusal(JSON.stringify(scenario), { format: "json" });
  assertEquals(
    found.split("\n").slice(1).map((line) => line.replace(/.*?: /, "")).sort(),
    [
      'criteria[1].value is 5, it must be from 0 to 1, did you mean "5%"?',
      "operations[0].driver is missing, it must be a string that is not empty",
      "operations[0].request is missing, it must be an object",
      'operations[3].name is "join", the same as that of operations[1], choose another',
      'operations[4].name is "send", the same as that of operations[2], choose another',
    ],
  );
});

for (
  const [written, read] of [
    ["+15551234567", "15551234567"],
    ["02134", "2134"],
    ["1.10", "1.1"],
    ["0x1F", "31"],
    ["0o17", "15"],
    ["9007199254740993", "9007199254740992"],
    ["True", "true"],
  ] as const
) {
  Deno.test(`${written} in data is refused, as it would be sent as ${read}`, () => {
    const scenario = (value: string) =>
      `${
        stringifyScenario(chat).replace(
          "request: {}",
          `request: { a: [${value}] }`,
        )
      }
feeders: { f: { records: [{ id: ${value} }] } }
`;
    const advice =
      `is ${written}, which is read as ${read}: put it in quotes to send what is written, or write ${read}`;
    assertEquals(
      refusal(scenario(written)).split("\n").slice(1).map((line) =>
        line.replace(/.*?: /, "")
      ),
      [
        `operations[0].request.a[0] ${advice}`,
        `feeders.f.records[0].id ${advice}`,
      ],
    );
    assertEquals(
      parseScenario(scenario(`"${written}"`)).feeders?.f?.records,
      [{ id: written }],
    );
    assertEquals(
      Object(parseScenario(scenario(read)).operations[0]).request,
      { a: [JSON.parse(read)] },
    );
  });
}

Deno.test("a number that is no data may be written as one likes", () => {
  const text = stringifyScenario(chat).replace(
    "steadyMs: 10000",
    "steadyMs: 1e4",
  );
  assertEquals(parseScenario(text).phases?.steadyMs, 10_000);
});

Deno.test("wrong references are refused all at once, with lines, columns and suggestions", () => {
  const text = `name: shop
load: { model: closed, users: 1 }
phases: { steadyMs: 1000 }
feeders:
  books:
    records: [{ id: 1 }]
operations:
  - name: look
    driver: websocket
    request:
      url: "http://\${targt.host}/\${books.ids}"
      headers: { id: "\${uid}", n: "\${user.nr}" }
      body: ["\${random.nt(1,2)}", "\${book.id}", "$\${fine}"]
`;
  assertEquals(
    refusal(text, { fileName: "shop.yaml" }),
    `Cannot use the scenario:
shop.yaml:11:7: operations[0].request.url has \${targt.host}, which refers to no feeder, choose one of books, user, random, env
shop.yaml:11:7: operations[0].request.url has \${books.ids}, which feeders.books.records[0] does not have, did you mean "id"?
shop.yaml:12:18: operations[0].request.headers.id has \${uid}, which refers to nothing, did you mean "uuid"?
shop.yaml:12:32: operations[0].request.headers.n has \${user.nr}, which refers to nothing, did you mean "user.number"?
shop.yaml:13:14: operations[0].request.body[0] has \${random.nt(1,2)}, which refers to nothing, did you mean "random.int(1,100)"?
shop.yaml:13:35: operations[0].request.body[1] has \${book.id}, which refers to no feeder, did you mean "books"?`,
  );
});

Deno.test("a file of records is found from the folder of the scenario, and is text in the same place again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "feeders-" });
  try {
    await Deno.writeTextFile(`${folder}/users.csv`, "id,name\n007,Ada\n");
    const text = `name: shop
load: { model: closed, users: 1 }
phases: { steadyMs: 1000 }
feeders:
  users: { file: users.csv, per: user }
operations:
  - { name: look, driver: any, request: { id: "\${users.id}" } }
`;
    const fileName = `${folder}/shop.yaml`;
    const { feeders } = parseScenario(text, { fileName });
    assertEquals(feeders, {
      users: { file: `${folder}/users.csv`, per: "user" },
    });
    assertEquals(
      refusal(text.replace("users.id", "users.ids"), { fileName }),
      `Cannot use the scenario:
${fileName}:7:43: operations[0].request.id has \${users.ids}, which feeders.users.records[0] does not have, did you mean "id"?`,
    );
    assertEquals(
      refusal(text.replace("users.csv", "user.csv"), { fileName }),
      `Cannot use the scenario:
${fileName}:5:12: feeders.users.file is "${folder}/user.csv", which does not exist`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a declared variable without a value is refused", () => {
  Deno.env.set("TROUPE_TEST_EMPTY", "");
  try {
    const text = `name: shop
load: { model: closed, users: 1 }
phases: { steadyMs: 1000 }
env: [TROUPE_TEST_UNSET, TROUPE_TEST_EMPTY, "a b"]
operations:
  - { name: look, driver: any, request: { id: "\${env.TROUPE_TEST_UNST}" } }
`;
    assertEquals(
      refusal(text, { fileName: "shop.yaml" }),
      `Cannot use the scenario:
shop.yaml:4:7: env[0] is "TROUPE_TEST_UNSET", which is not set in the environment, or empty: set it
shop.yaml:4:26: env[1] is "TROUPE_TEST_EMPTY", which is not set in the environment, or empty: set it
shop.yaml:4:45: env[2] is "a b", it must be the name of a variable, such as "TOKEN"
shop.yaml:6:43: operations[0].request.id has \${env.TROUPE_TEST_UNST}, which env does not declare, did you mean "TROUPE_TEST_UNSET"?`,
    );
  } finally {
    Deno.env.delete("TROUPE_TEST_EMPTY");
  }
});

Deno.test("numbers of what each user performs once are sent as they are written, or refused", () => {
  const text = `${stringifyScenario(chat)}userSetup:
  - { name: login, driver: websocket, request: { pin: 0042 } }
`;
  assertEquals(
    refusal(text).split("\n").slice(1).map((line) => line.replace(/.*?: /, "")),
    [
      "userSetup[0].request.pin is 0042, which is read as 42: put it in quotes to send what is written, or write 42",
    ],
  );
});
