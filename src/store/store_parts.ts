/**
 * What an open store is made of: its folders meet here.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import {
  checkOptionNames,
  checkString,
  closestName,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import type { AuthRecords } from "./auth/auth_records.ts";
import type { StoreAuth } from "./auth/store_auth.ts";
import type { Engine } from "./engine/engine.ts";
import type { StoredFiles } from "./files/stored_files.ts";
import type { EngineSettings } from "./engine/engine_settings.ts";
import { RuleRefusedError, StoreError } from "./errors.ts";
import type { StoreHttpOptions } from "./http/options.ts";
import { serveStore, type StoreServing } from "./http/serve_store.ts";
import type { StoreHandler } from "./http/store_handler.ts";
import {
  type ChangeSubscription,
  HubSubscription,
} from "./realtime/change_subscription.ts";
import { parsePosition } from "./realtime/position.ts";
import { hubOf } from "./realtime/hub_of.ts";
import { storeView } from "./realtime/store_view.ts";
import { watchAccount } from "./realtime/watch_account.ts";
import type { SubscribeOptions } from "./store.ts";
import { OpenWork } from "./open_work.ts";
import type { QuerySchema } from "./query/query_schema.ts";
import {
  CollectionRecords,
  type Executor,
  type RecordOptions,
  type Records,
} from "./records.ts";
import { Access } from "./rules/access.ts";
import type { RuleBook } from "./rules/rule_book.ts";
import type { RuleRequest } from "./rules/rule_request.ts";
import type { Collection } from "./schema/collection.ts";
import type { Identity } from "./schema/identity.ts";
import type { SlowQueries } from "./slow_queries.ts";
import type { StoredFunctions } from "./store_options.ts";
import { checkedInput } from "./stored_function.ts";

/** What a store is made of. */
export interface StorePartsOptions {
  readonly engine: Engine;
  /** What the engine was opened with. */
  readonly settings: EngineSettings;
  /** All collections by name, that of superusers included. */
  readonly collections: ReadonlyMap<string, Collection>;
  readonly schema: QuerySchema;
  readonly rules: RuleBook;
  readonly accounts: AuthRecords;
  readonly auth: StoreAuth;
  readonly files: StoredFiles;
  readonly functions: StoredFunctions;
  readonly http: StoreHttpOptions;
  readonly queries: SlowQueries;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const SUBSCRIBE: OptionNames<SubscribeOptions> = {
  id: true,
  filter: true,
  expand: true,
  after: true,
};

/** What a stored function does is part of its call. */
const WITHIN: Disposable = { [Symbol.dispose]() {} };

/** An open store, without the types of its collections. */
export class StoreParts {
  readonly engine: Engine;
  readonly settings: EngineSettings;
  readonly collections: ReadonlyMap<string, Collection>;
  readonly auth: StoreAuth;
  readonly files: StoredFiles;
  readonly schema: QuerySchema;
  readonly rules: RuleBook;
  readonly accounts: AuthRecords;
  readonly queries: SlowQueries;
  readonly clock: Clock;
  readonly now: () => number;
  readonly #options: StorePartsOptions;
  readonly #work = new OpenWork();
  #serving: StoreServing | undefined;

  constructor(options: StorePartsOptions) {
    this.engine = options.engine;
    this.settings = options.settings;
    this.collections = options.collections;
    this.auth = options.auth;
    this.files = options.files;
    this.schema = options.schema;
    this.rules = options.rules;
    this.accounts = options.accounts;
    this.queries = options.queries;
    this.clock = options.clock;
    this.now = options.now;
    this.#options = options;
  }

  /** Returns what somebody may do now. */
  access(who: Identity | "program", request?: RuleRequest): Access {
    const { rules, schema, now } = this.#options;
    return new Access({ rules, schema, who, now: new Date(now()), request });
  }

  /**
   * Returns the records of a collection, as somebody uses them.
   *
   * @param request What rules may know of the request beside what it writes.
   * @throws {StoreError} if the store does not have the collection.
   */
  records<C extends Collection>(
    of: C,
    who: Identity | "program",
    request?: RuleRequest,
  ): Records<C> {
    return this.#records(of, who, request, this.engine, this.#begin);
  }

