// Each scenario in the documents is valid.
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { standardDrivers } from "../../src/load/drivers/drivers.ts";
import { parseScenario } from "../../src/load/scenario/scenario_text.ts";
import { validateScenario } from "../../src/load/scenario/validate_scenario.ts";

/** The blocks of YAML in a document, each with the line where it starts. */
function yamlBlocks(markdown: string): { line: number; text: string }[] {
  return [...markdown.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => ({
    line: markdown.slice(0, match.index).split("\n").length + 1,
    text: match[1] ?? "",
  }));
}

/** Whether it is a scenario, and no part of one. */
function isComplete(text: string): boolean {
  return /^operations:/m.test(text);
}

Deno.test("yamlBlocks() finds the blocks of a document, with their lines", () => {
  const document = "a\n```yaml\nb: 1\nc: 2\n```\n```ts\nd\n```\n";
  assertEquals(yamlBlocks(document), [{ line: 3, text: "b: 1\nc: 2\n" }]);
});

for (const name of ["docs/load.md", "README.md"]) {
  Deno.test(`the complete scenarios of ${name} are valid, with the standard drivers`, async () => {
    const path = new URL(`../../${name}`, import.meta.url);
    const blocks = yamlBlocks(await Deno.readTextFile(path));
    const complete = blocks.filter(({ text }) => isComplete(text));
    assert(complete.length > 0, "the document lost its scenarios");
    const drivers = standardDrivers();
    Deno.env.set("TOKEN", "any");
    for (const { line, text } of complete) {
      const fileName = `${name} from line ${line} on`;
      const scenario = parseScenario(text, { fileName, drivers });
      assertEquals(validateScenario(scenario, drivers).warnings, []);
    }
  });
}

Deno.test("the loads and think times in docs/load.md are valid in a scenario", async () => {
  const path = new URL("../../docs/load.md", import.meta.url);
  const parts = yamlBlocks(await Deno.readTextFile(path))
    .filter(({ text }) => !isComplete(text))
    .map(({ text }): unknown => parse(text))
    .filter((part) => Array.isArray(part) || "load" in Object(part));
  const loads = parts.flatMap((part) =>
    Array.isArray(part)
      ? part.map((thinkTime) => ({ model: "closed", users: 1, thinkTime }))
      : [Object(part).load]
  );
  assertEquals(loads.length, 7);
  for (const load of loads) {
    const { errors } = validateScenario({
      name: "any",
      load,
      ..."stages" in load ? {} : { phases: { steadyMs: 1000 } },
      operations: [{ name: "any", driver: "any", request: {} }],
    });
    assertEquals(errors, []);
  }
});

Deno.test("the steps, feeders, defaults, setup and teardown in docs/load.md are valid in a scenario", async () => {
  const path = new URL("../../docs/load.md", import.meta.url);
  const parts = yamlBlocks(await Deno.readTextFile(path))
    .filter(({ text }) => /^(steps|feeders|defaults|setup):/m.test(text))
    .filter(({ text }) => !isComplete(text))
    .map(({ text }): object => Object(parse(text)));
  assertEquals(parts.length, 4);
  const step = { name: "any", driver: "http", request: { url: "/" } };
  const { steps, ...others }: Record<string, unknown> = Object.assign(
    { steps: [step] },
    ...parts,
  );
  const { errors } = validateScenario({
    name: "any",
    load: { model: "closed", users: 1 },
    phases: { steadyMs: 1000 },
    operations: [{ name: "flow", steps }],
    ...others,
  }, standardDrivers());
  // The file is not beside the document.
  assertEquals(errors.map(({ message }) => message), [
    'feeders.accounts.file is "accounts.csv", which does not exist',
  ]);
});

Deno.test("the requests in docs/load.md are valid, but for files that are not beside it", async () => {
  const path = new URL("../../docs/load.md", import.meta.url);
  const requests = yamlBlocks(await Deno.readTextFile(path))
    .filter(({ text }) => text.startsWith("request:"))
    .map(({ text }) => Object(parse(text)).request);
  assertEquals(requests.length, 2);
  const { http } = standardDrivers();
  const issues = requests.flatMap((request) => http?.validate(request) ?? []);
  assertEquals(issues.map(({ message }) => message.split(", ")[1]), [
    "which does not exist",
    "which does not exist",
    "which does not exist",
    "which does not exist",
  ]);
});
