import { assertEquals, assertThrows } from "@std/assert";
import { parseFields, pickFields } from "../../../src/store/query/fields.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";

const RECORD = {
  id: "t1",
  title: "tea",
  meta: { a: { b: 1, c: 2 }, d: [{ e: 1, f: 2 }, 3] },
  expand: { owner: { id: "u1", name: "Ann", expand: { team: { id: "m1" } } } },
};

function picked(text: string): unknown {
  return pickFields(RECORD, parseFields(text));
}

Deno.test("the fields that are named are returned, also of what is expanded", () => {
  assertEquals(picked(""), RECORD);
  assertEquals(picked("*"), RECORD);
  assertEquals(picked("id, title"), { id: "t1", title: "tea" });
  assertEquals(picked("expand.owner.name"), {
    expand: { owner: { name: "Ann" } },
  });
  assertEquals(picked("id,meta.a.b,meta.d.e"), {
    id: "t1",
    meta: { a: { b: 1 }, d: [{ e: 1 }, 3] },
  });
  assertEquals(picked("missing"), {});
});

Deno.test("a star is what is not named, at its level", () => {
  const { expand: _, ...own } = RECORD;
  assertEquals(picked("*,expand.owner.id"), {
    ...own,
    expand: { owner: { id: "u1" } },
  });
  assertEquals(picked("expand.owner.*,expand.owner.expand.team.name"), {
    expand: {
      owner: { id: "u1", name: "Ann", expand: { team: {} } },
    },
  });
});

Deno.test("a field that is named whole stays whole, in any order", () => {
  assertEquals(picked("meta,meta.a.b"), { meta: RECORD.meta });
  assertEquals(picked("meta.a.b,meta"), { meta: RECORD.meta });
});

Deno.test("names that are none, too many or too deep are refused with their place", () => {
  const cases: [string, string, number | undefined][] = [
    ["id,ti tle", "syntax", 3],
    ["id,,title", "syntax", 3],
    ["a..b", "syntax", 0],
    ["*.a", "syntax", 0],
    ["note:excerpt(5)", "syntax", 0],
    [Array(101).fill("a").join(","), "limit", undefined],
    [Array(17).fill("a").join("."), "limit", undefined],
    ["a".repeat(3501), "limit", undefined],
  ];
  for (const [text, code, position] of cases) {
    const error = assertThrows(() => parseFields(text), QueryError);
    assertEquals([error.code, error.position], [code, position], text);
  }
  assertEquals(picked("__proto__,constructor"), {});
});
