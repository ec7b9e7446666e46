import { assertEquals } from "@std/assert";
import { readRequest } from "./request.ts";

Deno.test("paths, options and arguments of the tests are told apart", () => {
  const args = [
    "tests/actor/",
    "--filter",
    "tests",
    "--fail-fast",
    "tests/tcp/",
    "--",
    "--seed",
    "7",
  ];
  assertEquals(readRequest(args), {
    task: "test",
    paths: ["tests/actor/", "tests/tcp/"],
    options: ["--filter", "tests", "--fail-fast"],
    forTests: ["--seed", "7"],
  });
});

Deno.test("the slow size is asked of the tests as well", () => {
  assertEquals(readRequest(["--slow", "tests/pty/"]), {
    task: "test:slow",
    paths: ["tests/pty/"],
    options: [],
    forTests: ["--slow"],
  });
});
