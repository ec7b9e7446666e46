/**
 * The status line of the page.
 *
 * @module
 */
import type { ClientState } from "./client_contract.ts";
import { byId, onPress } from "./elements.ts";

/** Shows the state and the latency. */
export class StatusLine {
  readonly #state: HTMLElement = byId("state", HTMLElement);
  readonly #detail: HTMLElement = byId("detail", HTMLElement);
  readonly #retry: HTMLElement = byId("retry", HTMLElement);
  #kept = "";
  #countdown: ReturnType<typeof setInterval> | undefined;

  /** Calls `retry` when the user skips the waiting. */
  constructor(retry: () => void) {
    onPress(this.#retry, retry);
  }

  /** Shows the state of the client. */
  show(state: ClientState): void {
    clearInterval(this.#countdown);
    this.#state.dataset["phase"] = state.phase;
    const text = describe(state);
    const isAway = state.phase === "waiting" || state.phase === "detached";
    const isKept = isAway && this.#kept !== "";
    this.#state.textContent = isKept ? `${text}, ${this.#kept}` : text;
    this.#state.title = state.phase === "connected" ? this.#kept : "";
    this.#retry.hidden = state.phase !== "waiting" &&
      state.phase !== "detached";
    this.#detail.textContent = "";
    this.#detail.title = "";
    if (state.phase === "waiting") this.#count(state.delayMs);
  }

  /** Takes how long the program keeps running without a viewer, in words. */
  keeps(text: string): void {
    this.#kept = text;
    if (this.#state.dataset["phase"] === "connected") this.#state.title = text;
  }

  /** Shows the round-trip time. */
  latency(ms: number): void {
    this.#detail.textContent = `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
    this.#detail.title = "Round-trip time to the server";
  }

  // Outside the state, which screen readers announce whenever it changes.
  #count(delayMs: number): void {
    const end = performance.now() + delayMs;
    const show = (): void => {
      const seconds = Math.ceil((end - performance.now()) / 1000);
      this.#detail.textContent = `in ${Math.max(seconds, 1)} s`;
    };
    show();
    this.#countdown = setInterval(show, 1000);
  }
}

function describe(state: ClientState): string {
  switch (state.phase) {
    case "connecting":
      return "connecting";
    case "connected":
      return state.role === "view" ? "connected, read-only" : "connected";
    case "waiting":
      return "reconnecting";
    case "detached":
      return "detached";
    case "failed":
      return state.text;
    case "ended":
      return "signal" in state.exit
        ? `ended by ${state.exit.signal}`
        : `ended with code ${state.exit.code}`;
    default:
      return state satisfies never;
  }
}
