/**
 * The page: connects its parts.
 *
 * @module
 */
import { sessionPath } from "../attach/attach_request.ts";
import { followAppearance, followMotion } from "./appearance.ts";
import { browserClock, connect, graceOf, status } from "./browser.ts";
import { TerminalClient } from "./client.ts";
import { PageClipboard } from "./clipboard.ts";
import { byId } from "./elements.ts";
import { useFindBox } from "./find_box.ts";
import { useHotKeys } from "./hot_keys.ts";
import { useKeyBar } from "./key_bar.ts";
import { binaryBytes } from "./keys.ts";
import { useLinks } from "./links.ts";
import { Notices } from "./notices.ts";
import { openSettings } from "./open_settings.ts";
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
import { useVisibleHeight } from "./viewport.ts";

/** Milliseconds for which a size must not change before it is sent. */
const RESIZE_MS = 60;

useStrictStyles();
const element = byId("terminal", HTMLElement);
const keys = byId("keys", HTMLElement);
const settings = openSettings();
const notices = new Notices();
const focus = (): void => terminal.focus();
const clipboard = new PageClipboard(
  new TextBox(focus),
  (text) => notices.show(text),
);
const screen = openScreen(element, {
  mayReply: () => client.mayReply,
  mayCopy: () =>
    client.state.phase === "connected" && client.state.role === "control",
  copy: (text) => clipboard.copyFor(text),
});
const { terminal, fit } = screen;
const line = new StatusLine(() => client.attach());
const sessionId = new URLSearchParams(location.search).get("session") ?? "";
const client = new TerminalClient({
  sessionId,
  clientId: clientId(),
  screen: {
    write: (bytes, parsed) => terminal.write(bytes, parsed),
    resize: (columns, rows) => terminal.resize(columns, rows),
  },
  connect,
  status,
  changed(state) {
    line.show(state);
    if (state.phase === "connected") void learnGrace();
    const isOver = state.phase === "ended" || state.phase === "failed";
    const isReadOnly = state.phase === "connected" && state.role === "view";
    terminal.options.disableStdin = isOver || isReadOnly;
    keys.hidden = terminal.options.disableStdin;
    showBlink();
  },
  latency: (ms) => line.latency(ms),
  notice: (text) => notices.show(text),
  clock: browserClock,
  random: Math.random,
});

// Appearance.
let appearance: Appearance = "dark";
let isStill = false;
followAppearance(settings, (now) => {
  appearance = now;
  dressScreen(terminal, settings.current, appearance);
  // The size of the cells is another one, and that of the element is not.
  propose();
});
followMotion((still) => {
  isStill = still;
  showBlink();
});
function showBlink(): void {
  terminal.options.cursorBlink = !isStill && !terminal.options.disableStdin;
}
useSettingsBox(settings, focus);

// Input.
const encoder = new TextEncoder();
const type = (text: string): void => client.type(encoder.encode(text));
const translate = useKeyBar(terminal, {
  type,
  paste: () => void paste(),
  zoom: (pixels) =>
    settings.change({
      fontSize: boundedFontSize(settings.current.fontSize + pixels),
    }),
});
terminal.onData((text) => type(translate(text)));
terminal.onBinary((text) => client.type(binaryBytes(text)));
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

// The size of the visible part.
let resizing: ReturnType<typeof setTimeout> | undefined;
function propose(): void {
  const size = fit.proposeDimensions();
  if (size === undefined || Number.isNaN(size.cols)) return;
  client.resize(size.cols, size.rows);
}
new ResizeObserver(() => {
  clearTimeout(resizing);
  resizing = setTimeout(propose, RESIZE_MS);
}).observe(element);
useVisibleHeight();

// Attaching and detaching.
addEventListener("pagehide", () => client.detach());
addEventListener("pageshow", () => client.attach());
addEventListener("online", () => client.attach());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") client.attach();
});
addEventListener("beforeunload", (event) => {
  const { phase } = client.state;
  if (phase === "ended" || phase === "failed") return;
  // A few keys arrive long before they are acknowledged.
  const harmlessBytes = phase === "connected" ? 1024 : 0;
  if (client.waitingBytes > harmlessBytes) event.preventDefault();
});

let isGraceKnown = false;
async function learnGrace(): Promise<void> {
  if (isGraceKnown) return;
  isGraceKnown = true;
  const path = sessionPath(sessionId);
  const text = await graceOf(path).catch(() => undefined);
  if (text !== undefined) line.keeps(text);
}

propose();
client.attach();
terminal.focus();

/** Returns an id that no other page has; it need not be secret. */
function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
