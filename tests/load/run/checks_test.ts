import type { OperationOutcome } from "../../../src/load/driver.ts";
import { assertEquals } from "@std/assert";
import { compileChecks } from "../../../src/load/run/checks.ts";
import type { Check } from "../../../src/load/scenario/scenario.ts";

Deno.test("checks look into outcomes, and report what they found", () => {
  const outcome = {
    status: 201,
    body: { items: [{ id: 7 }, { id: 8 }], text: "hello" },
  };
  const verdicts: readonly [Check, string | undefined][] = [
    [{ field: "status", is: "equal", value: 201 }, undefined],
    [
      { field: "status", is: "equal", value: 200 },
      "status is 201, expected 200",
    ],
    [{ field: "status", is: "not_equal", value: 500 }, undefined],
    [
      { field: "status", is: "not_equal", value: 201 },
      "status is 201, expected anything but 201",
    ],
    [{ field: "status", is: "below", value: 300 }, undefined],
    [
      { field: "status", is: "above", value: 300 },
      "status is 201, expected a number above 300",
    ],
    [{ field: "body.items.1.id", is: "equal", value: 8 }, undefined],
    [{ field: "body.items", is: "contains", value: { id: 7 } }, undefined],
    [{ field: "body.text", is: "contains", value: "ell" }, undefined],
    [
      { field: "body.text", is: "contains", value: "bye" },
      'body.text is "hello", expected it to contain "bye"',
    ],
    [{ field: "body.items.0", is: "present" }, undefined],
    [
      { field: "body.items.2", is: "present" },
      "body.items.2 is missing, expected a value",
    ],
    // Nothing that objects inherit.
    [
      { field: "body.constructor", is: "present" },
      "body.constructor is missing, expected a value",
    ],
  ];
  for (const [check, expected] of verdicts) {
    assertEquals(compileChecks([check])?.(outcome)?.message, expected);
  }
});

Deno.test("a check of a body that came, but is neither text nor JSON, says so", () => {
  const check = compileChecks([{ field: "body", is: "contains", value: "ok" }]);
  const said = (outcome: OperationOutcome) => check?.(outcome)?.message;
  assertEquals(
    said({ receivedBytes: 2, type: "application/octet-stream" }),
    'body is missing (the type "application/octet-stream" of the response is neither text nor JSON), expected it to contain "ok"',
  );
  assertEquals(
    said({ receivedBytes: 2 }),
    'body is missing (what came is neither text nor JSON), expected it to contain "ok"',
  );
  assertEquals(said({}), 'body is missing, expected it to contain "ok"');
});
