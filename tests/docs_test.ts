// Each guarantee in the documents of guarantees names the test that proves it.
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/**
 * The names of the tests in a source, as patterns: a name that is a template
 * stands for all that it can become.
 */
function testNames(source: string): RegExp[] {
  const calls = source.matchAll(
    /^\s*Deno\.test\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/gm,
  );
  return [...calls].map(([, name, template = ""]) => {
    const parts = name === undefined
      ? template.split(/\$\{[^}]*\}/)
      : [JSON.parse(`"${name}"`) as string];
    return new RegExp(`^${parts.map(RegExp.escape).join(".+")}$`);
  });
}

/** The list items of a document, each in one line. */
function listItems(markdown: string): string[] {
  const items: string[] = [];
  let inItem = false;
  // What stands in examples is no item.
  const text = markdown.replace(/^```.*?^```$/gms, "");
  for (const line of text.split("\n")) {
    const start = line.match(/^\s*(?:[-*+]|\d+\.) (.*)$/);
    if (start !== null) items.push(start[1] ?? "");
    else if (inItem && line.trim() !== "") {
      items.push(`${items.pop()} ${line.trim()}`);
    }
    inItem = start !== null || (inItem && line.trim() !== "");
  }
  return items;
}

/** What is wrong with a document, given the tests that there are. */
function faults(markdown: string, tests: readonly RegExp[]): string[] {
  return listItems(markdown).flatMap((item) => {
    const name = item.match(/ \(test: (.+)\)\.?$/)?.[1];
    if (name === undefined) return [`names no test: ${item}`];
    return tests.some((test) => test.test(name))
      ? []
      : [`there is no test: ${name}`];
  });
}

async function sources(folder: URL): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) texts.push(...await sources(new URL(`${name}/`, folder)));
    else if (name.endsWith("_test.ts")) {
      texts.push(await Deno.readTextFile(new URL(name, folder)));
    }
  }
  return texts;
}

const TESTS = testNames(
  [
    'Deno.test("Time passes (slowly)", () => {});',
    'Deno.test(\n  "An actor says \\"hello\\"",\n  () => {});',
    "Deno.test(`A ${kind} actor ends`, () => {});",
    'Deno.test.ignore("Nobody runs this", () => {});',
  ].join("\n"),
);

Deno.test("faults() accepts items that name a test", () => {
  const document = [
    "A paragraph names none.",
    "",
    "```yaml",
    "- { nor: does an example }",
    "```",
    "",
    "- It passes (test: Time passes (slowly))",
    "- It speaks, over",
    '  two lines (test: An actor says "hello")',
    "1. It ends (test: A lazy actor ends)",
  ].join("\n");
  assertEquals(faults(document, TESTS), []);
});

Deno.test("faults() names a test that there is not", () => {
  for (
    const name of [
      "Time passes",
      "Time passes (slowly) (slowly)",
      "A lazy actor ends again",
      "Nobody runs this",
    ]
  ) {
    assertEquals(faults(`- It is so (test: ${name})`, TESTS), [
      `there is no test: ${name}`,
    ]);
  }
});

Deno.test("faults() names an item without a test", () => {
  assertEquals(faults("- It is so.\n\n- (test: Time passes) is so", TESTS), [
    "names no test: It is so.",
    "names no test: (test: Time passes) is so",
  ]);
});

for (
  const [name, least] of [
    ["semantics", 100],
    ["connections", 35],
    ["cores", 10],
    ["remote", 40],
    ["bus", 35],
    ["bus_link", 20],
    ["bus_nats", 25],
    ["bus_streams", 30],
    ["store_files", 22],
    ["store_http", 25],
    ["store_realtime", 20],
    ["websocket", 30],
    ["pty", 40],
    ["terminal", 45],
    ["metrics", 75],
    ["load", 60],
    ["load_reports", 5],
    ["profile", 25],
    ["compare", 35],
    ["storage", 35],
    ["testing", 15],
    ["store", 40],
    ["store_auth", 60],
    ["store_queries", 40],
  ] as const
) {
  Deno.test(`each guarantee in docs/${name}.md names a test that there is`, async () => {
    const path = new URL(`docs/${name}.md`, ROOT);
    const document = await Deno.readTextFile(path);
    const tests = (await sources(new URL("tests/", ROOT))).flatMap(testNames);
    assert(listItems(document).length > least, "the document lost its items");
    assertEquals(faults(document, tests), []);
  });
}
