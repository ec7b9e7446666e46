/**
 * The accounts of an auth collection, and their sessions.
 *
 * @module
 */
import type { CollectionState, StorePageState } from "../page_contract.ts";
import { button, create, shortText, table } from "./elements.ts";
import type { PageContext, View } from "./view.ts";
import type { PageRecord } from "./record_editor.ts";

const SHOWN = 100;

/** The accounts of an auth collection, and their sessions. */
export class UsersView implements View {
  readonly #context: PageContext;
  readonly #accounts = create("div");
  readonly #sessions = create("div");

  constructor(panel: HTMLElement, context: PageContext) {
    this.#context = context;
    panel.append(this.#accounts, this.#sessions);
  }

  show(chosen: CollectionState, { collections }: StorePageState): void {
    const of = chosen.kind === "auth"
      ? chosen
      : collections.find(({ kind }) => kind === "auth");
    this.#sessions.replaceChildren();
    if (of !== undefined) void this.#read(of);
  }

  async #read({ name }: CollectionState): Promise<void> {
    const query = `perPage=${SHOWN}&sort=email`;
    try {
      const { items, totalItems } = await this.#context.api.send(
        "GET",
        `collections/${encodeURIComponent(name)}/records?${query}`,
      ) as { items: PageRecord[]; totalItems: number };
      this.#accounts.replaceChildren(
        create("h2", { text: `Accounts of ${name}` }),
        table(
          `Accounts of ${name}`,
          ["E-mail", "Verified", "id", "Created", ""],
          items.map((account) => [
            shortText(account["email"]),
            account["verified"] === true ? "yes" : "no",
            account.id,
            shortText(account["created"]),
            button("Sessions", () => this.#show(name, account)),
          ]),
        ),
        create("p", {
          className: "muted",
          text: `${items.length} of ${totalItems}; find others under Records`,
        }),
      );
    } catch (error) {
      this.#context.notice(`${error instanceof Error ? error.message : error}`);
    }
  }

  async #show(collection: string, account: PageRecord): Promise<void> {
    const { api, notice } = this.#context;
    try {
      const sessions = await api.sessions(collection, account.id);
      const name = `Sessions of ${shortText(account["email"])}`;
      this.#sessions.replaceChildren(
        create("h2", { text: name }),
        sessions.length === 0
          ? create("p", { className: "muted", text: "None is open." })
          : table(
            name,
            ["Label", "Started", "Last used", "Ends unused", ""],
            sessions.map(({ id, label, createdAt, usedAt, expiresAt }) => [
              label,
              timeOf(createdAt),
              timeOf(usedAt),
              timeOf(expiresAt),
              button("End", async () => {
                await api.endSession(collection, account.id, id);
                await this.#show(collection, account);
              }),
            ]),
          ),
      );
    } catch (error) {
      notice(`${error instanceof Error ? error.message : error}`);
    }
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").slice(0, 19) + " UTC";
}
