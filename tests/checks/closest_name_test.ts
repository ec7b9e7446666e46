import { assertEquals } from "@std/assert";
import { closestName } from "../../src/checks/internal.ts";

const DRIVERS = ["http", "websocket", "sse", "tcp"];

for (
  const [wrong, meant] of [
    ["htpp", "http"],
    ["HTTP", "http"],
    ["websokcet", "websocket"],
    ["ws", undefined],
    ["x", undefined],
    ["grpc-web", undefined],
    ["web", "websocket"],
    ["we", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`closestName() of "${wrong}" is ${meant}`, () => {
    assertEquals(closestName(wrong, DRIVERS), meant);
  });
}

for (
  const [wrong, meant] of [
    ["latency.p97", undefined],
    ["latency.p9", undefined],
    ["latency.P99", "latency.p99"],
    ["latencyp99", "latency.p99"],
    ["sha265", "sha256"],
  ] as const
) {
  Deno.test(`closestName() takes no number for another: of "${wrong}" it is ${meant}`, () => {
    const names = ["latency.p90", "latency.p99", "latency.p999", "sha256"];
    assertEquals(closestName(wrong, names), meant);
  });
}

Deno.test("closestName() of no names is undefined", () => {
  assertEquals(closestName("http", []), undefined);
});
