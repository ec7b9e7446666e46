/**
 * Who offers what: references under typed keys, for those who do not know
 * each other. An actor that stops is taken out by itself.
 *
 * @module
 */
import { BaseCell } from "./base_cell.ts";
import type { ActorRef } from "./ref.ts";

/** What a registry has under a key; set by the key's class, for this file. */
let entryOf: <M>(key: RegistryKey<M>, registry: Registry) => Entry<M>;

/**
 * A name for actors that take messages of type `M`, all of them: who takes
 * some only cannot be put under it.
 *
 * @example
 * ```ts
 * import { RegistryKey } from "@troupe/troupe";
 *
 * export const printers = new RegistryKey<string>("printer");
 * ```
 */
export class RegistryKey<in out M> {
  /** For people: keys are equal only if they are the same object. */
  readonly name: string;
  readonly #entries = new WeakMap<Registry, Entry<M>>();

  static {
    entryOf = (key, registry) => {
      let entry = key.#entries.get(registry);
      if (entry === undefined) key.#entries.set(registry, entry = new Entry());
      return entry;
    };
  }

  /** A key of its own, whatever its name. */
  constructor(name: string) {
    this.name = name;
  }
}

/** Receives all actors of a key, oldest first. */
export type RegistryListener<M> = (refs: readonly ActorRef<M>[]) => void;

/** What one registry has under one key. */
class Entry<in out M> {
  /** The actors, each with what takes it out again. */
  readonly refs: Map<ActorRef<M>, () => void> = new Map();
  readonly listeners: Set<RegistryListener<M>> = new Set();

  changed(): void {
    for (const listener of this.listeners) this.tell(listener);
  }

  /** Tells what is there now: a listener before this one may have changed it. */
  tell(listener: RegistryListener<M>): void {
    try {
      listener([...this.refs.keys()]);
    } catch (error) {
      console.error("A listener of the registry threw:", error);
    }
  }
}

/**
 * The actors of one system, by key; several may offer the same.
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
   * Puts an actor under a key until it stops or the result is disposed. When
   * it is there already, or has stopped, nothing happens, then or at disposal.
   *
   * @throws {TypeError} when `ref` is no actor.
   */
  register<M>(key: RegistryKey<M>, ref: ActorRef<NoInfer<M>>): Disposable {
    if (!(ref instanceof BaseCell)) {
      throw new TypeError("Cannot register: the reference is not to an actor");
    }
    const entry = entryOf(key, this);
    const remove = (): void => {
      if (entry.refs.get(ref) !== remove) return;
      entry.refs.delete(ref);
      ref.offGone(remove);
      entry.changed();
    };
    if (ref.alive && !entry.refs.has(ref)) {
      entry.refs.set(ref, remove);
      // Not by its promise: who is told that it is gone finds it gone.
      ref.onGone(remove);
      entry.changed();
    }
    return { [Symbol.dispose]: remove };
  }

  /** All actors under a key, oldest first. */
  list<M>(key: RegistryKey<M>): readonly ActorRef<M>[] {
    return [...entryOf(key, this).refs.keys()];
  }

  /** The oldest actor under a key, if any. */
  find<M>(key: RegistryKey<M>): ActorRef<M> | undefined {
    return entryOf(key, this).refs.keys().next().value;
  }

  /**
   * Calls `listener` with all actors under a key, now and whenever they
   * change, until the result is disposed. One that throws is reported on
   * stderr and stays subscribed.
   */
  subscribe<M>(
    key: RegistryKey<M>,
    listener: RegistryListener<M>,
  ): Disposable {
    const entry = entryOf(key, this);
    // Wrapped, so that one function may subscribe twice.
    const subscriber: RegistryListener<M> = (refs) => listener(refs);
    entry.listeners.add(subscriber);
    entry.tell(subscriber);
    return { [Symbol.dispose]: () => void entry.listeners.delete(subscriber) };
  }
}
