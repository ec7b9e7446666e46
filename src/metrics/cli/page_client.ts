/**
 * The client of a page: asks for views, keeps them live, and follows the one
 * stream of events over whatever cuts it.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import { type SseEvent, SseParser } from "../../web/internal.ts";
import type { WatchData, WatchEvent, WatchReply } from "../watch/protocol.ts";

/** Milliseconds before the first attempt to connect again. */
const FIRST_RETRY_MS = 500;
/** The most milliseconds between two attempts. */
const MAX_RETRY_MS = 5000;
/** Milliseconds between two requests for the same views. */
const RENEW_MS = 5000;
/** Milliseconds for one response to begin, and but for events to end. */
const RESPONSE_MS = 10_000;
/** Characters of a response: a view has 500 rows at most. */
const MAX_RESPONSE_CHARACTERS = 64 * 2 ** 20;
/** Characters of an event: one of another client's view may have 500 rows. */
const MAX_EVENT_CHARACTERS = 16 * 2 ** 20;
/** Characters of a refusal that are read. */
const MAX_REFUSAL_CHARACTERS = 4096;

/** A page that cannot be watched. */
export class PageError extends Error {
  static {
    this.prototype.name = "PageError";
  }
}

/** A page that does not respond, of which the stream of events says so too. */
class UnreachableError extends PageError {}

/** What a client reports. */
export interface PageHandlers {
  /** Called when the stream of events is open. */
  connected(): void;
  /** Called when it is lost, with the reason; another attempt follows. */
  lost(why: string): void;
  /** Called with each event but those of views. */
  event(name: string, data: string): void;
  /** Called when a view has come or has changed. */
  data(question: string, data: WatchData): void;
  /** Called when a view is refused. */
  refused(question: string, why: string): void;
}

/** Follows one page until its signal aborts. */
export class PageClient {
  readonly #url: URL;
  readonly #handlers: PageHandlers;
  readonly #signal: AbortSignal;
  #questions: readonly string[] = [];
  /** The questions of the views that are live, by their ids. */
  readonly #views = new Map<string, string>();

  /** Creates a client that does nothing yet. */
  constructor(url: URL, handlers: PageHandlers, signal: AbortSignal) {
    this.#url = url;
    this.#handlers = handlers;
    this.#signal = signal;
  }

