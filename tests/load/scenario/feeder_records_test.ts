import { assertEquals, assertThrows } from "@std/assert";
import { stringify } from "@std/csv";
import fc from "fast-check";
import { LoadTestError } from "../../../src/load/load_errors.ts";
import { recordsIn } from "../../../src/load/scenario/feeder_records.ts";

Deno.test("text in a CSV file stays text", () => {
  assertEquals(
    recordsIn(
      "users.csv",
      'id,pin,on,note\r\n007,1.10,true,"a ""b"", c"\r\n8,,no,\n',
    ),
    [
      { id: "007", pin: "1.10", on: "true", note: 'a "b", c' },
      { id: "8", pin: "", on: "no", note: "" },
    ],
  );
});

Deno.test("any records are the same after they were written as CSV", () => {
  const cell = fc.string({ unit: "grapheme", maxLength: 8 });
  fc.assert(fc.property(
    fc.array(fc.record({ id: fc.nat().map(String), text: cell }), {
      minLength: 1,
      maxLength: 5,
    }),
    (records) => {
      const text = stringify(records, { columns: ["id", "text"] });
      assertEquals(recordsIn("any.csv", text), records);
    },
  ));
});

Deno.test("a JSON file has a list of records, with values of any kind", () => {
  const records = [{ id: 7, tags: ["a"], at: { city: "Bern" } }, { id: "007" }];
  assertEquals(recordsIn("users.json", JSON.stringify(records)), records);
});

for (
  const [file, text, problem] of [
    ["users.txt", "id\n1", "which must end in .csv or .json"],
    ["users.csv", "", "which has no records"],
    ["users.csv", "id,name\n", "which has no records"],
    ["users.csv", "id,id\n1,2\n", 'whose column 2 is named "id" like another'],
    ["users.csv", "id,\n1,2\n", "whose column 2 has no name"],
    [
      "users.csv",
      "id,name\n1,a\n2\n",
      "which is no CSV: Syntax error on line 3",
    ],
    ["users.csv", 'id\n"1\n', "which is no CSV: Syntax error on line 2"],
    ["users.json", "[{", "which is no JSON: "],
    ["users.json", "[]", "which has no records"],
    ["users.json", '{"a":1}', "which has no list of records"],
    ["users.json", '[{"a":1},2]', "whose item 1 is no object"],
    [
      "users.json",
      '[{"a":1.10}]',
      "which is no JSON: 1.10 is read as 1.1: put it in quotes",
    ],
  ] as const
) {
  Deno.test(`${file} with ${JSON.stringify(text)} is refused`, () => {
    assertThrows(
      () => recordsIn(file, text),
      LoadTestError,
      `is "${file}", ${problem}`,
    );
  });
}
