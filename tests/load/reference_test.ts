import { assertEquals } from "@std/assert";
import { standardDrivers } from "../../src/load/drivers/drivers.ts";
import { validateScenario } from "../../src/load/scenario/validate_scenario.ts";

Deno.test("a dollar without a dot is not a reference, nor a port", () => {
  const { errors } = validateScenario({
    name: "a port that nothing is filled in for",
    load: { model: "closed", users: 1 },
    phases: { steadyMs: 1000 },
    feeders: { ports: { records: [{ first: 7000 }] } },
    operations: [
      { name: "right", driver: "tcp", request: { port: "${ports.first}" } },
      { name: "wrong", driver: "tcp", request: { port: "${port}" } },
    ],
  }, standardDrivers());
  assertEquals(errors.map(({ message }) => message), [
    'operations[1].request.port is "${port}", it must be a whole number from 1 to 65535',
  ]);
});
