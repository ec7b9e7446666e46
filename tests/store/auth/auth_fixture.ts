import type { Clock } from "../../../src/actor/mod.ts";
import type { AuthMail } from "../../../src/store/auth/auth_mail.ts";
import {
  type AuthOptions,
  resolveAuthOptions,
} from "../../../src/store/auth/auth_options.ts";
import { openAuthParts } from "../../../src/store/auth/auth_parts.ts";
import { superusers } from "../../../src/store/auth/auth_tables.ts";
import { StoreAuth } from "../../../src/store/auth/store_auth.ts";
import type { Row } from "../../../src/store/engine/engine.ts";
import {
  authCollection,
  type Collection,
} from "../../../src/store/schema/collection.ts";
import { text } from "../../../src/store/schema/fields.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { TableEngine } from "./table_engine.ts";

export const users: Collection = authCollection("users", {
  fields: { name: text() },
});
export const clients: Collection = authCollection("clients", {
  fields: { name: text() },
});
export const PASSWORD = "correct horse battery staple";

/** Authentication over tables in memory, with an account. */
export interface Fixture extends AsyncDisposable {
  readonly tables: TableEngine;
  readonly clock: ManualClock;
  readonly auth: StoreAuth;
  /** The mails that were sent. */
  readonly mails: AuthMail[];
  /** Adds an account with a password, and returns its id. */
  addUser(email: string, row?: Row, collection?: string): Promise<string>;
}

let ids = 0;

/** Opens authentication on a clock that stands. */
export async function openAuth(
  options: AuthOptions = {},
  tables: TableEngine = new TableEngine(),
  clock: ManualClock = new ManualClock(),
): Promise<Fixture> {
  const mails: AuthMail[] = [];
  const parts = await openAuthParts(
    {
      engine: tables.engine,
      collections: [users, clients, superusers],
      readRecord: (_, row) => ({ ...row, verified: row["verified"] === 1 }),
      clock: clock as Clock,
    },
    resolveAuthOptions({ onMail: (mail) => void mails.push(mail), ...options }),
  );
  const auth = new StoreAuth(parts);
  return {
    tables,
    clock,
    auth,
    mails,
    async addUser(email, row = {}, collection = "users") {
      const id = `account${String(ids++).padStart(8, "0")}`;
      const hidden = await auth.passwordColumns(PASSWORD);
      await tables.engine.write({
        steps: [{
          kind: "create",
          collection,
          row: {
            id,
            email,
            emailVisibility: 0,
            verified: 0,
            name: "",
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
