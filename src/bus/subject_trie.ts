/**
 * What is kept by pattern, and found by subject: a tree of tokens, with a
 * bounded cache of what was found.
 *
 * @module
 */

/** Subjects that are remembered with what they match. */
const CACHED_SUBJECTS = 4096;

/** The items below one sequence of tokens. */
class Node<I> {
  readonly children = new Map<string, Node<I>>();
  /** Items whose pattern ends here. */
  readonly items = new Set<I>();

  get isEmpty(): boolean {
    return this.children.size === 0 && this.items.size === 0;
  }
}

/**
 * Items by pattern. What they come to for a subject, such as those that are in
 * groups apart from the others, is made once and kept until an item is added or
 * removed that matches.
 *
 * @typeParam I What is kept, such as a subscription.
 * @typeParam M What the items that match a subject come to.
 */
export class SubjectTrie<I, M = readonly I[]> {
  readonly #collect: (items: readonly I[]) => M;
  readonly #root = new Node<I>();
  readonly #cache = new Map<string, M>();
  #size = 0;

  /**
   * Creates an empty trie.
   *
   * @param collect Makes what is kept for a subject of the items that match, in
   * no order.
   */
  constructor(collect: (items: readonly I[]) => M) {
    this.#collect = collect;
  }

  /** Number of items, each counted once for each pattern. */
  get size(): number {
    return this.#size;
  }

  /** Subjects whose matches are remembered. */
  get cachedSubjects(): number {
    return this.#cache.size;
  }

  /**
   * Adds an item to a valid pattern. Returns whether it was not there.
   */
  add(pattern: string, item: I): boolean {
    let node = this.#root;
    for (const token of pattern.split(".")) {
      let child = node.children.get(token);
      if (child === undefined) {
        child = new Node();
        node.children.set(token, child);
      }
      node = child;
    }
    if (node.items.has(item)) return false;
    node.items.add(item);
    this.#size++;
    this.#forget(pattern);
    return true;
  }

  /** Removes an item from a pattern. Returns whether it was there. */
  delete(pattern: string, item: I): boolean {
    const path: [parent: Node<I>, token: string][] = [];
    let node = this.#root;
    for (const token of pattern.split(".")) {
      const child = node.children.get(token);
      if (child === undefined) return false;
      path.push([node, token]);
      node = child;
    }
    if (!node.items.delete(item)) return false;
    this.#size--;
    for (const [parent, token] of path.reverse()) {
      if (parent.children.get(token)?.isEmpty !== true) break;
      parent.children.delete(token);
    }
    this.#forget(pattern);
    return true;
  }

  /** Removes all items. */
  clear(): void {
    this.#root.children.clear();
    this.#cache.clear();
    this.#size = 0;
  }

  /** Returns what is remembered for a subject, if anything is. */
  cached(subject: string): M | undefined {
    return this.#cache.get(subject);
  }

  /** Returns what the items come to whose patterns match a valid subject. */
  match(subject: string): M {
    const cached = this.#cache.get(subject);
    if (cached !== undefined) return cached;
    const items: I[] = [];
    this.#find(this.#root, subject.split("."), 0, items);
    const matched = this.#collect(items);
    // It all goes at once, so that finding the oldest costs nothing each time.
    if (this.#cache.size >= CACHED_SUBJECTS) this.#cache.clear();
    this.#cache.set(subject, matched);
    return matched;
  }

  #find(
    node: Node<I>,
    tokens: readonly string[],
    index: number,
    items: I[],
  ): void {
    const token = tokens[index];
    if (token === undefined) {
      for (const item of node.items) items.push(item);
      return;
    }
    const { children } = node;
    const rest = children.get(">");
    if (rest !== undefined) { for (const item of rest.items) items.push(item); }
    const exact = children.get(token);
    if (exact !== undefined) this.#find(exact, tokens, index + 1, items);
    const any = children.get("*");
    if (any !== undefined) this.#find(any, tokens, index + 1, items);
  }

  #forget(pattern: string): void {
    const hasWildcard = pattern.includes("*") || pattern.includes(">");
    if (hasWildcard) this.#cache.clear();
    else this.#cache.delete(pattern);
  }
}
