/**
 * What the server tells of a session.
 *
 * @module
 */

/** A session in the list. */
export interface SessionFacts {
  readonly id: string;
  readonly command: string;
  /** Whether this browser may control or watch it. */
  readonly role: string;
  /** Title that the program has set; empty without one. */
  readonly title: string;
  /** Directory of the program in the foreground; empty if unknown. */
  readonly directory: string;
  /** Name of the program in the foreground; empty if unknown. */
  readonly foreground: string;
  /** When it was started, in milliseconds since 1970. */
  readonly createdAt: number;
  /** When its program has ended; `undefined` while it runs. */
  readonly endedAt: number | undefined;
  /** How it has ended; `undefined` while it runs. */
  readonly exit:
    | { readonly code?: number; readonly signal?: string }
    | undefined;
  readonly columns: number;
  readonly rows: number;
  /** How many watch, and how many are in control. */
  readonly viewers: number;
  readonly controllers: number;
  /** Those of them whom the server names. */
  readonly attached: readonly ViewerFacts[];
}

/** A viewer of a session. */
export interface ViewerFacts {
  /** What it calls itself; may be empty. */
  readonly name: string;
  readonly isInControl: boolean;
  /** Whether nobody can see it. */
  readonly isHidden: boolean;
}

/** Returns the fields of an object; none for anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Reads the list of sessions. */
export function sessionsOf(value: unknown): readonly SessionFacts[] {
  if (!Array.isArray(value)) return [];
  return value.map(fieldsOf).map((fields): SessionFacts => ({
    id: textOf(fields["id"]),
    command: textOf(fields["command"]),
    role: textOf(fields["role"]),
    title: textOf(fields["title"]),
    directory: textOf(fields["directory"]),
    foreground: textOf(fields["foreground"]),
    createdAt: Date.parse(textOf(fields["createdAt"])),
    endedAt: typeof fields["endedAt"] === "string"
      ? Date.parse(fields["endedAt"])
      : undefined,
    exit: fields["exit"] === null ? undefined : exitOf(fields["exit"]),
    columns: numberOf(fields["columns"]),
    rows: numberOf(fields["rows"]),
    viewers: numberOf(fields["viewers"]),
    controllers: numberOf(fields["controllers"]),
    attached: viewersOf(fields["attached"]),
  }));
}

function viewersOf(value: unknown): readonly ViewerFacts[] {
  if (!Array.isArray(value)) return [];
  return value.map(fieldsOf).map(({ name, role, hidden }) => ({
    name: textOf(name),
    isInControl: role === "control",
    isHidden: hidden === true,
  }));
}

function exitOf(value: unknown): SessionFacts["exit"] {
  const { code, signal } = fieldsOf(value);
  return {
    ...(typeof code === "number" ? { code } : {}),
    ...(typeof signal === "string" ? { signal } : {}),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
