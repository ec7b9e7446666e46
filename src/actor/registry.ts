/**
 * References under typed keys, for actors that do not know each other. An actor
 * that stops is removed automatically.
 *
 * @module
 */
import {
  checkFunction,
  checkNoArguments,
  checkString,
  shown,
} from "../checks/internal.ts";
import { checkRef } from "./argument_checks.ts";
import { callGuarded, report } from "./guard.ts";
import type { ActorRef } from "./ref.ts";

/** Returns the entry of a key; set by the key's class, for this file. */
let entryOf: <M>(key: RegistryKey<M>, registry: Registry) => Entry<M>;

/**
 * A key for actors that accept every message of type `M`. An actor that accepts
 * some of them only cannot be registered under it.
 *
 * @example
 * ```ts
 * import { RegistryKey } from "@troupe/troupe";
 *
 * export const printers = new RegistryKey<string>("printer");
 * ```
 */
export class RegistryKey<in out M> {
  /** A name for people; two keys with the same name are still different. */
  readonly name: string;
  readonly #entries = new WeakMap<Registry, Entry<M>>();

  static {
    entryOf = (key, registry) => {
      if (typeof key !== "object" || key === null || !(#entries in key)) {
        throw new TypeError(
          `Cannot use key: it is ${
            shown(key)
          }, it must be a key, such as new RegistryKey("printer")`,
        );
      }
      let entry = key.#entries.get(registry);
      if (entry === undefined) key.#entries.set(registry, entry = new Entry());
      return entry;
    };
  }

  /**
   * Creates a key, different from all others whatever its name.
   *
   * @throws {TypeError} if the name is not a string.
   */
  constructor(name: string) {
    checkString("name", name);
    this.name = name;
  }
}

/** Called with all actors under a key, oldest first. */
export type RegistryListener<M> = (refs: readonly ActorRef<M>[]) => void;

/** The actors and listeners of one registry under one key. */
class Entry<in out M> {
  /** The actors, each with the function that removes it. */
  readonly refs: Map<ActorRef<M>, () => void> = new Map();
  readonly listeners: Set<RegistryListener<M>> = new Set();

  /** Returns the actors that are not gone, oldest first. */
  present(): readonly ActorRef<M>[] {
    return [...this.refs.keys()].filter(({ alive }) => alive);
  }

  changed(): void {
    for (const listener of this.listeners) this.notify(listener);
  }

  /**
   * Passes on the current actors: an earlier listener may have changed them.
   */
  notify(listener: RegistryListener<M>): void {
    callGuarded(
      () => listener(this.present()),
      (error) => report("A listener to the registry threw:", error),
    );
  }
}

/**
 * The actors of one system by key; several actors may share a key.
 *
 * @example
 * ```ts
 * import { ActorSystem, RegistryKey } from "@troupe/troupe";
 *
 * const printers = new RegistryKey<string>("printer");
 *
 * await using system = new ActorSystem();
 * const printer = system.spawn<string>(() => ({ receive: console.log }));
 * system.registry.register(printers, printer);
 * system.registry.find(printers)?.tell("hello");
 * ```
 */
export class Registry {
  /**
   * Creates a registry without actors; a system has one already.
   *
   * @throws {TypeError} if an argument is given: there are none.
   */
  constructor() {
    checkNoArguments("Registry", arguments);
  }

  /**
   * Registers an actor under a key until it stops or the returned object is
   * disposed. If it is registered already, or has stopped, nothing happens, now
   * or at disposal.
   *
   * @throws {TypeError} if `key` is not a key, or `ref` not a reference to an
   * actor.
   */
  register<M>(key: RegistryKey<M>, ref: ActorRef<NoInfer<M>>): Disposable {
    checkRef("ref", ref);
    const entry = entryOf(key, this);
    const remove = (): void => {
      if (entry.refs.get(ref) !== remove) return;
      entry.refs.delete(ref);
      ref.offGone(remove);
      entry.changed();
    };
    if (ref.alive && !entry.refs.has(ref)) {
      entry.refs.set(ref, remove);
      // Not by its promise: a watcher that is notified must not find it here.
      ref.onGone(remove);
      entry.changed();
    }
    return { [Symbol.dispose]: remove };
  }

  /** Returns all actors under a key, oldest first. */
  list<M>(key: RegistryKey<M>): readonly ActorRef<M>[] {
    return entryOf(key, this).present();
  }

  /** Returns the oldest actor under a key, if any. */
  find<M>(key: RegistryKey<M>): ActorRef<M> | undefined {
    // One that has just ended may be under other keys for another instant.
    for (const ref of entryOf(key, this).refs.keys()) {
      if (ref.alive) return ref;
    }
    return undefined;
  }

  /**
   * Calls `listener` with all actors under a key, now and at every change,
   * until the returned object is disposed. A listener that throws, or whose
   * promise rejects, is reported on stderr and stays subscribed.
   */
  subscribe<M>(
    key: RegistryKey<M>,
    listener: RegistryListener<M>,
  ): Disposable {
    checkFunction("listener", listener);
    const entry = entryOf(key, this);
    // Wrapped, so that one function may subscribe twice.
    const subscriber: RegistryListener<M> = (refs) => listener(refs);
    entry.listeners.add(subscriber);
    entry.notify(subscriber);
    return { [Symbol.dispose]: () => void entry.listeners.delete(subscriber) };
  }
}
