import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MailboxFullError } from "../../src/actor/errors.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import {
  CoreLostError,
  CoreRequestError,
  CoreStartError,
  TaskDeadlineError,
} from "../../src/cores/errors.ts";
import type { WorkerPoolOptions } from "../../src/cores/pool_options.ts";
import { type WorkerPool, workerPool } from "../../src/cores/worker_pool.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { Happenings } from "../support/happenings.ts";
import type { Task } from "./modules/tasks.ts";

const TASKS = new URL("./modules/tasks.ts", import.meta.url);

function poolOf(
  system: ActorSystem,
  options?: WorkerPoolOptions,
): WorkerPool<Task, unknown> {
  return workerPool<Task, unknown>(system, TASKS, options);
}

/** A task that says when it runs, and when it was cancelled. */
function gated(): { task: Task; gate: MessagePort; said: Happenings<string> } {
  const { port1, port2 } = new MessageChannel();
  const said = new Happenings<string>();
  port2.onmessage = ({ data }) => said.push(data);
  return { task: { type: "until_cancelled", gate: port1 }, gate: port2, said };
}

Deno.test("tasks run on as many threads as are needed, and no more than the pool has", async () => {
  await using system = new ActorSystem();
  await using pool = poolOf(system, { size: 2 });
  assertEquals(pool.stats().threads, 0);
  const results = await Promise.all(
    Array.from(
      { length: 10 },
      (_, value) => pool.run({ type: "double", value }),
    ),
  );
  assertEquals(results, Array.from({ length: 10 }, (_, value) => 2 * value));
  assertEquals(pool.stats(), { threads: 2, running: 0, queued: 0, ending: 0 });
});

Deno.test("buffers move to a task, and back with its result", async () => {
  await using system = new ActorSystem();
  await using pool = poolOf(system, { size: 1 });
  const bytes = new Uint8Array([1, 2, 3]);
  const result = await pool.run({ type: "bytes", bytes }, {
    transfer: [bytes.buffer],
  });
  assertEquals(bytes.length, 0);
  assertEquals(result, new Uint8Array([3, 2, 1]));
});

Deno.test("a task that fails is an error of its caller, and its thread goes on", async () => {
  await using system = new ActorSystem();
  await using pool = poolOf(system, { size: 1 });
  await assertRejects(
    () => pool.run({ type: "fail" }),
    CoreRequestError,
    "the task has failed",
  );
  assertEquals(pool.stats().threads, 1);
  assertEquals(await pool.run({ type: "double", value: 2 }), 4);
});

Deno.test("a thread that ends in its task, or after it, is replaced", async () => {
  await using system = new ActorSystem();
  await using pool = poolOf(system, { size: 1 });
  await assertRejects(() => pool.run({ type: "exit" }), CoreLostError);
  assertEquals(await pool.run({ type: "double", value: 2 }), 4);
  assertEquals(await pool.run({ type: "throw_later" }), "done");
  while (pool.stats().threads > 0) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  assertEquals(await pool.run({ type: "double", value: 3 }), 6);
});

for (
  const [overflow, outcomes] of [
    ["refuse", ["ran", "full"]],
    ["drop_newest", ["ran", "full"]],
    ["drop_oldest", ["full", "ran"]],
  ] as const
) {
  Deno.test(`a full queue follows its policy (${overflow})`, async () => {
    await using system = new ActorSystem();
    await using pool = poolOf(system, { size: 1, maxQueued: 1, overflow });
    const { task, gate, said } = gated();
    const cancel = new AbortController();
    const { signal } = cancel;
    const running = pool.run(task, {
      signal,
      transfer: task.type === "until_cancelled" ? [task.gate] : [],
    });
    assertEquals(await said.next(), "started");
    const waiting = [1, 2].map((value) =>
      pool.run({ type: "double", value }).then(
        () => "ran",
        (error) => error instanceof MailboxFullError ? "full" : `${error}`,
      )
    );
    assertEquals(pool.stats().queued, 1);
    cancel.abort(new Error("enough"));
    await assertRejects(() => running, Error, "enough");
    assertEquals(await Promise.all(waiting), [...outcomes]);
    gate.close();
  });
}

