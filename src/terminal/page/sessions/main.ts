/**
 * The page that a link with a ticket opens: it exchanges the ticket, and leads to
 * the terminal. Otherwise it lists the sessions.
 *
 * @module
 */
import { followAppearance } from "../appearance.ts";
import { byId } from "../elements.ts";
import { leaveRequest, startSession } from "../new_session.ts";
import { openSettings } from "../open_settings.ts";
import { InvitationBox } from "./invitation_box.ts";
import {
  addressOf,
  ask,
  readLogin,
  readSessions,
  Refused,
  ticketIn,
  useTicket,
} from "./server.ts";
import { SessionList } from "./session_list.ts";
import { graceWords } from "./session_words.ts";

/** Milliseconds between two looks at the sessions. */
const LOOK_MS = 3000;

// That part of the address was not sent to the server. It is removed before
// anything else, so that neither the history nor a bookmark contains it.
const given = new URLSearchParams(location.hash.slice(1)).get("ticket");
history.replaceState(null, "", location.pathname);
// Another link that is opened in this tab changes only that part.
addEventListener("hashchange", () => location.reload());

followAppearance(openSettings());
const text = byId("text", HTMLElement);
const ticketForm = byId("ticket", HTMLFormElement);
const ticketText = byId("ticket-text", HTMLInputElement);
const startForm = byId("start", HTMLFormElement);
const command = byId("command", HTMLSelectElement);
const logOut = byId("log-out", HTMLElement);
const invitation = new InvitationBox();
const list = new SessionList({
  invite: (session) => invitation.open(session),
  end: ({ id }) => tried(() => end(id)),
});
let looking: ReturnType<typeof setTimeout> | undefined;

ticketForm.addEventListener("submit", (event) => {
  event.preventDefault();
  tried(() => enter(ticketIn(ticketText.value)));
});
startForm.addEventListener("submit", (event) => {
  event.preventDefault();
  tried(() => start({ command: command.value }));
});
logOut.addEventListener("click", () =>
  tried(async () => {
    await ask("DELETE", "login");
    location.reload();
  }));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && looking) tried(look);
});
tried(() => enter(given));

/** Does something, and shows why it did not work. */
function tried(act: () => Promise<void>): void {
  act().catch((error) => {
    const isStranger = error instanceof Refused && error.status === 401;
    text.textContent = error instanceof Error ? error.message : `${error}`;
    ticketForm.hidden = !isStranger;
    if (!isStranger) return;
    clearTimeout(looking);
    list.show([]);
    startForm.hidden = logOut.hidden = true;
  });
}

async function enter(ticket: string | null): Promise<void> {
  const granted = ticket === null ? undefined : await login(ticket);
  if (granted !== undefined && granted !== "all") return go(granted);
  const { role, graceMs, commands } = await readLogin();
  ticketForm.hidden = true;
  const sessions = await readSessions();
  const running = sessions.filter(({ exit }) => exit === undefined);
  const [only] = running;
  if (granted && only && running.length === 1) return go(only.id);
  if (granted && role === "control" && only === undefined) return start({});
  byId("grace", HTMLElement).textContent = graceWords(graceMs);
  command.replaceChildren(...commands.map((name) => new Option(name)));
  startForm.hidden = role !== "control";
  logOut.hidden = false;
  await look();
}

/** Resolves to the session of a ticket; `undefined` if it was used before. */
async function login(ticket: string): Promise<string | undefined> {
  try {
    return await useTicket(ticket);
  } catch (error) {
    // A browser that is logged in may open a link that was used.
    await readLogin().catch(() => Promise.reject(error));
    return undefined;
  }
}

function go(id: string): void {
  location.replace(addressOf(id));
}

async function start(request: { command?: string }): Promise<void> {
  let address: string | undefined;
  try {
    address = leaveRequest(request);
  } catch {
    // The browser keeps nothing: the session has some size at first.
  }
  location.assign(
    address ?? addressOf(await startSession(request, undefined)),
  );
}

async function end(id: string): Promise<void> {
  await ask("DELETE", `sessions/${encodeURIComponent(id)}`);
  await look();
}

/** Looks at the sessions, now and then. */
async function look(): Promise<void> {
  clearTimeout(looking);
  looking = setTimeout(() => tried(look), LOOK_MS);
  if (document.visibilityState === "hidden") return;
  const sessions = await readSessions();
  list.show(sessions);
  text.textContent = sessions.length === 0
    ? "There are no sessions."
    : "Choose a session.";
}
