/**
 * The fields, indexes and rules of a collection.
 *
 * @module
 */
import type { CollectionState } from "../page_contract.ts";
import { create, table } from "./elements.ts";
import type { View } from "./view.ts";

/** The fields, indexes and rules of a collection. */
export class SchemaView implements View {
  readonly #panel: HTMLElement;

  constructor(panel: HTMLElement) {
    this.#panel = panel;
  }

  show({ name, kind, fields, indexes, rules }: CollectionState): void {
    const isAuth = kind === "auth" ? ", whose records are accounts" : "";
    this.#panel.replaceChildren(
      create("h2", { text: `${name}${isAuth}` }),
      table(
        "Fields",
        ["Field", "Kind", "Options"],
        fields.map(({ name, kind, options }) => [
          name,
          kind,
          Object.entries(options).map(([key, value]) =>
            `${key}: ${JSON.stringify(value)}`
          ).join(", "),
        ]),
      ),
      create("h2", { text: "Indexes" }),
      indexes.length === 0
        ? create("p", { className: "muted", text: "None beside the id." })
        : table(
          "Indexes",
          ["Fields", "Unique"],
          indexes.map(({ fields, isUnique = false }) => [
            fields.join(", "),
            isUnique ? "yes" : "no",
          ]),
        ),
      create("h2", { text: "Rules" }),
      table(
        "Rules",
        ["What", "Who"],
        Object.entries(rules).map(([rule, text]) => [
          rule,
          create("span", { className: "code", text }),
        ]),
      ),
    );
  }
}
