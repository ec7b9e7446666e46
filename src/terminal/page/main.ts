/**
 * The page: connects its parts.
 *
 * @module
 */
import { sessionPath } from "../attach/attach_request.ts";
import { followAppearance, followMotion } from "./appearance.ts";
import { browserClock, connect, graceOf, status } from "./browser.ts";
import { TerminalClient } from "./client.ts";
import type { ClientState } from "./client_contract.ts";
import { PageClipboard } from "./clipboard.ts";
import { byId } from "./elements.ts";
import { useFindBox } from "./find_box.ts";
import { useHotKeys } from "./hot_keys.ts";
import { useKeyBar } from "./key_bar.ts";
import { binaryBytes, isFocusReport } from "./keys.ts";
import { useLinks } from "./links.ts";
import { NEW_SESSION, startSession, takeRequest } from "./new_session.ts";
import { Notices } from "./notices.ts";
import { openSettings } from "./open_settings.ts";
import { PageSize } from "./page_size.ts";
import { PageTitle } from "./page_title.ts";
import { type Appearance, PALETTES } from "./palettes.ts";
import { dressScreen, openScreen } from "./screen.ts";
import { boundedFontSize } from "./settings.ts";
import { useSettingsBox } from "./settings_box.ts";
import { StatusLine } from "./status_line.ts";
import { useStrictStyles } from "./strict_styles.ts";
import { TextBox } from "./text_box.ts";
import { useTouch } from "./touch.ts";
import { TouchSelection } from "./touch_selection.ts";
import { viewerName } from "./viewer_name.ts";
import { useVisibleHeight } from "./viewport.ts";

useStrictStyles();
const element = byId("terminal", HTMLElement);
const keys = byId("keys", HTMLElement);
const settings = openSettings();
const notices = new Notices();
const ownId = clientId();
let client: TerminalClient | undefined;
const focus = (): void => terminal.focus();
const clipboard = new PageClipboard(
  new TextBox(focus),
  (text) => notices.show(text),
);
const isInControl = (): boolean =>
  client?.state.phase === "connected" && client.state.role === "control";
const screen = openScreen(element, {
  mayReply: () => client?.mayReply ?? false,
  mayCopy: isInControl,
  copy: (text) => clipboard.copyFor(text),
});
const { terminal } = screen;
const line = new StatusLine(() => client?.attach());
const size = new PageSize({
  clientId: ownId,
  element,
  screen,
  fontSize: () => settings.current.fontSize,
  isOpen: () => client?.state.phase === "connected",
  mayUse: isInControl,
  fits: ({ columns, rows }) => client?.resize(columns, rows),
  use: () => client?.useSize(),
});

// Appearance.
let appearance: Appearance = "dark";
let isStill = false;
followAppearance(settings, (now) => {
  appearance = now;
  dressScreen(terminal, settings.current, appearance);
  size.measure();
});
followMotion((still) => {
  isStill = still;
  showBlink();
});
function showBlink(): void {
  terminal.options.cursorBlink = !isStill && !terminal.options.disableStdin;
}
useSettingsBox(settings, focus);
useVisibleHeight();

// Input.
const encoder = new TextEncoder();
const type = (text: string): void => client?.type(encoder.encode(text));
const translate = useKeyBar(terminal, {
  type,
  paste: () => void paste(),
  zoom: (pixels) =>
    settings.change({
      fontSize: boundedFontSize(settings.current.fontSize + pixels),
    }),
});
terminal.onData((text) => {
  // A replay types nothing, although the terminal has the focus.
  if (isFocusReport(text) && !client?.mayReply) return;
  type(translate(text));
});
terminal.onBinary((text) => client?.type(binaryBytes(text)));
async function paste(): Promise<void> {
  const text = await clipboard.paste();
  if (text !== undefined) terminal.paste(text);
  terminal.focus();
}
const copy = (text: string): void => void clipboard.copy(text);
useHotKeys(terminal, {
  copy: () => copy(terminal.getSelection()),
  leave: () => byId("sessions", HTMLElement).focus(),
});
terminal.textarea?.setAttribute("aria-describedby", "hint");
useFindBox(screen, () => PALETTES[appearance].found);
useTouch(element, terminal, settings, new TouchSelection(terminal, copy));

// What programs show besides their output.
const title = new PageTitle(element);
terminal.onTitleChange((text) => title.set(text));
terminal.onBell(() => title.ring());
const linkAddress = byId("link-address", HTMLElement);
useLinks(terminal, {
  offer: (address) => notices.offer(address),
  hover(address) {
    linkAddress.hidden = address === undefined;
    linkAddress.textContent = `${address ?? ""} (Ctrl+click opens)`;
  },
});

await open();

/** Opens the session of the address, or the one that is to be started. */
async function open(): Promise<void> {
  const id = new URLSearchParams(location.search).get("session") ?? "";
  if (id !== NEW_SESSION) return attach(id);
  const request = takeRequest();
  // The page was loaded again, or came from elsewhere.
  if (request === undefined) return location.replace("./");
  try {
    const started = await startSession(request, size.own);
    history.replaceState(null, "", `./?session=${encodeURIComponent(started)}`);
    attach(started);
  } catch (error) {
    const text = error instanceof Error ? error.message : `${error}`;
    line.show({ phase: "failed", text });
  }
}

function attach(sessionId: string): void {
  const opened = new TerminalClient({
    sessionId,
    clientId: ownId,
    name: viewerName(navigator.userAgent),
    screen: {
      write: (bytes, parsed) => terminal.write(bytes, parsed),
      // After what was written before.
      resize: (columns, rows) =>
        terminal.write("", () => terminal.resize(columns, rows)),
    },
    connect,
    status,
    changed: (state) => changed(state, sessionId),
    sized: (session) => size.sized(session),
    latency: (ms) => line.latency(ms),
    notice: (text) => notices.show(text),
    clock: browserClock,
    random: Math.random,
  });
  client = opened;
  addEventListener("pagehide", () => opened.detach());
  addEventListener("pageshow", () => opened.attach());
  addEventListener("online", () => opened.attach());
  document.addEventListener("visibilitychange", () => {
    const isSeen = document.visibilityState === "visible";
    opened.setHidden(!isSeen);
    if (isSeen) opened.attach();
  });
  addEventListener("beforeunload", (event) => {
    const { phase } = opened.state;
    if (phase === "ended" || phase === "failed") return;
    // A few keys arrive long before they are acknowledged.
    const harmlessBytes = phase === "connected" ? 1024 : 0;
    if (opened.waitingBytes > harmlessBytes) event.preventDefault();
  });
  opened.setHidden(document.visibilityState === "hidden");
  size.measure();
  opened.attach();
  terminal.focus();
}

function changed(state: ClientState, sessionId: string): void {
  line.show(state);
  if (state.phase === "connected") void learnGrace(sessionId);
  // The status line has the reason, which would be there twice.
  if (state.phase === "failed") notices.clear();
  const isOver = state.phase === "ended" || state.phase === "failed";
  const isReadOnly = state.phase === "connected" && state.role === "view";
  terminal.options.disableStdin = isOver || isReadOnly;
  keys.hidden = terminal.options.disableStdin;
  showBlink();
  size.show();
}

let isGraceKnown = false;
async function learnGrace(sessionId: string): Promise<void> {
  if (isGraceKnown) return;
  isGraceKnown = true;
  const path = sessionPath(sessionId);
  const text = await graceOf(path).catch(() => undefined);
  if (text !== undefined) line.keeps(text);
}

/** Returns an id that no other page has; it need not be secret. */
function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