Deno.test("the signal of a task aborts with that of its caller, and a task that waits is not run", async () => {
  await using system = new ActorSystem();
  await using pool = poolOf(system, { size: 1 });
  const { task, gate, said } = gated();
  const first = new AbortController();
  const running = pool.run(task, {
    signal: first.signal,
    transfer: task.type === "until_cancelled" ? [task.gate] : [],
  });
  assertEquals(await said.next(), "started");
  const second = new AbortController();
  const waiting = pool.run({ type: "exit" }, { signal: second.signal });
  second.abort(new Error("not any more"));
  await assertRejects(() => waiting, Error, "not any more");
  first.abort(new Error("enough"));
  await assertRejects(() => running, Error, "enough");
  assertEquals(await said.next(), "cancelled");
  assertEquals(await pool.run({ type: "double", value: 1 }), 2);
  assertEquals(pool.stats().threads, 1);
  gate.close();
  await assertRejects(
    () => pool.run({ type: "exit" }, { signal: first.signal }),
    Error,
    "enough",
  );
});

Deno.test("a cancelled task that does not end in time loses its thread", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  await using pool = poolOf(system, { size: 1, graceMs: 50 });
  await pool.run({ type: "double", value: 1 });
  const cancel = new AbortController();
  const running = pool.run({ type: "wait" }, { signal: cancel.signal });
  await system.idle();
  cancel.abort(new Error("enough"));
  await assertRejects(() => running, Error, "enough");
  assertEquals(pool.stats().running, 1);
  clock.advance(50);
  assertEquals(await pool.run({ type: "double", value: 4 }), 8);
});

Deno.test("a task that takes longer than its deadline loses its thread, which is replaced", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  await using pool = poolOf(system, { size: 1, deadlineMs: 1000 });
  await pool.run({ type: "double", value: 1 });
  const running = pool.run({ type: "wait" }, { deadlineMs: 20 });
  const next = pool.run({ type: "double", value: 4 });
  while (pool.stats().running === 0) await Promise.resolve();
  await system.idle();
  clock.advance(20);
  await assertRejects(() => running, TaskDeadlineError, "over 20 ms");
  assertEquals(await next, 8);
});

Deno.test("a task that never comes back from a loop is ended at its deadline", async () => {
  await using system = new ActorSystem();
  await using pool = poolOf(system, { size: 1, deadlineMs: 60_000 });
  await pool.run({ type: "double", value: 1 });
  await assertRejects(
    () => pool.run({ type: "loop" }, { deadlineMs: 10 }),
    TaskDeadlineError,
  );
  assertEquals(await pool.run({ type: "double", value: 5 }), 10);
  while (pool.stats().ending > 0) {
    await new Promise((resolve) => setTimeout(resolve));
  }
});

Deno.test("a closed pool has rejected its tasks, and takes no others", async () => {
  await using system = new ActorSystem();
  const pool = poolOf(system, { size: 1 });
  await pool.run({ type: "double", value: 1 });
  const outcomes = Promise.allSettled([
    pool.run({ type: "wait" }),
    pool.run({ type: "wait" }),
    pool.close(),
  ]);
  const [running, waiting, closed] = await outcomes;
  for (const { status, ...rest } of [running, waiting]) {
    assertEquals(status, "rejected");
    assert("reason" in rest && rest.reason instanceof CoreLostError);
  }
  assertEquals(closed.status, "fulfilled");
  await assertRejects(() => pool.run({ type: "wait" }), CoreLostError);
  await pool.close();
});

Deno.test("the end of the system ends its pools", async () => {
  const system = new ActorSystem();
  const pool = poolOf(system, { size: 1 });
  await pool.run({ type: "double", value: 1 });
  await system.shutdown();
  await assertRejects(() => pool.run({ type: "wait" }), CoreLostError);
});

Deno.test("a module that cannot be loaded is an error of each task", async () => {
  await using system = new ActorSystem();
  await using pool = workerPool<number, number>(
    system,
    new URL("./modules/nowhere.ts", import.meta.url),
  );
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => pool.run(1), CoreStartError, "Module not found");
  }
});

Deno.test("workerPool() and run() refuse what cannot be right", async () => {
  await using system = new ActorSystem();
  const refused = (options: object) => workerPool(system, TASKS, options);
  assertThrows(() => refused({ size: 0 }), RangeError, "size");
  assertThrows(() => refused({ maxQueued: -1 }), RangeError, "maxQueued");
  assertThrows(() => refused({ overflow: "drop" }), TypeError, "overflow");
  assertThrows(() => refused({ deadlineMs: 0 }), RangeError, "deadlineMs");
  assertThrows(() => refused({ graceMs: -1 }), RangeError, "graceMs");
  assertThrows(() => refused({ sise: 1 }), TypeError, '"size"');
  await using pool = poolOf(system);
  const run = (options: object) => pool.run({ type: "wait" }, options);
  await assertRejects(() => run({ deadlineMs: 0 }), RangeError, "deadlineMs");
  await assertRejects(() => run({ signal: 1 }), TypeError, "signal");
  await assertRejects(() => run({ transfer: 1 }), TypeError, "transfer");
});
