import { assertRejects, assertThrows } from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import { PerformanceIntegrator } from "../../src/compare/performance_integrator.ts";

const one = { label: "one", command: ["true"] };

for (
  const [options, message] of [
    [undefined, "the options of compare(): it is missing, it must be { a, b }"],
    [
      { noisePair: 8 },
      '"noisePair" of a comparison: it is not known, did you mean "noisePairs"?',
    ],
    [{ metrics: "wall" }, "metrics: it is a string"],
    [{ metrics: [{ nam: "wall" }] }, '"nam" of a metric'],
    [{ metrics: [{ name: "n", better: "hihger" }] }, 'did you mean "higher"?'],
    [{ measure: 5 }, "measure: it is a number, it must be a function"],
    [{ alpha: "0.1" }, 'alpha: it is "0.1", it must be a number'],
    [{ a: { label: "a" } }, "a.command: it is missing"],
    [{ a: { label: 1, command: ["x"] } }, "a.label: it is 1"],
    [
      { b: { ...one, directoy: "/" } },
      '"directoy" of b: it is not known, did you mean "directory"?',
    ],
    [{ b: { label: "b", command: "true" } }, "b.command: it is a string"],
  ] as const
) {
  Deno.test(`compare() refuses ${Deno.inspect(options)}`, async () => {
    const given = options === undefined ? [] : [{ a: one, b: one, ...options }];
    await assertRejects(
      async () => await Reflect.apply(compare, undefined, given),
      TypeError,
      message,
    );
  });
}

Deno.test("a PerformanceIntegrator refuses options that are not known", () => {
  assertThrows(
    () => Reflect.construct(PerformanceIntegrator, [{ maxPair: 2 }]),
    TypeError,
    'did you mean "maxPairs"?',
  );
});
