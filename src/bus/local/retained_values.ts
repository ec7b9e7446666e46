/**
 * The last values of subjects, within bounds, found by pattern.
 *
 * @module
 */
import { BusLimitError } from "../errors.ts";
import type { Payload } from "../payload.ts";

/** What is kept of one subject. */
export interface RetainedValue {
  readonly subject: string;
  readonly payload: Payload;
  /** The bytes of the subject and of the encoded value. */
  readonly bytes: number;
}

/** The values below one sequence of tokens. */
interface Node {
  readonly children: Map<string, Node>;
  value: RetainedValue | undefined;
}

/** The bounds of retained values. */
export interface RetainedLimits {
  readonly maxRetained: number;
  readonly maxRetainedBytes: number;
}

/** The values that the subjects of a bus have retained. */
export class RetainedValues {
  readonly #limits: RetainedLimits;
  readonly #root = newNode();
  #size = 0;
  #bytes = 0;

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  /** Subjects that have one. */
  get size(): number {
    return this.#size;
  }

  /** Their bytes, of subjects and encoded values. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Keeps a value in place of the one before. It is encoded, if it was not yet,
   * so that its bytes are known.
   *
   * @throws {CodecError} if it cannot be encoded.
   * @throws {BusLimitError} if there is no room, and keeps what it had.
   */
  set(subject: string, payload: Payload): void {
    const bytes = subject.length + payload.bytes.length;
    const node = this.#nodeOf(subject);
    const before = node?.value;
    const size = this.#size + (before === undefined ? 1 : 0);
    const allBytes = this.#bytes + bytes - (before?.bytes ?? 0);
    const { maxRetained, maxRetainedBytes } = this.#limits;
    if (size > maxRetained || allBytes > maxRetainedBytes) {
      throw new BusLimitError(
        `Cannot retain a value on ${subject}: there would be ${size} of ${allBytes} bytes, there may be ${maxRetained} of ${maxRetainedBytes} bytes, clear some or raise maxRetained and maxRetainedBytes`,
      );
    }
    this.#makeNode(subject).value = { subject, payload, bytes };
    this.#size = size;
    this.#bytes = allBytes;
  }

  /** Forgets the value of a subject, if it has one. */
  delete(subject: string): void {
    const path: [parent: Node, token: string][] = [];
    let node = this.#root;
    for (const token of subject.split(".")) {
      const child = node.children.get(token);
      if (child === undefined) return;
      path.push([node, token]);
      node = child;
    }
    if (node.value === undefined) return;
    this.#size--;
    this.#bytes -= node.value.bytes;
    node.value = undefined;
    for (const [parent, token] of path.reverse()) {
      const child = parent.children.get(token);
      if (child === undefined || child.value !== undefined) break;
      if (child.children.size > 0) break;
      parent.children.delete(token);
    }
  }

  /** Returns the values of all subjects that a valid pattern matches. */
  matching(pattern: string): readonly RetainedValue[] {
    const found: RetainedValue[] = [];
    if (this.#size > 0) find(this.#root, pattern.split("."), 0, found);
    return found;
  }

  #nodeOf(subject: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const token of subject.split(".")) {
      node = node?.children.get(token);
    }
    return node;
  }

  #makeNode(subject: string): Node {
    let node = this.#root;
    for (const token of subject.split(".")) {
      let child = node.children.get(token);
      if (child === undefined) {
        child = newNode();
        node.children.set(token, child);
      }
      node = child;
    }
    return node;
  }
}

function newNode(): Node {
  return { children: new Map(), value: undefined };
}

function find(
  node: Node,
  tokens: readonly string[],
  index: number,
  found: RetainedValue[],
): void {
  const token = tokens[index];
  if (token === undefined) {
    if (node.value !== undefined) found.push(node.value);
  } else if (token === ">") {
    for (const child of node.children.values()) findAll(child, found);
  } else if (token === "*") {
    for (const child of node.children.values()) {
      find(child, tokens, index + 1, found);
    }
  } else {
    const child = node.children.get(token);
    if (child !== undefined) find(child, tokens, index + 1, found);
  }
}

function findAll(node: Node, found: RetainedValue[]): void {
  if (node.value !== undefined) found.push(node.value);
  for (const child of node.children.values()) findAll(child, found);
}
