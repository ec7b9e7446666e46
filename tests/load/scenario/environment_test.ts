import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { masking } from "../../../src/load/scenario/environment.ts";

Deno.test("a value is masked as it is, and as URLs and JSON have it", () => {
  const mask = masking(['p&s "w/d', "hunter2"]);
  assertEquals(
    mask(
      `a p&s "w/d b ${encodeURIComponent('p&s "w/d')} ${
        JSON.stringify({ a: 'p&s "w/d' })
      } hunter2hunter2`,
    ),
    'a *** b *** {"a":"***"} ******',
  );
});

Deno.test("the beginning of a value that was cut off is masked as well", () => {
  const mask = masking(["correct-horse"]);
  assertEquals(
    mask('body is "correct-ho…, expected'),
    'body is "***…, expected',
  );
  assertEquals(mask("it is correct-"), "it is ***");
  assertEquals(mask("a cor…"), "a cor…");
});

Deno.test("a value of several lines is masked line by line, as output has it", () => {
  const mask = masking(["-----BEGIN\nabcdefghijk\nlmnopqrstuv"]);
  assertEquals(
    mask("stdout: abcdefghijk\nstdout: x"),
    "stdout: ***\nstdout: x",
  );
});

Deno.test("no text shows a value, whatever the values are", () => {
  const value = fc.string({ minLength: 1, maxLength: 8 })
    .filter((value) => !"***".includes(value) && value !== "…");
  fc.assert(fc.property(
    fc.array(value, { minLength: 1, maxLength: 3 }),
    fc.array(fc.string(), { maxLength: 4 }),
    (values, texts) => {
      const masked = masking(values)(
        texts.flatMap((text, index) => [text, values[index % values.length]])
          .join(""),
      );
      // What masks is put between texts, so those may make a value again.
      const rest = masked.split("***");
      for (const value of values) {
        assert(
          rest.every((text) => !text.includes(value)),
          `${JSON.stringify(masked)} shows ${JSON.stringify(value)}`,
        );
      }
    },
  ));
});
