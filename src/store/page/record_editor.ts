/**
 * The dialog in which a record is read, changed, created and deleted, as JSON.
 *
 * @module
 */
import type { CollectionState } from "../page_contract.ts";
import { button, byId, create } from "./elements.ts";
import type { PageContext } from "./view.ts";

/** A record as the API sends it. */
export type PageRecord = Readonly<Record<string, unknown>> & {
  readonly id: string;
};

/** What the store sets, and what is shown beside fields. */
const READ_ONLY: ReadonlySet<string> = new Set([
  "id",
  "created",
  "updated",
  "collectionId",
  "collectionName",
  "expand",
]);

/** Returns the fields of a record alone. */
export function fieldsOf(
  record: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(record).filter(([name]) => !READ_ONLY.has(name)),
  );
}

/** Returns the fields that can be written. */
function writable({ fields }: CollectionState): CollectionState["fields"] {
  return fields.filter(({ name, kind, options }) =>
    !READ_ONLY.has(name) && kind !== "file" &&
    options["presence"] !== "read_only"
  );
}

/** Opens the dialog; a record that is undefined is a new one. */
export function editRecord(
  collection: CollectionState,
  record: PageRecord | undefined,
  { api }: PageContext,
  onChanged: () => void,
): void {
  const dialog = byId("editor", HTMLDialogElement);
  const path = `collections/${encodeURIComponent(collection.name)}/records`;
  const values = writable(collection).map(({ name }) =>
    [name, record?.[name] ?? null] as const
  );
  if (record === undefined && collection.kind === "auth") {
    values.push(["password", ""]);
  }
  const text = create("textarea", {
    text: JSON.stringify(Object.fromEntries(values), null, 2),
  });
  text.spellcheck = false;
  text.setAttribute("aria-label", "The record as JSON");
  const files = collection.fields.filter(({ kind }) => kind === "file")
    .map(({ name, options }) => {
      const input = create("input");
      input.type = "file";
      input.multiple = Number(options["max"] ?? 1) > 1;
      // Those that a record has stay; where there is one alone, it is replaced.
      const key = record !== undefined && input.multiple ? `${name}+` : name;
      return { name, key, input };
    });
  const wrong = create("p", { className: "wrong" });
  wrong.setAttribute("role", "alert");
  const save = create("button", {
    text: record === undefined ? "Create" : "Save",
  });
  save.type = "submit";
  const form = create("form", {
    children: [
      create("h2", {
        text: record === undefined
          ? `New record of ${collection.name}`
          : `${collection.name} ${record.id}`,
      }),
      text,
      ...files.map(({ name, input }) =>
        create("label", { children: [`${name}: add files `, input] })
      ),
      wrong,
    ],
  });
  const done = (): void => {
    dialog.close();
    onChanged();
  };
  const attempt = async (run: () => Promise<unknown>): Promise<void> => {
    wrong.textContent = "";
    try {
      await run();
      done();
    } catch (error) {
      wrong.textContent = error instanceof Error ? error.message : `${error}`;
    }
  };
  const tools = create("p", {
    className: "tools",
    children: [save, button("Close", () => dialog.close())],
  });
  if (record !== undefined) {
    tools.append(
      button(
        "Delete",
        () => attempt(() => api.send("DELETE", `${path}/${record.id}`)),
      ),
    );
  }
  form.append(tools);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save.disabled = true;
    void attempt(async () => {
      const data = bodyOf(JSON.parse(text.value), files);
      await (record === undefined
        ? api.send("POST", path, data)
        : api.send("PATCH", `${path}/${record.id}`, data));
    }).finally(() => save.disabled = false);
  });
  form.firstElementChild?.setAttribute("id", "editor-title");
  dialog.replaceChildren(form);
  dialog.showModal();
}

/** Files need a form; the other fields go in it as JSON. */
function bodyOf(
  fields: Record<string, unknown>,
  files: readonly { readonly key: string; readonly input: HTMLInputElement }[],
): unknown {
  const chosen = files.flatMap(({ key, input }) =>
    [...input.files ?? []].map((file) => [key, file] as const)
  );
  if (chosen.length === 0) return fields;
  const form = new FormData();
  form.set("@jsonPayload", JSON.stringify(fields));
  for (const [name, file] of chosen) form.append(name, file);
  return form;
}
