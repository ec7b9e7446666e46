/**
 * Tokens for the links of protected files: they stand for a login for a short
 * time, and end with it.
 *
 * @module
 */
import type { AuthTime } from "./auth_time.ts";
import type { Login } from "./login.ts";
import type { CachedLogin, Sessions } from "./sessions.ts";
import { hashOfToken, makeToken } from "./token_text.ts";

interface FileToken {
  readonly hash: string;
  readonly kind: Login["kind"];
  readonly endsAt: number;
}

/** A token for a file can be used for so long. */
const LIFE_MS = 2 * 60 * 1000;
/** Most tokens; a further one ends the oldest. */
const MAX_TOKENS = 10_000;

/** The tokens for files, which are kept in memory alone. */
export class FileTokens {
  readonly #sessions: Sessions;
  readonly #time: AuthTime;
  /** By the hash of the token, in the order in which they end. */
  readonly #tokens = new Map<string, FileToken>();

  /** Starts without tokens. */
  constructor(sessions: Sessions, time: AuthTime) {
    this.#sessions = sessions;
    this.#time = time;
  }

  /** How many tokens there are. */
  get size(): number {
    return this.#tokens.size;
  }

  /** Makes a token that stands for a login. */
  issue({ login, hash: held }: CachedLogin): string {
    const now = this.#time.clock.now();
    for (const [key, { endsAt }] of this.#tokens) {
      if (endsAt > now && this.#tokens.size < MAX_TOKENS) break;
      this.#tokens.delete(key);
    }
    const { collection = "", id = "" } = login.account ?? {};
    const { text, hash } = makeToken({
      purpose: "file",
      collectionId: collection,
      id,
      endsAt: this.#time.now() + LIFE_MS,
    });
    this.#tokens.set(hash, {
      hash: held,
      kind: login.kind,
      endsAt: now + LIFE_MS,
    });
    return text;
  }

  /** Resolves to the login that a token stands for. */
  async find(token: string): Promise<Login | undefined> {
    const hash = hashOfToken(token);
    const found = hash === undefined ? undefined : this.#tokens.get(hash);
    if (found === undefined || this.#time.clock.now() >= found.endsAt) {
      return undefined;
    }
    const { hash: held, kind } = found;
    return (await this.#sessions.findHash(held, kind))?.login;
  }
}
