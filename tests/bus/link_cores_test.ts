// One bus for all workers of a program.
import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, serveBus } from "../../src/bus/mod.ts";
import { cores } from "../../src/cores/mod.ts";
import { bounded } from "../support/net.ts";
import { next, until } from "./conformance/waiting.ts";

const MODULE = new URL("../cores/modules/bus_member.ts", import.meta.url);

Deno.test(
  "a subscriber in one worker hears a publisher in another, over the bus of the main thread",
  bounded,
  async () => {
    await using system = new ActorSystem();
    await using bus = new Bus(system);
    await using heard = bus.subscribe("heard.*");
    await using presence = bus.presence("workers");
    await using service = await cores(system, MODULE, {
      count: 2,
      spread: "first_worker",
      sessions: serveBus(bus).options,
      backoff: { initialMs: 1 },
    });
    const keys = () =>
      presence.members().map(({ key, meta }) => `${key} ${meta}`).toSorted();
    assertEquals(keys(), ["core-0 1", "core-1 1"]);
    await bus.publish("say.0", "hello");
    const seen = [await next(heard), await next(heard)];
    assertEquals(
      seen.map(({ subject, value }) => [subject, value]).toSorted(),
      [["heard.0", ["to.0", "hello"]], ["heard.1", ["to.0", "hello"]]],
    );
    // One that ends takes its presence with it, and its next life is there again.
    await bus.publish("end.1", null);
    await until(
      () => keys().join() === "core-0 1,core-1 2",
      "the worker is there again",
    );
    await service.close();
    await until(() => keys().length === 0, "nobody is there any more");
  },
);
