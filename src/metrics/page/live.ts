/**
 * The events of the server, for as long as the page is open.
 *
 * @module
 */

/** Handlers of events, and of the connection. */
export interface LiveHandlers {
  /** Handlers of data, by the names of events. */
  readonly events: Readonly<Record<string, (data: string) => void>>;
  /** Called when the connection is open, or lost. */
  changed(phase: "connected" | "disconnected"): void;
}

/** Milliseconds before the next attempt, after a response that was not a stream. */
const RETRY_MS = 2000;

/**
 * Listens from the first event that is kept. A browser reconnects by itself
 * when a stream breaks, but not after a refusal, such as that of a proxy whose
 * server is gone: then this function does.
 */
export function listen(handlers: LiveHandlers, lastEventId = "0"): void {
  let last = lastEventId;
  const id = encodeURIComponent(last);
  const source = new EventSource(`events?lastEventId=${id}`);
  source.onopen = () => handlers.changed("connected");
  source.onerror = () => {
    handlers.changed("disconnected");
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(handlers, last), RETRY_MS);
  };
  for (const [name, handle] of Object.entries(handlers.events)) {
    source.addEventListener(name, ({ data, lastEventId }: MessageEvent) => {
      if (lastEventId !== "") last = lastEventId;
      if (typeof data === "string") handle(data);
    });
  }
}
