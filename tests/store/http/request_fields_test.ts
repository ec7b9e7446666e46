import { assertEquals, assertRejects } from "@std/assert";
import { Problem } from "../../../src/store/http/problem.ts";
import { sourceOfStream } from "../../../src/store/files/file_source.ts";
import { BodyBudget } from "../../../src/store/http/body_budget.ts";
import {
  fieldsReader,
  isFormType,
  type RequestFields,
} from "../../../src/store/http/request_fields.ts";

const reader = fieldsReader({
  maxBytes: 10_000,
  maxDepth: 8,
  maxParts: 100,
});
const JSON_TYPE = "application/json";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function readForm(form: FormData): Promise<unknown> {
  const response = new Response(form);
  const body = await response.bytes();
  return (await read(response.headers.get("content-type"), body)).fields;
}

/** Reads a body of any type, as it comes with a request. */
async function read(
  type: string | null,
  body: Uint8Array<ArrayBuffer>,
): Promise<RequestFields> {
  if (!isFormType(type)) return reader.readJson(type, body);
  const source = sourceOfStream(new Blob([body]).stream());
  using held = new BodyBudget(100_000).open();
  return await reader.readForm(type, source, held);
}

Deno.test("Fields are read from JSON and from forms, with JSON in them", async () => {
  const { fields } = await read(JSON_TYPE, bytes(`{"a":[1]}`));
  assertEquals(fields, { a: [1] });
  const form = new FormData();
  form.append("title", "x");
  form.append("tags", "a");
  form.append("tags", "b");
  form.append("tags", "c");
  form.append("@jsonPayload", `{"nested":{"b":true}}`);
  assertEquals(await readForm(form), {
    title: "x",
    tags: ["a", "b", "c"],
    nested: { b: true },
  });
});

Deno.test("A body that is no object, too deep or no JSON is refused", async () => {
  const cases: [string | null, string, string][] = [
    [JSON_TYPE, `[]`, "bad_request"],
    [JSON_TYPE, `"x"`, "bad_request"],
    [JSON_TYPE, `{"a":`, "bad_request"],
    [JSON_TYPE, `{"__proto__":{}}`, "bad_request"],
    [JSON_TYPE, `{"a":${"[".repeat(9)}${"]".repeat(9)}}`, "bad_request"],
    [JSON_TYPE, "[".repeat(9_000), "bad_request"],
    ["text/plain", `{}`, "wrong_media_type"],
    [null, `{}`, "wrong_media_type"],
    ["application/x-www-form-urlencoded", `a=1`, "wrong_media_type"],
    ["multipart/form-data; boundary=x", `--y`, "bad_request"],
    ["multipart/form-data; boundary=", `--`, "bad_request"],
  ];
  for (const [type, text, kind] of cases) {
    const problem = await assertRejects(
      () => read(type, bytes(text)),
      Problem,
      undefined,
      text.slice(0, 40),
    );
    assertEquals(problem.kind, kind, text.slice(0, 40));
  }
  const form = new FormData();
  form.append("@jsonPayload", "{");
  await assertRejects(() => readForm(form), Problem);
});
