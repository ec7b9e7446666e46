import type { AuthMail } from "../../../src/store/auth/auth_mail.ts";
import {
  type AuthOptions,
  resolveAuthOptions,
} from "../../../src/store/auth/auth_options.ts";
import {
  type AuthParts,
  openAuthParts,
} from "../../../src/store/auth/auth_parts.ts";
import { StoreAuth } from "../../../src/store/auth/store_auth.ts";
import type { Row } from "../../../src/store/engine/engine.ts";
import { momentText } from "../../../src/store/schema/moment.ts";
import { newRecordId } from "../../../src/store/schema/record_id.ts";
import { recordOf } from "../../../src/store/schema/record_row.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { collections, CountedEngine, sharedEngine } from "./counted_engine.ts";

export const PASSWORD = "correct horse battery staple";

/** Authentication on a clock that a test moves. */
export interface Fixture extends AsyncDisposable {
  readonly tables: CountedEngine;
  readonly clock: ManualClock;
  readonly auth: StoreAuth;
  readonly parts: AuthParts;
  /** The mails that were sent. */
  readonly mails: AuthMail[];
  /** Adds an account with a password, and returns its id. */
  addUser(email: string, row?: Row, collection?: string): Promise<string>;
}

const engine = await sharedEngine();

/** Opens authentication, with no accounts but those that the test adds. */
export async function openAuth(
  options: AuthOptions = {},
): Promise<Fixture> {
  const tables = new CountedEngine(engine);
  const own = ["_sessions", "_mail_tokens", "_keys"];
  for (const name of [...collections.map(({ name }) => name), ...own]) {
    await tables.query(`DELETE FROM "${name}"`);
  }
  return reopenAuth(options, tables, new ManualClock());
}

/** Opens authentication once more, on what another one has stored. */
export function reopenAuth(
  options: AuthOptions,
  tables: CountedEngine,
  clock: ManualClock,
): Fixture {
  const mails: AuthMail[] = [];
  const parts = openAuthParts(
    {
      engine: tables.engine,
      collections,
      readRecord: recordOf,
      clock,
    },
    resolveAuthOptions({ onMail: (mail) => void mails.push(mail), ...options }),
  );
  const auth = new StoreAuth(parts);
  return {
    tables,
    clock,
    auth,
    parts,
    mails,
    async addUser(email, row = {}, collection = "users") {
      const id = newRecordId();
      const now = momentText(Date.now());
      const hidden = await parts.passwords.columnsOf(PASSWORD);
      await tables.engine.write({
        steps: [{
          kind: "create",
          collection,
          row: {
            id,
            created: now,
            updated: now,
            email,
            emailVisibility: 0n,
            verified: 0n,
            ...(collection === "_superusers" ? {} : { name: "" }),
            ...hidden,
            ...row,
          },
        }],
      });
      return id;
    },
    async [Symbol.asyncDispose]() {
      await auth.close();
    },
  };
}