  /**
   * Tries whether a page is there.
   *
   * @throws {PageError} if none is, with what to do.
   */
  async check(): Promise<void> {
    await (await this.#open()).cancel();
    await this.see("kind=overview");
  }

  /** Follows the events until the signal aborts, and never rejects. */
  async follow(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    const renewal = setInterval(() => this.#renew(), RENEW_MS);
    try {
      while (!this.#signal.aborted) {
        let why = "it cannot be reached";
        try {
          const body = await this.#open();
          retryMs = FIRST_RETRY_MS;
          this.#handlers.connected();
          this.#views.clear();
          this.#renew();
          await this.#read(body);
          why = "the server has ended the stream";
        } catch (error) {
          // The address stands before it already, and a line is short.
          why = reasonOf(error).replace(`Cannot watch ${this.#url}: `, "");
        }
        if (this.#signal.aborted) return;
        this.#handlers.lost(why);
        await sleep(retryMs, this.#signal);
        retryMs = Math.min(2 * retryMs, MAX_RETRY_MS);
      }
    } finally {
      clearInterval(renewal);
    }
  }

  /** Asks for other views; those of before end by themselves. */
  ask(questions: readonly string[]): void {
    const before = this.#questions;
    this.#questions = questions;
    for (const question of questions) {
      if (!before.includes(question)) void this.#askFor(question);
    }
  }

  /**
   * Returns a view as it is now.
   *
   * @throws {PageError} if it is refused.
   */
  async see(question: string): Promise<WatchReply> {
    const { ok, status, text } = await this.#get(`watch?${question}`);
    if (!ok) throw refusalOf(this.#url, status, text);
    const reply: WatchReply | undefined = parsed(text);
    if (reply?.data === undefined) throw noPage(this.#url);
    return reply;
  }

  /** Returns what a path of the page has as JSON; `undefined` if it has none. */
  async json<T>(path: string): Promise<T | undefined> {
    const { ok, text } = await this.#get(path);
    return ok ? parsed<T>(text) : undefined;
  }

  /** Returns the events that the page has kept. */
  async past(): Promise<SseEvent[]> {
    const { ok, text } = await this.#get("events?lastEventId=0&follow=false");
    return ok ? new SseParser(PageError, MAX_EVENT_CHARACTERS).push(text) : [];
  }

  #renew(): void {
    for (const question of this.#questions) void this.#askFor(question);
  }

  async #askFor(question: string): Promise<void> {
    try {
      const { view, data } = await this.see(question);
      if (!this.#questions.includes(question)) return;
      this.#views.set(view, question);
      this.#handlers.data(question, data);
    } catch (error) {
      // Without a connection, the stream says so.
      const isRefused = error instanceof PageError &&
        !(error instanceof UnreachableError);
      if (isRefused && this.#questions.includes(question)) {
        this.#handlers.refused(question, error.message);
      }
    }
  }

  async #open(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const response = await this.#reach((signal) =>
      this.#fetch("events", signal)
    );
    const { status, body, headers } = response;
    const type = headers.get("content-type") ?? "";
    if (status === 200 && body && type.startsWith("text/event-stream")) {
      return body;
    }
    if (status === 200) {
      await body?.cancel();
      throw noPage(this.#url);
    }
    const why = await this.#reach((signal) =>
      textOf(response, MAX_REFUSAL_CHARACTERS, signal)
    );
    throw refusalOf(this.#url, status, why);
  }

  /** Gets a response that ends. */
  #get(path: string): Promise<Got> {
    return this.#reach(async (signal) => {
      const response = await this.#fetch(path, signal);
      const { ok, status } = response;
      const most = ok ? MAX_RESPONSE_CHARACTERS : MAX_REFUSAL_CHARACTERS;
      return { ok, status, text: await textOf(response, most, signal) };
    });
  }

  #fetch(path: string, signal: AbortSignal): Promise<Response> {
    return fetch(new URL(path, this.#url), { signal });
  }

  /** Does what needs the server, until it takes too long. */
  async #reach<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new PageError("nothing came back in time")),
      RESPONSE_MS,
    );
    try {
      return await act(AbortSignal.any([this.#signal, late.signal]));
    } catch (cause) {
      this.#signal.throwIfAborted();
      // A page that accepts requests and does not respond is not lost.
      const Failure = late.signal.aborted ? PageError : UnreachableError;
      throw new Failure(
        `Cannot watch ${this.#url}: ${whyUnreachable(cause)}`,
        { cause },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #read(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    const parser = new SseParser(PageError, MAX_EVENT_CHARACTERS);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    const leave = (): void => void reader.cancel().catch(() => {});
    this.#signal.addEventListener("abort", leave, { once: true });
    try {
      while (!this.#signal.aborted) {
        const { value, done } = await reader.read();
        if (done) return;
        for (const event of parser.push(value)) this.#onEvent(event);
      }
    } finally {
      this.#signal.removeEventListener("abort", leave);
      leave();
    }
  }

  #onEvent({ event, data }: SseEvent): void {
    if (event !== "watch") return this.#handlers.event(event, data);
    const changed: WatchEvent | undefined = parsed(data);
    const question = changed && this.#views.get(changed.view);
    if (changed === undefined || question === undefined) return;
    this.#handlers.data(question, changed.data);
  }
}

/** A response that has ended. */
interface Got {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/** Returns a body as text, or the beginning of one that has no end. */
async function textOf(
  { body }: Response,
  most: number,
  signal: AbortSignal,
): Promise<string> {
  if (body === null) return "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  // The signal of a request has no effect any more, once it has a response.
  const leave = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", leave, { once: true });
  try {
    for (let text = "";;) {
      const { value, done } = await reader.read();
      signal.throwIfAborted();
      if (done) return text;
      text += value;
      if (text.length > most) return text;
    }
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noPage(url: URL): PageError {
  return new PageError(
    `Cannot watch ${url}: what responds there is no page of serveMetrics, or its prefix is another one`,
  );
}

function refusalOf(url: URL, status: number, body: string): PageError {
  const why = body.length < 500 && !body.trimStart().startsWith("<")
    ? body.trim()
    : "";
  if (status === 403) {
    return new PageError(
      `Cannot watch ${url}: the server refuses this address (403${
        why && `: ${why}`
      }); use one of its hosts, or add this one to the option hosts of serveMetrics`,
    );
  }
  // A page of before has no views, and no other server has such a path.
  const isOurs = /^(This program shows no|Cannot use|Too many)/.test(why);
  if (isOurs) return new PageError(why);
  return status === 404 ? noPage(url) : new PageError(
    `Cannot watch ${url}: the response is ${status}${why && `, ${why}`}`,
  );
}

function whyUnreachable(error: unknown): string {
  const reason = error instanceof Error && error.cause !== undefined
    ? `${reasonOf(error)} ${reasonOf(error.cause)}`
    : reasonOf(error);
  if (/refused/i.test(reason)) return "nothing listens there";
  const blocked = /port (\d+) are blocked/i.exec(reason)?.[1];
  if (blocked !== undefined) {
    return `nothing may be fetched from port ${blocked}, which belongs to another protocol; serve the page on another port`;
  }
  if (/dns|lookup|resolve/i.test(reason)) return "its name is not known";
  if (/certificate|tls/i.test(reason)) {
    return `its certificate is not accepted: ${reasonOf(error)}`;
  }
  return reasonOf(error);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    resolve();
  };
  const timer = setTimeout(end, ms);
  signal.addEventListener("abort", end, { once: true });
  return promise;
}
