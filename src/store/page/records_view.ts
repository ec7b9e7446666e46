/**
 * The records of a collection: filtered, sorted, page by page.
 *
 * @module
 */
import type { CollectionState } from "../page_contract.ts";
import { ApiError } from "./api.ts";
import { button, create, field, shortText, table } from "./elements.ts";
import { editRecord, type PageRecord } from "./record_editor.ts";
import type { PageContext, View } from "./view.ts";

const PER_PAGE = 30;

/** The records of a collection. */
export class RecordsView implements View {
  readonly #panel: HTMLElement;
  readonly #context: PageContext;
  readonly #filter = field("Filter", "wide");
  readonly #sort = field("Sort");
  readonly #wrong = create("p", { className: "wrong place" });
  readonly #records = create("div");
  #collection: CollectionState | undefined;
  #page = 1;
  /** So that an old page does not come after a newer one. */
  #asked = 0;

  constructor(panel: HTMLElement, context: PageContext) {
    this.#panel = panel;
    this.#context = context;
    this.#filter.input.placeholder = "title ~ 'tea' && done = false";
    this.#sort.input.placeholder = "-created";
    this.#wrong.setAttribute("role", "alert");
    const form = create("form", { className: "tools" });
    const find = create("button", { text: "Find" });
    form.append(
      this.#filter.label,
      this.#sort.label,
      find,
      button("New record", () => this.#edit(undefined)),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#page = 1;
      void this.#read();
    });
    panel.append(form, this.#wrong, this.#records);
  }

  show(collection: CollectionState): void {
    if (collection.name !== this.#collection?.name) {
      this.#filter.input.value = "";
      this.#sort.input.value = "";
      this.#page = 1;
      this.#records.replaceChildren();
    }
    this.#collection = collection;
    void this.#read();
  }

  #edit(record: PageRecord | undefined): void {
    if (this.#collection === undefined) return;
    editRecord(this.#collection, record, this.#context, () => this.#read());
  }

  async #read(): Promise<void> {
    const collection = this.#collection;
    if (collection === undefined) return;
    const asked = ++this.#asked;
    this.#panel.setAttribute("aria-busy", "true");
    this.#wrong.textContent = "";
    for (const { input } of [this.#filter, this.#sort]) {
      input.ariaInvalid = "false";
    }
    const query = new URLSearchParams({
      page: `${this.#page}`,
      // One more says whether there is a next page.
      perPage: `${PER_PAGE}`,
      filter: this.#filter.input.value,
      sort: this.#sort.input.value,
    });
    const name = encodeURIComponent(collection.name);
    try {
      const page = await this.#context.api.send(
        "GET",
        `collections/${name}/records?${query}`,
      ) as { items: PageRecord[]; totalItems: number; totalPages: number };
      if (asked === this.#asked) this.#draw(collection, page);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#fail(error);
    } finally {
      if (asked === this.#asked) this.#panel.removeAttribute("aria-busy");
    }
  }

  /** Shows what is wrong, with its place in the text if it has one. */
  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : `${error}`;
    const { part, position } = error instanceof ApiError
      ? error.place ?? {}
      : {};
    const field = part === "filter"
      ? this.#filter
      : part === "sort"
      ? this.#sort
      : undefined;
    if (field === undefined || position === undefined) {
      this.#wrong.textContent = message;
      return;
    }
    const { input } = field;
    input.ariaInvalid = "true";
    input.focus();
    input.setSelectionRange(position, input.value.length);
    const mark = `${" ".repeat(position)}^`;
    this.#wrong.textContent = `${input.value}\n${mark}\n${message}`;
  }

  #draw(
    collection: CollectionState,
    { items, totalItems, totalPages }: {
      readonly items: readonly PageRecord[];
      readonly totalItems: number;
      readonly totalPages: number;
    },
  ): void {
    const fields = collection.fields.filter(({ name }) => name !== "id");
    const rows = items.map((record) => [
      button(record.id, () => this.#edit(record)),
      ...fields.map(({ name, kind, options }) =>
        kind === "file"
          ? this.#files(collection, record, name, options)
          : shortText(record[name])
      ),
    ]);
    const turn = (by: number): HTMLButtonElement => {
      const to = this.#page + by;
      const one = button(by < 0 ? "Previous" : "Next", () => {
        this.#page = to;
        return this.#read();
      });
      one.disabled = to < 1 || to > totalPages;
      return one;
    };
    this.#records.replaceChildren(
      items.length === 0
        ? create("p", { className: "muted", text: "No records." })
        : table(
          `Records of ${collection.name}`,
          ["id", ...fields.map(({ name }) => name)],
          rows,
        ),
      create("p", {
        className: "tools",
        children: [
          turn(-1),
          create("span", {
            text: `page ${this.#page} of ${
              Math.max(1, totalPages)
            }, ${totalItems} records`,
          }),
          turn(1),
        ],
      }),
    );
  }

  /** The files of a field; images with declared sizes are shown small. */
  #files(
    { name: collection }: CollectionState,
    record: PageRecord,
    name: string,
    { thumbs }: Readonly<Record<string, unknown>>,
  ): HTMLElement {
    const { api } = this.#context;
    const names = [record[name] ?? []].flat().map(String).filter(Boolean);
    const thumb = Array.isArray(thumbs) ? String(thumbs[0] ?? "") : "";
    const children = names.map((file) => {
      const link = create("a", { text: file });
      link.target = "_blank";
      link.rel = "noopener";
      link.href = "#";
      link.addEventListener("click", async (event) => {
        event.preventDefault();
        open(await api.fileAddress(collection, record.id, file), "_blank");
      });
      if (thumb !== "" && /\.(png|jpe?g|webp|gif|avif)$/i.test(file)) {
        const image = create("img");
        image.alt = file;
        void api.fileAddress(collection, record.id, file, thumb)
          .then((address) => image.src = address, () => {});
        link.replaceChildren(image);
      }
      return link;
    });
    return create("span", { children });
  }
}
