/**
 * API keys: for programs, which do not log in.
 *
 * @module
 */
import {
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../../checks/internal.ts";
import type { Engine } from "../engine/engine.ts";
import { NotUniqueError } from "../errors.ts";
import type { Accounts } from "./accounts.ts";
import type { AuthTime } from "./auth_time.ts";
import { keyInfoOf, keyOwner } from "./key_rows.ts";
import type { KeyInfo, KeyOwner } from "./login.ts";
import { run } from "./statement.ts";
import type { Sessions } from "./sessions.ts";
import { makeKey } from "./token_text.ts";

/** What a new API key is to be. */
export interface NewKey {
  /** Its name, of 1 to 100 characters; no two keys have the same. */
  readonly name: string;
  /** Whom it stands for. */
  readonly as: KeyOwner;
  /**
   * Milliseconds for which it is valid, above 0.
   * @default {Infinity}
   */
  readonly lifeMs?: number;
}

const NAMES: OptionNames<NewKey> = { name: true, as: true, lifeMs: true };
const MAX_NAME = 100;

/** The API keys of a store. */
export class Keys {
  readonly #engine: Engine;
  readonly #accounts: Accounts;
  readonly #sessions: Sessions;
  readonly #time: AuthTime;

  /** Takes what it works with. */
  constructor(
    engine: Engine,
    accounts: Accounts,
    sessions: Sessions,
    time: AuthTime,
  ) {
    this.#engine = engine;
    this.#accounts = accounts;
    this.#sessions = sessions;
    this.#time = time;
  }

  /** Makes a key; resolves to its text, which is kept nowhere. */
  async create(options: NewKey): Promise<string> {
    checkOptionNames("createKey()", options, NAMES);
    const { name, as, lifeMs = Infinity } = options;
    checkString("name", name);
    checkInteger("the length of name", name.length, { min: 1, max: MAX_NAME });
    checkNumber("lifeMs", lifeMs, { above: 0 });
    const isAccount = typeof as === "object" && as !== null;
    if (!isAccount) checkOneOf("as", as, ["key", "superuser"]);
    // It names the collection that is wrong.
    else this.#accounts.table(as.collection);
    const { text, hash } = makeKey();
    const now = this.#time.now();
    const { steps: [done] } = await this.#engine.write({
      steps: [{
        kind: "run",
        statement: run(
          `INSERT INTO "_keys"
            (hash, name, kind, collection, account, created, expires)
          SELECT ?, ?, ?, ?, ?, ?, ?
          WHERE NOT EXISTS (SELECT 1 FROM "_keys" WHERE name = ?)`,
          hash,
          name,
          isAccount ? "account" : as,
          isAccount ? as.collection : "",
          isAccount ? as.id : "",
          now,
          Number.isFinite(lifeMs) ? now + Math.ceil(lifeMs) : null,
          name,
        ),
      }],
    });
    if (done?.changed === 1) return text;
    throw new NotUniqueError("_keys", ["name"]);
  }

  /** Resolves to the keys, by their names. */
  async list(): Promise<readonly KeyInfo[]> {
    const rows = await this.#engine.read({
      sql: `SELECT * FROM "_keys" ORDER BY name`,
      values: [],
    });
    return rows.map(keyInfoOf);
  }

  /** Ends a key; resolves to whether there was one. */
  async revoke(name: string): Promise<boolean> {
    const { steps: [done] } = await this.#engine.write({
      steps: [{
        kind: "run",
        statement: run(`DELETE FROM "_keys" WHERE name = ? RETURNING *`, name),
      }],
    });
    const [row] = done?.rows ?? [];
    if (row === undefined) return false;
    const owner = keyOwner(name, keyInfoOf(row).as);
    this.#sessions.end({ key: name }, { owner, id: name });
    return true;
  }
}
