/**
 * The events of the server, as long as the page is open.
 *
 * @module
 */

/** What is made of events. */
export interface LiveHandlers {
  /** By the names of events. */
  readonly events: Readonly<Record<string, (data: string) => void>>;
  /** The connection is there, or gone. */
  changed(phase: "connected" | "disconnected"): void;
}

/** Milliseconds before the next try, after an answer that was no stream. */
const RETRY_MS = 2000;

/**
 * Listens from the first event that is kept on. A browser comes back by itself
 * to a stream that breaks, but not after a refusal, such as that of a proxy
 * whose server is gone: then this does.
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
