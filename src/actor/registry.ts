/**
 * Who offers what: references under typed keys, for those who do not know
 * each other. An actor that stops is taken out by itself.
 *
 * @module
 */
import type { ActorRef } from "./ref.ts";

/** What a registry has under a key; set by the key's class, for this file. */
let entryOf: <M>(key: RegistryKey<M>, registry: Registry) => Entry<M>;

/** A name for actors that take messages of type `M`. */
export class RegistryKey<in M> {
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
class Entry<in M> {
  readonly refs: Set<ActorRef<M>> = new Set<ActorRef<M>>();
  readonly listeners: Set<RegistryListener<M>> = new Set<RegistryListener<M>>();

  changed(): void {
    const refs = [...this.refs];
    for (const listener of this.listeners) listener(refs);
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
   * Puts an actor under a key until it stops or the result is disposed.
   * Nothing happens when it is there already, or has stopped.
   */
  register<M>(key: RegistryKey<M>, ref: ActorRef<M>): Disposable {
    const entry = entryOf(key, this);
    const remove = (): void => {
      if (entry.refs.delete(ref)) entry.changed();
    };
    if (ref.alive && !entry.refs.has(ref)) {
      entry.refs.add(ref);
      ref.stopped.then(remove);
      entry.changed();
    }
    return { [Symbol.dispose]: remove };
  }

  /** All actors under a key, oldest first. */
  list<M>(key: RegistryKey<M>): readonly ActorRef<M>[] {
    return [...entryOf(key, this).refs];
  }

  /** The oldest actor under a key, if any. */
  find<M>(key: RegistryKey<M>): ActorRef<M> | undefined {
    return entryOf(key, this).refs.values().next().value;
  }

  /**
   * Calls `listener` with all actors under a key, now and whenever they
   * change, until the result is disposed.
   */
  subscribe<M>(
    key: RegistryKey<M>,
    listener: RegistryListener<M>,
  ): Disposable {
    const { listeners, refs } = entryOf(key, this);
    // Wrapped, so that one function may subscribe twice.
    const entry: RegistryListener<M> = (refs) => listener(refs);
    listeners.add(entry);
    entry([...refs]);
    return { [Symbol.dispose]: () => void listeners.delete(entry) };
  }
}
