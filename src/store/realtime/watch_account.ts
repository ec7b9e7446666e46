/**
 * The account of somebody who follows changes in the same process.
 *
 * @module
 */
import type { Identity } from "../schema/identity.ts";
import { recordOf } from "../schema/record_row.ts";
import type { StoreParts } from "../store_parts.ts";

/** An account, as rules know it. */
export type AccountIdentity = Extract<Identity, { readonly kind: "record" }>;

/** What is done when an account is another one by now. */
export interface AccountWatcher {
  /** Takes the account with its record as it is by now. */
  changed(now: AccountIdentity): void;
  /** Notes that the account is gone. */
  deleted(): void;
}

/** Watches an account, as its rules may mean others when it has changed. */
export function watchAccount(
  { engine, collections }: StoreParts,
  who: AccountIdentity,
  watcher: AccountWatcher,
): Disposable {
  return engine.subscribe((changes) => {
    for (const { collection: name, id, kind, record } of changes) {
      if (id !== who.id || name !== who.collection) continue;
      const collection = collections.get(name);
      if (kind === "delete") watcher.deleted();
      else if (collection !== undefined && record !== null) {
        watcher.changed({ ...who, record: recordOf(collection, record) });
      }
    }
  });
}
