import { assert, assertEquals, assertThrows } from "@std/assert";
import { context, createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { coreOf } from "../../src/actor/core.ts";
import { ActorSystem, TroupeError } from "../../src/actor/mod.ts";
import { traceMessages } from "../../src/telemetry/mod.ts";
import { settle, type Step, TestSystem } from "../actor/fixtures.ts";
import { readModuleGraph } from "../support/module_graph.ts";

const KEY = createContextKey("request");

/** The global context manager, for one test. */
class Contexts implements Disposable {
  constructor() {
    const manager = new AsyncLocalStorageContextManager().enable();
    assert(context.setGlobalContextManager(manager));
  }

  /** Does something within the context of a request. */
  in<T>(request: string, act: () => T): T {
    return context.with(ROOT_CONTEXT.setValue(KEY, request), act);
  }

  /** The request in whose context this is called. */
  get here(): unknown {
    return context.active().getValue(KEY);
  }

  [Symbol.dispose](): void {
    context.disable();
  }
}

Deno.test("The context of the sender is active in the handler", async () => {
  using contexts = new Contexts();
  await using test = new TestSystem();
  using _tracing = traceMessages(test.system);
  const ref = test.spawn();
  const seen: unknown[] = [];
  const look: Step = () => void seen.push(contexts.here);
  contexts.in("a", () => ref.tell(look));
  contexts.in("b", () => ref.tell(look));
  ref.tell(look);
  await settle();
  assertEquals(seen, ["a", "b", undefined]);
});

Deno.test("The context goes through several actors, and through what they await", async () => {
  using contexts = new Contexts();
  await using test = new TestSystem();
  using _tracing = traceMessages(test.system);
  const [first, second, third] = [test.spawn(), test.spawn(), test.spawn()];
  const seen: unknown[] = [];
  const pass: Step = async () => {
    await Promise.resolve();
    second.tell((context) => {
      context.pipeToSelf(
        third.ask<unknown>((replyTo) => () => void replyTo.tell(contexts.here)),
        (answer) => () => void seen.push([answer, contexts.here]),
        () => () => {},
      );
    });
  };
  for (const request of ["a", "b"]) {
    contexts.in(request, () => first.tell(pass));
  }
  await settle();
  assertEquals(seen, [["a", "a"], ["b", "b"]]);
});

Deno.test("Messages carry no context when nobody traces them", async () => {
  using contexts = new Contexts();
  await using test = new TestSystem();
  const ref = test.spawn();
  const seen: unknown[] = [];
  contexts.in("a", () => ref.tell(() => {}));
  contexts.in("b", () => ref.tell(() => void seen.push(contexts.here)));
  await settle();
  assert(!seen.includes("b"));
});

Deno.test("Messages carry no context after the tracing is disposed", async () => {
  using contexts = new Contexts();
  await using test = new TestSystem();
  const ref = test.spawn();
  await settle();
  let isHandled = false;
  {
    using _tracing = traceMessages(test.system);
    contexts.in("a", () =>
      ref.tell(() => {
        isHandled = true;
      }));
  }
  await settle();
  assertEquals(isHandled, true, "what waits is handled all the same");
  assertEquals(coreOf(test.system).tracing, undefined);
});

Deno.test("Without a context manager, the tracing of messages is harmless", async () => {
  await using test = new TestSystem();
  using _tracing = traceMessages(test.system);
  const ref = test.spawn();
  let isHandled = false;
  ref.tell(() => {
    isHandled = true;
  });
  await settle();
  assertEquals(isHandled, true);
});

Deno.test("The messages of a system are traced once at a time", async () => {
  await using system = new ActorSystem();
  const tracing = traceMessages(system);
  assertThrows(() => traceMessages(system), TroupeError, "already");
  tracing[Symbol.dispose]();
  using _again = traceMessages(system);
});

Deno.test("A tracing that was disposed does not end the next one", async () => {
  await using system = new ActorSystem();
  const first = traceMessages(system);
  first[Symbol.dispose]();
  using _second = traceMessages(system);
  first[Symbol.dispose]();
  assert(coreOf(system).tracing !== undefined);
});

Deno.test("A system has no hook on the path of a message unless it is traced", async () => {
  await using system = new ActorSystem();
  assertEquals(coreOf(system).tracing, undefined);
});

Deno.test("The runtime loads nothing of OpenTelemetry", async () => {
  const root = new URL("../../", import.meta.url);
  const { modules } = await readModuleGraph(root, "mod.ts");
  assertEquals(
    [...modules].filter((path) => path.startsWith("src/telemetry/")),
    [],
  );
  // Nor does any layer but the one that says so.
  for (const path of modules) {
    const text = await Deno.readTextFile(new URL(path, root));
    assert(!text.includes("@opentelemetry/"), path);
  }
});
