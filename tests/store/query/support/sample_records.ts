/**
 * Arbitrary records and filters of the sample collections.
 *
 * @module
 */
import fc from "fast-check";
import {
  type FieldModifier,
  type Filter,
  type FilterOperand,
  type FilterOperator,
  MOMENT_NAMES,
} from "../../../../src/store/query/filter.ts";
import { resolvePath } from "../../../../src/store/query/resolve_path.ts";
import { QueryError } from "../../../../src/store/query/query_error.ts";
import { SCHEMA } from "./sample_schema.ts";
import type { Records } from "./sample_store.ts";

/** When it is. */
export const NOW: Date = new Date("2026-03-04T05:06:07.089Z");

const USER_IDS = ["u1", "u2", "u3", "u4"];
const TEAM_IDS = ["m1", "m2"];
const TASK_IDS = ["t1", "t2", "t3", "t4", "t5", "t6"];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "A", "ab", "b", "", "10", "é") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "%",
      "_",
      "a_b",
      "a%b",
      "\\",
      "a\\b",
      "50\\%",
      "Ä",
      "ä",
      "😀",
      "\uffff",
      "e\u0301",
      "a'b",
      'a"b',
      "]",
      "null",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary", maxLength: 4 }).map((one) =>
      one.replaceAll("\0", "")
    ),
  },
);
const fraction = fc.oneof(
  fc.constantFrom(0, 1, -1, 1.5, 0.1, 0.30000000000000004, 1e21, -1e-7),
  fc.constantFrom(9007199254740991, 9007199254740992, 5e-324, 1.7e308),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const whole = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 9007199254740991, -9007199254740991),
  fc.maxSafeInteger(),
);
const date = fc.oneof(
  fc.constantFrom(
    "2026-03-04 05:06:07.089Z",
    "2026-03-04 00:00:00.000Z",
    "2025-12-31 23:59:59.999Z",
  ),
  fc.date({
    min: new Date("1970-01-01T00:00:00Z"),
    max: new Date("2100-01-01T00:00:00Z"),
    noInvalidDate: true,
  }).map((one) => one.toISOString().replace("T", " ")),
);
const json: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 1, 1.5, "a", "", [], {}),
  fc.record({
    k: fc.oneof(text, fraction, fc.boolean(), fc.constant(null)),
    list: fc.array(fc.oneof(text, whole), { maxLength: 2 }),
    o: fc.record({ k: fc.oneof(text, whole) }, { requiredKeys: [] }),
  }, { requiredKeys: [] }),
);

const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { freq: 3 });
const some = (values: readonly string[], most: number) =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength: most });

const user = (id: string) =>
  fc.record({
    id: fc.constant(id),
    created: date,
    updated: date,
    name: orNull(text),
    age: orNull(whole),
    score: orNull(fraction),
    born: orNull(date),
    tags: some(["red", "green", "blue"], 3),
    team: orNull(fc.constantFrom(...TEAM_IDS)),
    meta: orNull(json),
    email: text.map((one) => `${one}@${id}`),
    emailVisibility: fc.boolean(),
    verified: fc.boolean(),
  });

const team = (id: string) =>
  fc.record({
    id: fc.constant(id),
    created: date,
    updated: date,
    name: orNull(text),
    city: orNull(text),
    members: some(USER_IDS, 3),
  });

const task = (id: string) =>
  fc.record({
    id: fc.constant(id),
    created: date,
    updated: date,
    title: orNull(text),
    note: orNull(text),
    points: orNull(fraction),
    rank: orNull(whole),
    done: fc.boolean(),
    due: orNull(date),
    labels: some(["a", "b", "c"], 3),
    owner: orNull(fc.constantFrom(...USER_IDS)),
    helpers: some(USER_IDS, 3),
    meta: orNull(json),
  });

/** Arbitrary records of all sample collections. */
export const records: fc.Arbitrary<Records> = fc.record({
  users: fc.tuple(...USER_IDS.map(user)),
  teams: fc.tuple(...TEAM_IDS.map(team)),
  tasks: fc.tuple(...TASK_IDS.map(task)),
  profiles: fc.uniqueArray(fc.constantFrom(...USER_IDS), { maxLength: 3 }).map((
    ids,
  ) =>
    ids.map((id) => ({
      id: `p${id}`,
      created: "2026-03-04 05:06:07.089Z",
      updated: "2026-03-04 05:06:07.089Z",
      user: id,
      motto: id === "u1" ? null : "a",
    }))
  ),
});

type FieldOperand = Extract<FilterOperand, { kind: "field" }>;

