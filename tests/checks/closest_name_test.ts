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

Deno.test("closestName() of no names is undefined", () => {
  assertEquals(closestName("http", []), undefined);
});
