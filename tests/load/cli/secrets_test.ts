import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { LoadResult } from "../../../src/load/result.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { bounded } from "../../support/net.ts";
import { Command, shortScenario } from "./command.ts";

const TARGET = new URL("leaky_target.ts", import.meta.url).href;
const TOKEN = 'tk-"/5e0ac&1f-b7d2';

function leaky(...operations: Scenario["operations"]): Scenario {
  return {
    ...shortScenario(),
    target: {
      command: "deno",
      args: ["run", "--allow-net=127.0.0.1", "--allow-env", TARGET],
      readyPattern: "listening on (?<port>\\d+)",
    },
    env: ["TROUPE_TEST_TOKEN"],
    operations,
  };
}

const request = {
  url: "http://127.0.0.1:${target.port}/",
  headers: { authorization: "${env.TROUPE_TEST_TOKEN}" },
};

/** Any part of the token that says much about it, in any form. */
function assertHidden(text: string): void {
  for (
    const form of [
      ...[TOKEN, encodeURIComponent(TOKEN), encodeURI(TOKEN)],
      ...[JSON.stringify(TOKEN).slice(1, -1), "5e0ac", "b7d2", 'tk-"', "tk-\\"],
    ]
  ) {
    assert(!text.includes(form), `${form} is in:\n${text}`);
  }
}

Deno.test(
  "a value of the environment is sent, and is in no report and no output",
  bounded,
  async () => {
    await using command = new Command();
    command.env.TROUPE_TEST_TOKEN = TOKEN;
    const check = (field: string, value: string) =>
      [{ field, is: "equal", value }] as const;
    const path = command.write(
      "leaky.json",
      leaky(
        {
          name: "echo",
          driver: "http",
          request,
          checks: check("body.token", ""),
        },
        {
          name: "long",
          driver: "http",
          request,
          checks: check("body.long", ""),
        },
        {
          name: "url",
          driver: "http",
          request: {
            ...request,
            url: `${request.url}\${env.TROUPE_TEST_TOKEN}`,
            redirect: "manual",
          },
          checks: check("body", "\${env.TROUPE_TEST_TOKEN}"),
        },
        {
          name: "die",
          driver: "http",
          weight: 0.02,
          request: { ...request, json: { at: "${env.TROUPE_TEST_TOKEN}" } },
        },
      ),
    );
    const { code, stdout, stderr } = await command.run(
      ...[path, "--out", "out", "--json", "--set", "phases.steadyMs=60000"],
    );
    assertEquals(code, 3, stderr);
    assertStringIncludes(stdout, "dying of");
    assertStringIncludes(stdout, "***");
    const { operations } = JSON.parse(stdout);
    assertMatch(operations[0].errors[0].message, /body\.token is "\*\*\*"/);
    assertMatch(operations[1].errors[0].message, /body\.long is "x{30}\*\*\*/);
    assertHidden(stdout);
    assertHidden(stderr);
    for (const name of command.list("out")) {
      assertHidden(command.read(`out/${name}`));
    }
    const printed = await command.run(path, "--print");
    assertStringIncludes(printed.stdout, "${env.TROUPE_TEST_TOKEN}");
    assertHidden(printed.stdout);
  },
);

Deno.test(
  "a value of the environment that makes a request wrong is not shown either",
  bounded,
  async () => {
    await using command = new Command();
    command.env.TROUPE_TEST_TOKEN = TOKEN;
    const wrong = {
      name: "get",
      driver: "http",
      request: { url: "${env.TROUPE_TEST_TOKEN}" },
    };
    const path = command.write("wrong.json", leaky(wrong));
    const { code, stdout, stderr } = await command.run(path);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, 'request.url is "***", it must be a URL');
    assertHidden(stdout + stderr);
  },
);

Deno.test(
  "a value of the environment that is missing is exit code 2, with its place",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write(
      "missing.json",
      JSON.stringify(leaky({ name: "get", driver: "http", request }), null, 1),
    );
    const { code, stderr } = await command.run(path);
    assertEquals(code, 2, stderr);
    assertMatch(
      stderr,
      /missing\.json:\d+:3: env\[0\] is "TROUPE_TEST_TOKEN", which is not set/,
    );
  },
);

Deno.test(
  "the command that repeats a run is in its reports, without secrets",
  bounded,
  async () => {
    await using command = new Command();
    command.env.TROUPE_TEST_TOKEN = TOKEN;
    const path = command.write("short.json", {
      ...shortScenario(),
      env: ["TROUPE_TEST_TOKEN"],
    });
    const { code, stderr } = await command.run(
      ...[path, "--out", "out", "--seed", "7", "--no-page"],
      ...["--set", "operations.0.request.headers.authorization=Basic a b"],
      ...["--set", 'name=with "quotes"'],
    );
    assertEquals(code, 0, stderr);
    const { origin }: LoadResult = JSON.parse(command.read("out/result.json"));
    assertEquals(
      origin.command?.replace(/^deno run -A \S+main_on_any_machine.ts /, ""),
      `${path} --seed 7 --no-page --set 'operations.0.request.headers.authorization=***' --set 'name=with "quotes"'`,
    );
    assertEquals(origin.seed, 7);
    assertStringIncludes(command.read("out/report.html"), "--seed 7");
    assertStringIncludes(command.read("out/report.txt"), "--seed 7");
    // Whoever repeats it has to set them, to what only they know.
    assertStringIncludes(
      command.read("out/report.txt"),
      "Environment: TROUPE_TEST_TOKEN must be set",
    );
    assertHidden(command.read("out/report.txt"));
  },
);
