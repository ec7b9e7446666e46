/**
 * The page of a store.
 *
 * @module
 */
import type { StorePageState } from "../page_contract.ts";
import { Api, ApiError } from "./api.ts";
import { ChangesView } from "./changes_view.ts";
import { byId, create } from "./elements.ts";
import { FunctionsView } from "./functions_view.ts";
import { QueriesView } from "./queries_view.ts";
import { RecordsView } from "./records_view.ts";
import { SchemaView } from "./schema_view.ts";
import { Tabs } from "./tabs.ts";
import { UsersView } from "./users_view.ts";
import type { PageContext, View } from "./view.ts";

const api = new Api();
const login = byId("login", HTMLFormElement);
const email = byId("email", HTMLInputElement);
const password = byId("password", HTMLInputElement);
const tabsElement = byId("tabs", HTMLElement);
const choice = byId("collection", HTMLSelectElement);
const choiceLabel = byId("collection-label", HTMLElement);
const leave = byId("leave", HTMLButtonElement);
const noticeElement = byId("notice", HTMLElement);

let state: StorePageState | undefined;

function notice(text: string): void {
  noticeElement.textContent = text;
  noticeElement.hidden = text === "";
}

/** Asks who it is; what was shown goes. */
function signedOut(text: string): void {
  state = undefined;
  tabs?.end();
  for (const element of [tabsElement, choiceLabel, leave]) {
    element.hidden = true;
  }
  login.hidden = false;
  email.focus();
  notice(text);
}

async function find(): Promise<StorePageState | undefined> {
  try {
    state = await api.state();
    return state;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      const wasIn = state !== undefined;
      signedOut(
        wasIn ? "The sign-in is over: sign in again, or use another link." : "",
      );
      if (!wasIn) return undefined;
    }
    throw error;
  }
}

async function refresh(): Promise<StorePageState> {
  const found = await find();
  if (found !== undefined) return found;
  throw new Error("Sign in as a superuser.");
}

const context: PageContext = { api, notice, refresh };
const panel = (name: string) => byId(`view-${name}`, HTMLElement);
const views: ReadonlyMap<string, View> = new Map<string, View>([
  ["records", new RecordsView(panel("records"), context)],
  ["schema", new SchemaView(panel("schema"))],
  ["changes", new ChangesView(panel("changes"), context)],
  ["users", new UsersView(panel("users"), context)],
  ["functions", new FunctionsView(panel("functions"), context)],
  ["queries", new QueriesView(panel("queries"), context)],
]);

function show(name: string): void {
  notice("");
  const collection = state?.collections.find((one) =>
    one.name === choice.value
  );
  if (state === undefined || collection === undefined) return;
  views.get(name)?.show(collection, state);
}

let tabs: Tabs | undefined;

async function begin(): Promise<void> {
  const found = await find();
  // A first visitor is asked who it is, and that is no error.
  if (found === undefined) return;
  const { collections } = found;
  const { value } = choice;
  choice.replaceChildren(
    ...collections.map(({ name }) => create("option", { text: name })),
  );
  if (collections.some(({ name }) => name === value)) choice.value = value;
  login.hidden = true;
  for (const element of [tabsElement, choiceLabel, leave]) {
    element.hidden = false;
  }
  notice("");
  tabs ??= new Tabs(tabsElement, {
    show,
    hide: (name) => views.get(name)?.hide?.(),
  });
  tabs.begin();
}

/** Runs something, and shows what went wrong. */
async function attempt(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (state === undefined) login.hidden = false;
    if (noticeElement.hidden) {
      notice(error instanceof Error ? error.message : `${error}`);
    }
  }
}

choice.addEventListener("change", () => show(tabs?.shown ?? "records"));
leave.addEventListener("click", () =>
  void attempt(async () => {
    await api.leave();
    signedOut("");
  }));
login.addEventListener("submit", (event) => {
  event.preventDefault();
  notice("");
  void attempt(async () => {
    await api.signIn(email.value, password.value);
    password.value = "";
    await begin();
  });
});

await attempt(async () => {
  const ticket = location.hash.slice(1);
  // No later reader of the address sees the ticket.
  history.replaceState(null, "", location.pathname);
  if (ticket !== "") await api.useTicket(ticket);
  await begin();
});
