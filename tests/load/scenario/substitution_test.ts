import { assertEquals, assertThrows } from "@std/assert";
import { LoadTestError } from "../../../src/load/load_errors.ts";
import {
  compileRequest,
  fillTarget,
} from "../../../src/load/scenario/substitution.ts";

Deno.test("a request takes values and text from records, at any depth", () => {
  const template = compileRequest({
    url: "/users/${user.id}?name=${user.name}",
    body: { id: "${user.id}", list: ["${user.tags}", "$ {not.this}", 1] },
    method: "POST",
  }, ["user"]);
  assertEquals(template.feeders, ["user"]);
  const record = { id: 7, name: "Ada", tags: ["a", "b"] };
  assertEquals(template.fill(new Map([["user", record]])), {
    url: "/users/7?name=Ada",
    body: { id: 7, list: [["a", "b"], "$ {not.this}", 1] },
    method: "POST",
  });
});

Deno.test("a request without references is always the same object", () => {
  const request = { url: "/", list: [1, { a: "b" }] };
  const template = compileRequest(request, ["user"]);
  assertEquals(template.fill(new Map()) === request, true);
});

Deno.test("outputs of the target are filled in, as a number if the text is nothing else", () => {
  const request = {
    port: "${target.port}",
    url: "http://localhost:${target.port}/${user.id}",
    zip: "${target.zip}",
  };
  assertEquals(fillTarget(request, { port: "8080", zip: "01234" }), {
    port: 8080,
    url: "http://localhost:8080/${user.id}",
    zip: "01234",
  });
  assertThrows(
    () => fillTarget(request, {}),
    LoadTestError,
    'no output "port"',
  );
});
