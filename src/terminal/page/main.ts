/**
 * The page: connects its parts.
 *
 * @module
 */
import { sessionPath } from "../attach/attach_request.ts";
import { browserClock, connect, graceOf, status } from "./browser.ts";
import { TerminalClient } from "./client.ts";
import { byId } from "./elements.ts";
import { useFindBox } from "./find_box.ts";
import { useKeyBar } from "./key_bar.ts";
import { binaryBytes } from "./keys.ts";
import { openScreen } from "./screen.ts";
import { StatusLine } from "./status_line.ts";
import { useStrictStyles } from "./strict_styles.ts";

/** Milliseconds for which a size must not change before it is sent. */
const RESIZE_MS = 60;

useStrictStyles();
const element = byId("terminal", HTMLElement);
const keys = byId("keys", HTMLElement);
const screen = openScreen(element, {
  mayReply: () => client.mayReply,
  mayCopy: () =>
    client.state.phase === "connected" && client.state.role === "control",
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
    terminal.options.cursorBlink = !terminal.options.disableStdin;
    keys.hidden = terminal.options.disableStdin;
  },
  latency: (ms) => line.latency(ms),
  notice: (text) => line.notice(text),
  clock: browserClock,
  random: Math.random,
});

// Input.
const encoder = new TextEncoder();
const type = (text: string): void => client.type(encoder.encode(text));
const translate = useKeyBar(terminal, type);
terminal.onData((text) => type(translate(text)));
terminal.onBinary((text) => client.type(binaryBytes(text)));
terminal.onTitleChange((title) => document.title = title || "Terminal");
useFindBox(screen);

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
function showVisible(): void {
  const height = globalThis.visualViewport?.height;
  if (height === undefined) return;
  document.documentElement.style
    .setProperty("--visible-height", `${Math.round(height)}px`);
  // A browser that scrolls to the keyboard would hide the status line.
  globalThis.scrollTo(0, 0);
}
globalThis.visualViewport?.addEventListener("resize", showVisible);

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
