import { assert, assertEquals } from "@std/assert";
import { bounded } from "../support/net.ts";
import { Checker, messageOf, noFaults } from "../support/numbered_messages.ts";
import { storm } from "../support/storm.ts";

const MAX_BYTES = 100_000;

Deno.test(
  "messages both ways over 20 connections arrive once, whole and in order through 50 cuts",
  bounded,
  async () => {
    const quarters: number[] = [];
    const report = await storm({
      connections: 20,
      messages: 500,
      maxBytes: MAX_BYTES,
      cuts: 50,
      seed: 7,
      onQuarter: (quarter) => Promise.resolve(void quarters.push(quarter)),
    });
    assertEquals(report.errors, []);
    assertEquals(report.faults, noFaults());
    assertEquals([report.sent, report.received], [20_000, 20_000]);
    assertEquals(report.cuts, 50);
    assert(report.resumes > 25, `${report.resumes} resumes`);
    assertEquals(quarters, [1, 2, 3, 4]);
  },
);

Deno.test(
  "a storm that is given up ends with what was said",
  bounded,
  async () => {
    const enough = new AbortController();
    const report = await storm({
      connections: 5,
      messages: 100_000,
      maxBytes: 100,
      cuts: 1000,
      seed: 7,
      signal: enough.signal,
      onProgress: ({ received }) => received > 5000 && enough.abort(),
    });
    assertEquals(report.errors, []);
    assertEquals(report.received, report.sent);
    assert(report.sent < 100_000);
  },
);

/** What is wrong with messages of these numbers, when so many were sent. */
function faultsOf(numbers: readonly number[], sent: number): number[] {
  const faults = noFaults();
  const checker = new Checker(MAX_BYTES, faults);
  for (const number of numbers) checker.take(messageOf(number, MAX_BYTES));
  checker.end(sent);
  const { lost, doubled, outOfOrder, spoiled } = faults;
  return [lost, doubled, outOfOrder, spoiled];
}

Deno.test("messages that are lost, doubled or out of order are counted", () => {
  assertEquals(faultsOf([0, 1, 2], 3), [0, 0, 0, 0]);
  assertEquals(faultsOf([0, 2], 4), [2, 0, 0, 0]);
  assertEquals(faultsOf([0, 0, 1, 0], 2), [0, 2, 0, 0]);
  assertEquals(faultsOf([1, 0, 2], 3), [0, 0, 1, 0]);
});

Deno.test("a message with a wrong byte, or too short, is counted as spoiled", () => {
  const faults = noFaults();
  const checker = new Checker(MAX_BYTES, faults);
  const message = messageOf(0, MAX_BYTES);
  message[message.length - 1] = 1;
  assertEquals(checker.take(message), false);
  assertEquals(checker.take(new Uint8Array(3)), false);
  assertEquals(faults.spoiled, 2);
});
