import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isSlow } from "../../support/slow.ts";
import type { Filter } from "../../../src/store/query/filter.ts";
import { filterPredicate } from "../../../src/store/query/filter_predicate.ts";
import { filterSql } from "../../../src/store/query/filter_sql.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";
import { filters, NOW, records } from "./support/sample_records.ts";
import { COLLECTIONS, SCHEMA } from "./support/sample_schema.ts";
import { SampleStore } from "./support/sample_store.ts";

const ROUNDS = isSlow ? 300 : 60;
const FILTERS_A_ROUND = 8;

/** Returns the ids by SQL and by the predicate, or undefined if it is refused. */
function outcomes(
  store: SampleStore,
  collection: string,
  filter: Filter,
  guard?: (collection: string) => Filter,
): [string[], string[]] | undefined {
  const context = {
    schema: SCHEMA,
    collection,
    now: NOW,
    guard,
    isCaller: guard !== undefined,
  };
  try {
    const condition = filterSql(filter, context);
    const predicate = filterPredicate(filter, context);
    const expected = store.all(collection).filter((record) =>
      predicate(record, store)
    );
    return [
      store.ids(collection, condition),
      expected.map((record) => String(record["id"])).sort(),
    ];
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

for (const collection of ["tasks", "users", "teams"]) {
  Deno.test(`SQL and the predicate select the same ${collection}, whatever the filter and the records are`, () => {
    let compared = 0;
    let selected = 0;
    fc.assert(
      fc.property(
        records,
        fc.array(filters(collection), {
          minLength: FILTERS_A_ROUND,
          maxLength: FILTERS_A_ROUND,
        }),
        (all, some) => {
          using store = new SampleStore(COLLECTIONS, all);
          for (const filter of some) {
            const outcome = outcomes(store, collection, filter);
            if (outcome === undefined) continue;
            compared++;
            if (outcome[1].length > 0) selected++;
            assertEquals(
              outcome[0],
              outcome[1],
              Deno.inspect(filter, { depth: 20 }),
            );
          }
        },
      ),
      { numRuns: ROUNDS },
    );
    // Most filters fit, and neither all nor none of them select something.
    assertEquals(compared > ROUNDS * FILTERS_A_ROUND / 2, true, `${compared}`);
    assertEquals(selected > compared / 5, true, `${selected}`);
    assertEquals(selected < compared, true);
  });
}

Deno.test("what a caller may not see of other records is as if it did not exist, in SQL and in the predicate", () => {
  fc.assert(
    fc.property(
      records,
      filters("tasks"),
      filters("users"),
      filters("teams"),
      (all, filter, usersGuard, teamsGuard) => {
        using store = new SampleStore(COLLECTIONS, all);
        const outcome = outcomes(
          store,
          "tasks",
          filter,
          (collection) =>
            collection === "users"
              ? usersGuard
              : collection === "teams"
              ? teamsGuard
              : { kind: "all" },
        );
        if (outcome === undefined) return;
        assertEquals(
          outcome[0],
          outcome[1],
          Deno.inspect(filter, { depth: 20 }),
        );
      },
    ),
    { numRuns: ROUNDS * 3 },
  );
});
