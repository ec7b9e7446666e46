/**
 * What one user has open: a link to each address or command that it uses.
 *
 * @module
 */
import type {
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";

/** A connection, or whatever else stays open between operations. */
export interface Link<Prepared> {
  /**
   * Whether the service has ended the link since its last operation; another
   * one is opened then. Links that cannot know leave it out.
   */
  readonly isOver?: boolean;
  /** Performs an operation; there is only one at a time. */
  perform(prepared: Prepared, call: OperationCall): Promise<OperationOutcome>;
  /** Returns what the operation under way, or the last one, has received. */
  received?(): OperationOutcome | undefined;
  /** Closes the link; called once or twice, and never rejects. */
  close(): Promise<void>;
}

/** Options of a {@linkcode UserSession}. */
export interface UserSessionOptions<Prepared, L extends Link<Prepared>> {
  /** Prepares the request of an operation. */
  readonly prepare: (call: OperationCall) => Prepared;
  /** Opens a link for an operation. */
  readonly open: (prepared: Prepared, signal: AbortSignal) => Promise<L>;
  /**
   * Returns whether the link stays open after an operation; default: it does.
   */
  readonly keeps?: (prepared: Prepared) => boolean;
  /** Called when everything is closed. */
  readonly closed?: () => Promise<void>;
}

/**
 * Opens a link when it is first needed, and keeps it by its `key` for later
 * operations, unless the service ends it between two of them. After a failure the link is closed, so that a late reply is never
 * taken for that of another operation.
 */
export class UserSession<
  Prepared extends { readonly key: string },
  L extends Link<Prepared>,
> implements DriverSession {
  readonly #options: UserSessionOptions<Prepared, L>;
  readonly #links = new Map<string, L>();
  /** The link of the operation under way, or of the last one. */
  #last: L | undefined;
  readonly #closing = new Set<Promise<void>>();

  /** Creates a session, in which nothing is open yet. */
  constructor(options: UserSessionOptions<Prepared, L>) {
    this.#options = options;
  }

  /** Performs an operation, over a new link if there is none. */
  async perform(call: OperationCall): Promise<OperationOutcome> {
    const { signal } = call;
    signal.throwIfAborted();
    const prepared = this.#options.prepare(call);
    const { key } = prepared;
    let link = this.#links.get(key);
    this.#last = undefined;
    if (link?.isOver) {
      this.#links.delete(key);
      this.#close(link);
      link = undefined;
    }
    if (link === undefined) {
      link = await this.#options.open(prepared, signal);
      this.#links.set(key, link);
    }
    this.#last = link;
    let keeps = false;
    try {
      const outcome = await link.perform(prepared, call);
      keeps = this.#options.keeps?.(prepared) ?? true;
      return outcome;
    } finally {
      if (!keeps) {
        this.#links.delete(key);
        this.#close(link);
      }
    }
  }

  /** Returns what the last operation has received over its link. */
  received(): OperationOutcome | undefined {
    return this.#last?.received?.();
  }

  #close(link: L): void {
    const closed = link.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  /** Closes all links of this user. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links.values()) this.#close(link);
    this.#links.clear();
    await Promise.all(this.#closing);
    await this.#options.closed?.();
  }
}
