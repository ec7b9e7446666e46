import { assert, assertEquals } from "@std/assert";
import { directoryName } from "../../../src/load/cli/out_directory.ts";
import { progressLine } from "../../../src/load/cli/progress_text.ts";
import { loadProgress } from "../../metrics/loads.ts";

const view = {
  progress: loadProgress(31),
  before: loadProgress(30),
  sinceMs: 400,
  isEnding: false,
};

Deno.test("progress is shown in one line", () => {
  assertEquals(
    progressLine(view, 120),
    "██████░░░░░░ 0:31 of 1:00  steady  200 users  924 ok/s  p50 3 ms  p99 13 ms  2 errors",
  );
});

Deno.test("progress shows that a run is starting, and that it is ending", () => {
  const nothing = { ...view, progress: undefined, before: undefined };
  assertEquals(
    progressLine({ ...nothing, sinceMs: 2100 }, 80),
    "starting 0:02",
  );
  assert(
    progressLine({ ...view, isEnding: true }, 80).includes(
      "ending, 20 in flight",
    ),
  );
  const last = { ...view, progress: loadProgress(60) };
  assert(progressLine(last, 80).includes("1:00 of 1:00  ending"));
});

Deno.test("errors are in the progress at any width that people have", () => {
  assertEquals(
    progressLine(view, 75),
    "███░░░ 0:31 of 1:00  steady  200 users  924 ok/s  p99 13 ms  2 errors",
  );
  for (let columns = 50; columns < 120; columns++) {
    assert(progressLine(view, columns).includes("2 errors"), `${columns}`);
  }
});

Deno.test("progress is never wider than the terminal", () => {
  for (let columns = 0; columns < 120; columns++) {
    assert(progressLine(view, columns).length <= columns);
  }
});

Deno.test("a directory is named for the scenario and the time, whatever the name is", () => {
  const at = new Date("2026-01-02T03:04:05.678Z");
  assertEquals(directoryName("Chat rooms", at), "chat-rooms-20260102-030405");
  assertEquals(directoryName("../../etc/x", at), "etc-x-20260102-030405");
  assertEquals(directoryName("\u0000 / ", at), "run-20260102-030405");
});