  readonly #begin = (): Disposable => this.#work.begin();

  #records<C extends Collection>(
    of: C,
    who: Identity | "program",
    request: RuleRequest | undefined,
    executor: Executor,
    begin: () => Disposable,
  ): Records<C> {
    const { collections, accounts, files, now } = this.#options;
    return new CollectionRecords(this.#known(of), {
      executor,
      // An upload is noted by the writer, which a transaction has for itself.
      files: executor === this.engine ? files : undefined,
      collections,
      access: (body) =>
        this.access(who, body === undefined ? request : { ...request, body }),
      who,
      accounts,
      now,
      begin,
      queries: executor === this.engine ? this.queries : undefined,
    });
  }

  /** Its interface for others, once somebody asks for it. */
  get handler(): StoreHandler {
    return (this.#serving ??= serveStore(this, this.#options.http)).handler;
  }

  /** Follows the changes of a collection, as somebody sees them. */
  subscribe(
    of: Collection,
    options: SubscribeOptions,
    who: Identity | "program",
  ): ChangeSubscription<Readonly<Record<string, unknown>>> {
    checkOptionNames("subscribe()", options, SUBSCRIBE);
    const { id, filter = "", expand = "", after } = options;
    const { name } = this.#known(of);
    for (const [option, value] of Object.entries(options)) {
      if (value !== undefined) checkString(option, value);
    }
    const position = after === undefined ? undefined : parsePosition(after);
    if (after !== undefined && position === undefined) {
      throw new TypeError(
        `Cannot use after: it is ${
          shown(after)
        }, it must be the cursor of a change or of the store`,
      );
    }
    const topic = { name, collection: name, id, filter, expand, fields: "" };
    const topicFor = (who: Identity | "program") => ({
      name,
      view: storeView(this, topic, who),
    });
    const subscription = new HubSubscription(
      hubOf(this),
      topicFor(who),
      position,
    );
    if (who !== "program" && who?.kind === "record") {
      subscription.belongTo((changed, end) =>
        watchAccount(this, who, {
          changed: (now) => changed(topicFor(now)),
          deleted: () => end("identity_changed"),
        })
      );
    }
    return subscription;
  }

  #known<C extends Collection>(of: C): C {
    if (this.collections.get(of?.name) === of) return of;
    throw new StoreError(
      `Cannot use collection ${of?.name}: the store does not have it, list it in the options of store()`,
    );
  }

  /** The names of its stored functions. */
  get functionNames(): readonly string[] {
    return Object.keys(this.#options.functions);
  }

  /** How it is served over HTTP. */
  get http(): StoreHttpOptions {
    return this.#options.http;
  }

  /** Returns whether the store has a stored function. */
  hasFunction(name: string): boolean {
    return Object.hasOwn(this.#options.functions, name);
  }

  /** Calls a stored function, in a transaction of its own. */
  async call(
    name: string,
    input: unknown,
    who: Identity | "program",
    { signal }: RecordOptions,
  ): Promise<unknown> {
    checkString("name", name);
    using _work = this.#work.begin();
    const { functions } = this.#options;
    const of = this.hasFunction(name) ? functions[name] : undefined;
    if (of === undefined) {
      const meant = closestName(name, Object.keys(functions));
      throw new StoreError(
        `Cannot call ${name}: the store has no such function${
          meant === undefined ? "" : `, did you mean ${meant}?`
        }`,
      );
    }
    if (who !== "program" && !of.allow(who)) {
      throw new RuleRefusedError(
        `Cannot call ${name}: who asks may not, see allow of the function`,
      );
    }
    const checked = await checkedInput(name, of, input);
    return await this.engine.transaction(async (tx) =>
      await of.run({
        identity: who === "program" ? null : who,
        signal: tx.signal,
        collection: (one) =>
          this.#records(one, "program", undefined, tx, () => WITHIN),
      }, checked), {
      timeoutMs: of.timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Ends it in order: what it was asked is done. */
  async close(): Promise<void> {
    await this.#work.close();
    this.#serving?.[Symbol.dispose]();
    await this.files.close();
    await this.auth.close();
    await this.engine.close();
  }
}
