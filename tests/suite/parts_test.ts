import { assert, assertEquals, assertRejects } from "@std/assert";
import { findTests, partsOf, slowPartsOf } from "./parts.ts";

Deno.test("the files of each folder are a part, and the longest come first", () => {
  const files = [
    "tests/docs_test.ts",
    "tests/stats/bca_test.ts",
    "tests/session/states_test.ts",
    "tests/session/tls/pool_test.ts",
    "tests/session/wire/flow_test.ts",
  ];
  assertEquals(partsOf(files), [
    { path: "tests/session/", files: files.slice(2, 4) },
    { path: "tests/session/wire/flow_test.ts", files: files.slice(4) },
    { path: "tests/docs_test.ts", files: files.slice(0, 1) },
    { path: "tests/stats/bca_test.ts", files: files.slice(1, 2) },
  ]);
});

Deno.test("all test files below a folder are found", async () => {
  const own = (await findTests("./tests/suite")).map((path) =>
    path.replace("tests/suite/", "")
  );
  assertEquals(own, [
    "main_test.ts",
    "outcome_test.ts",
    "parts_test.ts",
    "request_test.ts",
  ]);
  assertEquals(await findTests("./tests/docs_test.ts"), ["tests/docs_test.ts"]);
  await assertRejects(() => findTests("tests/none/"), Deno.errors.NotFound);
});

Deno.test("files with a slow size are those that import it", async () => {
  const { together, timed } = await slowPartsOf(await findTests("tests"));
  const paths = [...together, ...timed].map(({ path }) => path);
  assert(paths.includes("tests/actor/memory_test.ts"), paths.join(" "));
  assert(!paths.includes("tests/suite/parts_test.ts"));
  assertEquals(new Set(paths).size, paths.length);
});

Deno.test("of the files with a slow size the longest come first, and those that compare times run alone", async () => {
  const stalls = "tests/load/run/stall_test.ts";
  const files = [
    "tests/bus/link_killed_test.ts",
    "tests/bus/link_protocol_test.ts",
    stalls,
    "tests/bus/stream_kill_test.ts",
  ];
  const [killed = "", protocol = "", , kill = ""] = files;
  const { together, timed } = await slowPartsOf(files);
  assertEquals(together.map(({ path }) => path), [kill, killed, protocol]);
  assertEquals(timed, [{ path: stalls, files: [stalls] }]);
});