/** Every path of at most two relations from a collection. */
function pathsFrom(collection: string, hops: number): string[][] {
  const own = SCHEMA.get(collection);
  const paths: string[][] = [];
  for (const field of own?.fields.values() ?? []) {
    paths.push([field.name]);
    if (field.type === "json") {
      paths.push([field.name, "k"], [field.name, "list", "0"]);
      paths.push([field.name, "o"], [field.name, "o", "k"]);
    }
    if (hops > 0 && field.relatesTo !== undefined) {
      const rest = pathsFrom(field.relatesTo, hops - 1);
      paths.push(...rest.map((path) => [field.name, ...path]));
    }
  }
  if (hops === 0) return paths;
  for (const [name, { fields }] of SCHEMA) {
    for (const field of fields.values()) {
      if (field.relatesTo !== collection) continue;
      const rest = pathsFrom(name, hops - 1);
      paths.push(
        ...rest.map((path) => [`${name}_via_${field.name}`, ...path]),
      );
    }
  }
  return paths;
}

/** Every path with every modifier that it can have. */
function operandsFrom(collection: string): FieldOperand[] {
  const modifiers: (FieldModifier | undefined)[] = [
    undefined,
    "length",
    "each",
    "lower",
  ];
  return pathsFrom(collection, 2).flatMap((path) =>
    modifiers.flatMap((modifier): FieldOperand[] => {
      const operand: FieldOperand = {
        kind: "field",
        path,
        ...(modifier === undefined ? {} : { modifier }),
      };
      try {
        resolvePath(operand, { schema: SCHEMA, collection });
        return [operand];
      } catch (error) {
        if (error instanceof QueryError) return [];
        throw error;
      }
    })
  );
}

const ORDERS: readonly FilterOperator[] = ["=", "!=", ">", ">=", "<", "<="];
const ALL_OPERATORS: readonly FilterOperator[] = [...ORDERS, "~", "!~"];

/** Arbitrary filters of a collection, each of which fits the schema. */
export function filters(collection: string): fc.Arbitrary<Filter> {
  const operands = operandsFrom(collection);
  const short = operands.filter(({ path }) => path.length === 1);
  const field = fc.oneof(
    fc.constantFrom(...short),
    fc.constantFrom(...operands),
  );
  const typeOf = (operand: FieldOperand) =>
    resolvePath(operand, { schema: SCHEMA, collection }).type;
  const byType = (type: string) =>
    operands.filter((one) => typeOf(one) === type);
  const comparison = field.chain((operand) => {
    const type = typeOf(operand);
    const isText = type === "text" || type === "date" || type === "json";
    const value: fc.Arbitrary<FilterOperand> = fc.oneof(
      {
        weight: 8,
        arbitrary: valueOf(type).map((one): FilterOperand => ({
          kind: "value",
          value: one,
        })),
      },
      {
        weight: 2,
        arbitrary: fc.array(valueOf(type), { minLength: 1, maxLength: 3 }).map((
          values,
        ): FilterOperand => ({ kind: "values", values })),
      },
      { weight: 2, arbitrary: fc.constantFrom(...byType(type)) },
      ...(type === "date"
        ? [{
          weight: 2,
          arbitrary: fc.constantFrom(...MOMENT_NAMES.slice(0, 9)).map((
            name,
          ): FilterOperand => ({ kind: "moment", name })),
        }]
        : []),
    );
    return fc.record({
      operator: fc.constantFrom(...(isText ? ALL_OPERATORS : ORDERS)),
      isAny: fc.boolean(),
      other: value,
      isTurned: fc.boolean(),
    }).map(({ operator, isAny, other, isTurned }): Filter => ({
      kind: "compare",
      left: isTurned ? other : operand,
      operator,
      ...(isAny ? { isAny } : {}),
      right: isTurned ? operand : other,
    }));
  });
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      comparison,
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        filters: fc.array(tie("filter"), { maxLength: 3 }),
      }),
      tie("filter").map((filter): Filter => ({ kind: "not", filter })),
    ),
  })).filter;
}

function valueOf(
  type: string,
): fc.Arbitrary<string | number | bigint | boolean | null> {
  const nothing = fc.constant(null);
  switch (type) {
    case "number":
      return fc.oneof(
        fraction,
        whole,
        fc.constantFrom("", "10", 9007199254740993n, 2n ** 63n - 1n),
        nothing,
      );
    case "boolean":
      return fc.oneof(fc.boolean(), fc.constantFrom(0, 1), nothing);
    case "date":
      return fc.oneof(
        date,
        fc.constantFrom("", "2026", "2026-03-04T05:06:07.089Z"),
      );
    case "json":
      return fc.oneof(
        text,
        fraction,
        whole,
        fc.boolean(),
        fc.constantFrom('{"k":"a"}', "[]", "{}"),
        nothing,
      );
    default:
      return fc.oneof(
        text,
        fc.constantFrom("a%", "%b", "_", "_%", "u1", "u2", "m1", "t1", "red"),
        nothing,
      );
  }
}
