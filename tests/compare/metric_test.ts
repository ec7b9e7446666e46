import { assertEquals, assertThrows } from "@std/assert";
import { RunFailedError } from "../../src/compare/errors.ts";
import { parseMetric, readField } from "../../src/compare/metric.ts";

Deno.test("parseMetric() parses which direction is better", () => {
  assertEquals(parseMetric("latency.p99"), { name: "latency.p99" });
  assertEquals(parseMetric("ops:higher"), { name: "ops", better: "higher" });
});

Deno.test("readField() reads a field of the last line that is not empty", () => {
  const output = 'begins\n{"a":1}\n{"latency":{"p99":2.5}}\n\n';
  assertEquals(readField(output, "latency.p99"), 2.5);
  assertEquals(readField('{"errors":0}', "errors"), 0);
});

Deno.test("readField() names what is wrong with an output", () => {
  const wrong = (output: string, message: string) =>
    assertThrows(() => readField(output, "n"), RunFailedError, message);
  wrong(
    "done",
    'the last line of the output is "done", it must be a JSON object',
  );
  wrong("{}", "it must be a number of 0 or more");
  wrong('{"n":-1}', "it is -1, it must be a number of 0 or more");
  wrong('{"n":"7"}', 'it is "7"');
});
