/**
 * What queries need to know of collections.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";
import { tableDdl } from "../schema/ddl.ts";
import { type Field, isMany } from "../schema/field.ts";

/** What the values of a field compare as. A `date` is a text in SQL. */
export type ValueType = "text" | "date" | "number" | "boolean" | "json";

/** A field that can be queried. Its column has its name. */
export interface QueryField {
  readonly name: string;
  readonly type: ValueType;
  /** Whether it holds a list, as a text of JSON. */
  readonly isMany: boolean;
  /** Whether it can be null. */
  readonly isNullable: boolean;
  /** The collection that its values are ids of. */
  readonly relatesTo?: string | undefined;
  /** Whether it is for the program alone: callers can neither filter nor sort by it. */
  readonly isHidden?: boolean | undefined;
  /** The field that has to be true for callers to see this one. */
  readonly shownIf?: string | undefined;
}

/** An index, by the names of its fields. */
export interface QueryIndex {
  readonly fields: readonly string[];
  readonly isUnique?: boolean | undefined;
}

/** A collection that can be queried. Its table has its name. */
export interface QueryCollection {
  readonly name: string;
  readonly fields: ReadonlyMap<string, QueryField>;
  readonly indexes: readonly QueryIndex[];
  /** The names that code makes from other fields; for the errors. */
  readonly computed?: readonly string[];
}

/** All collections, by name. */
export type QuerySchema = ReadonlyMap<string, QueryCollection>;

const BASE: readonly QueryField[] = [
  { name: "id", type: "text", isMany: false, isNullable: false },
  { name: "created", type: "date", isMany: false, isNullable: false },
  { name: "updated", type: "date", isMany: false, isNullable: false },
];

/** Returns what queries need to know of the collections of a store. */
export function querySchemaOf(collections: readonly Collection[]): QuerySchema {
  return new Map(
    collections.map((collection) => [collection.name, queried(collection)]),
  );
}

function queried(collection: Collection): QueryCollection {
  const { kind, name, fields } = collection;
  const { indexes } = tableDdl(collection);
  const own = Object.entries<Field>(fields).flatMap(([name, field]) => {
    const type = typeOf(field);
    if (type === undefined) return [];
    const isEmail = kind === "auth" && name === "email";
    return [{
      name,
      type,
      isMany: isMany(field),
      isNullable: field.kind !== "bool" && field.presence !== "required",
      ...(field.kind === "relation" ? { relatesTo: field.target } : {}),
      ...(isEmail ? { shownIf: "emailVisibility" } : {}),
    }];
  });
  const all: readonly QueryField[] = [...BASE, ...own];
  return {
    name,
    fields: new Map(all.map((one) => [one.name, one])),
    indexes,
    computed: Object.keys(fields).filter((one) =>
      fields[one]?.kind === "computed"
    ),
  };
}

/** A computed field is made by code, so that no query knows its value. */
function typeOf(field: Field): ValueType | undefined {
  switch (field.kind) {
    case "number":
    case "integer":
      return "number";
    case "bool":
      return "boolean";
    case "date":
      return "date";
    case "json":
      return "json";
    case "generated":
      return field.type === "text" ? "text" : "number";
    case "computed":
      return undefined;
    default:
      return "text";
  }
}
