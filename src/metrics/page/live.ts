/**
 * The events of the server, for as long as the page is open and visible.
 *
 * @module
 */
import { orderOf, type PassedEvent } from "./event_order.ts";

/** Handlers of events, and of the connection. */
export interface LiveHandlers {
  /** Handlers of data, by the names of events. */
  readonly events: Readonly<Record<string, (data: string) => void>>;
  /** Called with the data of events `watch`, which have no ids. */
  watched(data: string): void;
  /** Called when the connection is open, or lost. */
  changed(phase: Phase): void;
  /** Called when nobody sees the page any more. */
  hidden(): void;
}

type Phase = "connected" | "disconnected";

/** What the tab with the connection passes on to the others. */
type Message =
  | PassedEvent & {
    readonly type: "event";
    readonly name: string;
    readonly data: string;
  }
  | { readonly type: "gap" | "watch"; readonly data: string }
  | { readonly type: "phase"; readonly phase: Phase };

/** Milliseconds before the next attempt, after a response that was not a stream. */
const RETRY_MS = 2000;

/** The event that says how many were missed; it has no id of its own. */
const GAP = "gap";

/** The event with a view that has changed; it has no id either. */
const WATCH = "watch";

/**
 * Listens from the first event that is kept. A browser opens six connections
 * to a server, so one tab has the stream and passes it on to the others: the
 * one with the lock, which it releases when it is hidden or closed. A hidden
 * tab has no part in it, and catches up when it is visible again. Browsers
 * have locks for `https` and for `localhost`; elsewhere, each tab that is
 * visible has a stream of its own.
 */
export function listen(handlers: LiveHandlers): void {
  const live = new Live(handlers);
  const update = (): void => {
    if (document.visibilityState === "visible") live.show();
    else live.hide();
  };
  document.addEventListener("visibilitychange", update);
  update();
}

class Live {
  readonly #handlers: LiveHandlers;
  /** The name of the lock and of the channel: one for each server. */
  readonly #name = `troupe metrics ${location.pathname}`;
  readonly #channel = new BroadcastChannel(this.#name);
  /** Ends the part of a visible tab; there is none while it is hidden. */
  #visible: AbortController | undefined;
  #leads = false;
  #phase: Phase | undefined;
  #last = "0";
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** What is passed on while this tab catches up. */
  #waiting: Message[] | undefined;

  constructor(handlers: LiveHandlers) {
    this.#handlers = handlers;
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (this.#visible === undefined || this.#leads) return;
      if (this.#waiting === undefined) this.#receive(data);
      else this.#waiting.push(data);
    };
  }

  show(): void {
    if (this.#visible !== undefined) return;
    const visible = new AbortController();
    this.#visible = visible;
    const { signal } = visible;
    // Only in secure contexts, whatever the types say.
    const locks: LockManager | undefined = navigator.locks;
    if (locks === undefined) return this.#lead();
    // Held until the tab is hidden; the browser releases that of a closed one.
    const hold = (): Promise<void> => {
      if (signal.aborted) return Promise.resolve();
      this.#lead();
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    };
    const lead = async (): Promise<void> => {
      let isFree = false;
      await locks.request(this.#name, { ifAvailable: true }, async (lock) => {
        if (lock === null) return;
        isFree = true;
        await hold();
      });
      if (isFree || signal.aborted) return;
      this.#catchUp();
      await locks.request(this.#name, { signal }, hold);
    };
    lead().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  hide(): void {
    this.#visible?.abort();
    this.#visible = undefined;
    this.#leads = false;
    this.#close();
    this.#handlers.hidden();
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.#waiting = undefined;
  }

  /** Opens the stream that this tab passes on. */
  #lead(): void {
    this.#leads = true;
    this.#close();
    const source = this.#open("");
    source.onopen = () => this.#changed("connected");
    source.onerror = () => {
      this.#changed("disconnected");
      // A browser reconnects by itself when a stream breaks, but not after a
      // refusal, such as that of a proxy whose server is gone.
      if (source.readyState !== EventSource.CLOSED) return;
      this.#retry = setTimeout(() => this.#lead(), RETRY_MS);
    };
  }

  /** Gets what this tab has missed, in a stream that ends. */
  #catchUp(): void {
    this.#close();
    this.#waiting = [];
    const source = this.#open("&follow=false");
    let isOpen = false;
    source.onopen = () => isOpen = true;
    source.onerror = () => {
      const waiting = this.#waiting ?? [];
      this.#close();
      if (!isOpen) {
        this.#changed("disconnected");
        this.#retry = setTimeout(() => this.#catchUp(), RETRY_MS);
        return;
      }
      this.#changed("connected");
      for (const message of waiting) this.#receive(message);
    };
  }

  #open(query: string): EventSource {
    const id = encodeURIComponent(this.#last);
    const source = new EventSource(`events?lastEventId=${id}${query}`);
    for (const name of Object.keys(this.#handlers.events)) {
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent) => {
        this.#arrived(name, String(data), lastEventId);
      });
    }
    source.addEventListener(WATCH, ({ data }: MessageEvent) => {
      this.#watched(String(data));
    });
    this.#source = source;
    return source;
  }

  #watched(data: string): void {
    this.#pass({ type: "watch", data });
    this.#handlers.watched(data);
  }

  #arrived(name: string, data: string, id: string): void {
    const after = this.#last;
    if (name === GAP) this.#pass({ type: "gap", data });
    else {
      this.#last = id;
      this.#pass({ type: "event", name, data, after, id });
    }
    this.#handlers.events[name]?.(data);
  }

  #changed(phase: Phase): void {
    this.#phase = phase;
    this.#pass({ type: "phase", phase });
    this.#handlers.changed(phase);
  }

  #pass(message: Message): void {
    if (this.#leads) this.#channel.postMessage(message);
  }

  /** Takes what the tab with the stream has passed on. */
  #receive(message: Message): void {
    switch (message.type) {
      case "event": {
        const order = orderOf(this.#last, message);
        if (order === "seen") return;
        if (order === "missed") return this.#catchUp();
        return this.#arrived(message.name, message.data, message.id);
      }
      case "gap":
        return this.#arrived(GAP, message.data, "");
      case "watch":
        return this.#watched(message.data);
      case "phase":
        if (message.phase !== this.#phase) this.#changed(message.phase);
        return;
      default:
        return message satisfies never;
    }
  }
}
