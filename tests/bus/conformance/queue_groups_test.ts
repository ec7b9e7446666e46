// Queue groups: each message comes to one member.
import { assertEquals } from "@std/assert";
import { ENGINES, onlyIf, withBus } from "./engines.ts";
import { next, until } from "./waiting.ts";

for (const engine of ENGINES) {
  const { ignore } = onlyIf(engine);

  Deno.test(
    `Each message comes to exactly one member of each queue group, and to all others, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const clients = [rig.bus, await rig.connect(), await rig.connect()];
      const count = 200;
      const groups = new Map<string, unknown[]>([["a", []], ["b", []]]);
      const members = [...groups].flatMap(([queue, values]) =>
        clients.map((bus) =>
          bus.subscribe("work.*", {
            queue,
            handler: ({ value }) => void values.push(value),
          })
        )
      );
      const alone: unknown[] = [];
      const witness = clients[1]?.subscribe("work.>", {
        handler: ({ value }) => void alone.push(value),
      });
      await Promise.all([...members, witness].map((one) => one?.ready));
      for (let index = 0; index < count; index++) {
        void rig.bus.publish(`work.${index % 7}`, index);
      }
      const all = [...groups.values(), alone];
      await until(
        () => all.every(({ length }) => length >= count),
        "every group has had every message",
      );
      await rig.bus.flush();
      const expected = [...Array(count).keys()];
      for (const values of all) {
        assertEquals(
          values.toSorted((a, b) => Number(a) - Number(b)),
          expected,
        );
      }
    }),
  );

  Deno.test(
    `Members of one queue group with different patterns share what both match on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const values: unknown[] = [];
      const handler = ({ value }: { value: unknown }) => {
        values.push(value);
      };
      const members = [
        rig.bus.subscribe("jobs.*", { queue: "q", handler }),
        other.subscribe("jobs.>", { queue: "q", handler }),
        other.subscribe("jobs.one", { queue: "q", handler }),
      ];
      await Promise.all(members.map(({ ready }) => ready));
      for (let index = 0; index < 60; index++) {
        void rig.bus.publish("jobs.one", index);
      }
      await until(() => values.length >= 60, "all were handled");
      await Promise.all([rig.bus.flush(), other.flush()]);
      assertEquals(
        values.toSorted((a, b) => Number(a) - Number(b)),
        [...Array(60).keys()],
      );
    }),
  );

  Deno.test(
    `A queue group goes on with the members that are left on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const gone = rig.bus.subscribe("left", { queue: "q" });
      await using stays = other.subscribe("left", { queue: "q" });
      await Promise.all([gone.ready, stays.ready]);
      await gone.unsubscribe();
      for (let index = 0; index < 10; index++) {
        await rig.bus.publish("left", index);
        assertEquals((await next(stays)).value, index);
      }
    }),
  );
}
