import { assertEquals } from "@std/assert";
import { standardDrivers } from "../../src/load/drivers/drivers.ts";
import { validateScenario } from "../../src/load/scenario/validate_scenario.ts";

Deno.test("a dollar without a reference is not filled in, nor a port", () => {
  const { errors } = validateScenario({
    name: "a port that nothing is filled in for",
    load: { model: "closed", users: 1 },
    phases: { steadyMs: 1000 },
    feeders: { ports: { records: [{ first: 7000 }] } },
    operations: [
      { name: "right", driver: "tcp", request: { port: "${ports.first}" } },
      { name: "plain", driver: "tcp", request: { port: "$port" } },
      { name: "escaped", driver: "tcp", request: { port: "$${port}" } },
    ],
  }, standardDrivers());
  assertEquals(errors.map(({ message }) => message), [
    'operations[1].request.port is "$port", it must be a whole number from 1 to 65535',
    'operations[2].request.port is "${port}", it must be a whole number from 1 to 65535',
  ]);
});
