import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type ActorGroup,
  type ActorGrouping,
  groupActors,
  OTHER_ACTORS,
} from "../../src/actor/actor_groups.ts";
import type { ActorSnapshot } from "../../src/actor/mod.ts";

/** A tree in which each actor can be told from the others by its work. */
interface Sketch {
  readonly work: number;
  readonly gone: number;
  readonly children: readonly Sketch[];
}

function snapshotOf(
  { work, gone, children }: Sketch,
  path = "",
  busyMs: number | undefined = undefined,
): ActorSnapshot {
  return {
    path,
    state: "running",
    mailboxMessages: work,
    mailboxBytes: 2 * work,
    processed: 3 * work,
    restarts: 4 * work,
    lastFailure: undefined,
    busyMs: busyMs && busyMs * work,
    gone: { processed: gone, restarts: gone, busyMs: 0 },
    children: children.map((child, index) =>
      snapshotOf(child, `${path}/${index}`, busyMs)
    ),
  };
}

const actor = (work: number, ...children: Sketch[]): Sketch => ({
  work,
  gone: 0,
  children,
});

const { tree: sketches } = fc.letrec<{ tree: Sketch }>((tie) => {
  const sketch = (children: fc.Arbitrary<Sketch[]>) =>
    fc.record({ work: fc.nat(9), gone: fc.nat(9), children });
  return {
    tree: fc.oneof(
      { maxDepth: 3 },
      sketch(fc.constant([])),
      sketch(fc.array(tie("tree"), { maxLength: 4 })),
    ),
  };
});

const groupings = fc.constantFrom<ActorGrouping>("system", "top_level", "path");

function sum(
  groups: readonly ActorGroup[],
  name: Exclude<keyof ActorGroup, "name">,
): number {
  return groups.reduce((total, group) => total + (group[name] ?? NaN), 0);
}

const names = (groups: readonly ActorGroup[]): string[] =>
  groups.map(({ name }) => name);

Deno.test("groupActors() returns no more groups than it may", () => {
  fc.assert(
    fc.property(sketches, groupings, fc.integer({ min: 1, max: 6 }), (
      sketch,
      grouping,
      maxGroups,
    ) => {
      const groups = groupActors(snapshotOf(sketch), grouping, maxGroups);
      assert(groups.length <= maxGroups);
      assertEquals(new Set(names(groups)).size, groups.length);
    }),
  );
});

Deno.test("groupActors() counts every actor once, whatever the limit", () => {
  fc.assert(
    fc.property(sketches, groupings, fc.integer({ min: 1, max: 6 }), (
      sketch,
      grouping,
      maxGroups,
    ) => {
      const root = snapshotOf(sketch);
      const capped = groupActors(root, grouping, maxGroups);
      const all = groupActors(root, grouping, 10_000);
      const fields = [
        "actors",
        "mailboxMessages",
        "mailboxBytes",
        "processed",
        "restarts",
      ] as const;
      for (const field of fields) {
        assertEquals(sum(capped, field), sum(all, field), field);
      }
    }),
  );
});

Deno.test("groupActors() leaves the first groups as they are, whatever the limit", () => {
  fc.assert(
    fc.property(sketches, groupings, fc.integer({ min: 1, max: 6 }), (
      sketch,
      grouping,
      maxGroups,
    ) => {
      const root = snapshotOf(sketch);
      const named = groupActors(root, grouping, maxGroups)
        .filter(({ name }) => name !== OTHER_ACTORS);
      const all = groupActors(root, grouping, 10_000);
      assertEquals(named, all.slice(0, named.length));
    }),
  );
});

Deno.test("groupActors() puts the actors spawned last into one group", () => {
  const root = snapshotOf(actor(0, actor(1), actor(2), actor(3), actor(4)));
  const groups = groupActors(root, "top_level", 3);
  assertEquals(names(groups), ["0", "1", "//others"]);
  assertEquals(groups.map(({ mailboxMessages }) => mailboxMessages), [1, 2, 7]);
});

Deno.test("groupActors() by path names the actors nearest the top", () => {
  const deep = actor(1, actor(1, actor(1)));
  const root = snapshotOf(actor(0, deep, actor(5)));
  assertEquals(names(groupActors(root, "path")), [
    "/0",
    "/1",
    "/0/0",
    "/0/0/0",
  ]);
  assertEquals(names(groupActors(root, "path", 3)), ["/0", "/1", "//others"]);
});

Deno.test("groupActors() keeps the work of actors that are gone, except by path", () => {
  const root = snapshotOf({
    work: 0,
    gone: 100,
    children: [{ work: 1, gone: 10, children: [] }],
  });
  const processed = (grouping: ActorGrouping) =>
    sum(groupActors(root, grouping), "processed");
  assertEquals(processed("system"), 113);
  assertEquals(processed("top_level"), 13);
  assertEquals(processed("path"), 3);
});

Deno.test("groupActors() sums up busy time only where it is measured", () => {
  const sketch = actor(0, actor(1, actor(2)));
  const [measured] = groupActors(snapshotOf(sketch, "", 5), "top_level");
  assertEquals(measured?.busyMs, 15);
  const [unknown] = groupActors(snapshotOf(sketch), "top_level");
  assertEquals(unknown?.busyMs, null);
});

Deno.test("groupActors() refuses a limit that is not a whole number from 1", () => {
  for (const maxGroups of [0, -1, 1.5, NaN]) {
    assertThrows(
      () => groupActors(snapshotOf(actor(0)), "path", maxGroups),
      RangeError,
      "maxGroups",
    );
  }
});
