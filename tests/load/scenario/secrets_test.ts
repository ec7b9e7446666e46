import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  argumentWithoutSecrets,
  scenarioWithoutSecrets,
  secretsOf,
  withoutSecrets,
} from "../../../src/load/scenario/secrets.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";

for (
  const [place, text, shown] of [
    ["a URL", "GET http://ada:pw@host/a", "GET http://ada:***@host/a"],
    ["a query", "/a?b=1&api_key=abc&c=2", "/a?b=1&api_key=***&c=2"],
    ["a form", "name=Ada&password=x%20y", "name=Ada&password=***"],
    [
      "JSON",
      '{"access_token": "a\\"b", "n": 1}',
      '{"access_token": "***", "n": 1}',
    ],
    ["JSON that is cut off", '{"secret":"abc', '{"secret":"***'],
    ["JSON in JSON", '"{\\"token\\":\\"abc\\"}"', '"{\\"token\\":\\"***\\"}"'],
    [
      "a header",
      "a: b\nSet-Cookie: s=1; path=/\nc",
      "a: b\nSet-Cookie: ***\nc",
    ],
    ["a bearer token", "with Bearer abcdefgh1 it", "with Bearer *** it"],
    ["a web token", "x eyJhbGciOiJI.eyJzdWIi.c2ln y", "x *** y"],
    ["no place", "12:30 a=1 tokens: none", "12:30 a=1 tokens: none"],
  ] as const
) {
  Deno.test(`a secret is masked in ${place}`, () => {
    assertEquals(withoutSecrets(text), shown);
  });
}

Deno.test("a secret is masked in an argument, whatever it is", () => {
  const argument = "operations.0.request.headers.authorization=Basic a b'c";
  assertEquals(
    argumentWithoutSecrets(argument),
    "operations.0.request.headers.authorization=***",
  );
  assertEquals(argumentWithoutSecrets("load.users=50"), "load.users=50");
});

Deno.test("the password of a URL is a secret, also as it is sent and decoded", () => {
  const request = { url: "http://ada:p%40ssw%C3%B6rd@host/a?b=1" };
  assertEquals(secretsOf(request, []), ["YWRhOnBAc3N3w7ZyZA==", "p@sswörd"]);
  assertEquals(secretsOf({ url: "http://ada@host/" }, []), []);
  assertEquals(secretsOf({ url: "/a:b@c" }, []), []);
});

const scenario: Scenario = {
  name: "shop",
  load: { model: "closed", users: 1 },
  phases: { steadyMs: 1000 },
  operations: [{
    name: "flow",
    steps: [{
      name: "login",
      driver: "http",
      request: { url: "http://host/", json: { name: "Ada" } },
      capture: { token: "body.token" },
    }, {
      name: "read",
      driver: "http",
      request: {
        url: "http://host/?${token}",
        headers: { authorization: "Bearer ${token}" },
      },
    }],
  }],
};

Deno.test("a scenario without secrets is shown as it is", () => {
  const shown = scenarioWithoutSecrets(scenario, (text) => text);
  assertStrictEquals(shown, scenario);
});

Deno.test("a secret is masked in a scenario, and what refers to one is kept", () => {
  const shown = scenarioWithoutSecrets({
    ...scenario,
    defaults: { http: { headers: { "x-api-key": "abc" } } },
    feeders: { people: { records: [{ name: "Ada", password: "abc" }] } },
    operations: [{
      name: "read",
      driver: "http",
      request: {
        url: "http://ada:abc@host/",
        headers: { authorization: "Bearer abc${part}" },
      },
    }],
  }, (text) => text.replace("Ada", "***"));
  assertEquals(shown.defaults, { http: { headers: { "x-api-key": "***" } } });
  assertEquals(shown.feeders?.people?.records, [
    { name: "***", password: "***" },
  ]);
  assertEquals(shown.operations, [{
    name: "read",
    driver: "http",
    request: {
      url: "http://ada:***@host/",
      headers: { authorization: "Bearer ***${part}" },
    },
  }]);
});
