/**
 * The views that this page has asked the server for, and their changes.
 *
 * @module
 */
import type { WatchData, WatchEvent, WatchReply } from "../watch/protocol.ts";

/** Milliseconds before the next attempt, after one that has failed. */
const RETRY_MS = 2000;

/** Who is called with a view. */
export interface Watcher {
  /** Called with the view as it is now, and whenever it has changed. */
  show(data: WatchData): void;
  /** Called if the program does not offer it. */
  missing?(): void;
}

/** Asks for views, and asks again for as long as they are wanted. */
export class WatchClient {
  readonly #asked = new Set<Asked>();
  #isOn = false;

  /** Asks for a view, until the result is disposed. */
  ask(query: URLSearchParams, watcher: Watcher): Disposable {
    const asked: Asked = new Asked(query, watcher);
    this.#asked.add(asked);
    if (this.#isOn) asked.start();
    return {
      [Symbol.dispose]: () => {
        asked.stop();
        this.#asked.delete(asked);
      },
    };
  }

  /** Asks for all that is wanted again: there is a connection now. */
  start(): void {
    this.#isOn = true;
    for (const asked of this.#asked) asked.start();
  }

  /** Asks for nothing until `start`, as when nobody looks at the page. */
  stop(): void {
    this.#isOn = false;
    for (const asked of this.#asked) asked.stop();
  }

  /** Takes an event; those of views that others have asked for are left out. */
  onEvent({ view, data }: WatchEvent): void {
    for (const asked of this.#asked) asked.onEvent(view, data);
  }
}

/** One view that is wanted. */
class Asked {
  readonly #query: URLSearchParams;
  readonly #watcher: Watcher;
  #view: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends the request under way. */
  #request: AbortController | undefined;

  constructor(query: URLSearchParams, watcher: Watcher) {
    this.#query = query;
    this.#watcher = watcher;
  }

  start(): void {
    this.stop();
    const request = this.#request = new AbortController();
    this.#fetch(request.signal).catch(() => {
      if (request.signal.aborted) return;
      this.#again(RETRY_MS);
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = undefined;
  }

  onEvent(view: string, data: WatchData): void {
    if (view === this.#view && this.#request !== undefined) {
      this.#watcher.show(data);
    }
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const response = await fetch(`watch?${this.#query}`, { signal });
    if (response.status === 404) {
      this.#watcher.missing?.();
      return;
    }
    if (!response.ok) throw new Error(`Cannot watch: ${response.status}`);
    const { view, renewMs, data }: WatchReply = await response.json();
    if (signal.aborted) return;
    this.#view = view;
    this.#watcher.show(data);
    this.#again(renewMs);
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => this.start(), ms);
  }
}
