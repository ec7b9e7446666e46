/**
 * What the threads of a store are opened with: plain data from its collections.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";
import { tableColumns } from "../schema/columns.ts";
import { isMany } from "../schema/field.ts";
import type { RelationPlan, TablePlan } from "./protocol.ts";

/** Returns what the writer knows of a collection. */
export function tablePlan(collection: Collection): TablePlan {
  const columns = tableColumns(collection);
  const relations: RelationPlan[] = [];
  for (const [name, field] of Object.entries(collection.fields)) {
    if (field.kind !== "relation") continue;
    relations.push({
      field: name,
      target: field.target,
      isMany: isMany(field),
      isRequired: field.presence === "required",
      onDelete: field.onDelete,
    });
  }
  const files = Object.entries(collection.fields)
    .filter(([, { kind }]) => kind === "file")
    .map(([field, of]) => ({ field, isMany: isMany(of) }));
  return {
    name: collection.name,
    columns: columns.map(({ name }) => name),
    logged: columns.filter(({ isHidden }) => !isHidden)
      .map(({ name }) => name),
    relations,
    files,
  };
}
