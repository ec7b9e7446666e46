/**
 * What the page says of a session: pure decisions.
 *
 * @module
 */
import type { SessionFacts, ViewerFacts } from "./session_facts.ts";

const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000]] as const;

/** Returns how long ago something was, in its largest unit. */
export function ago(ms: number): string {
  const unit = UNITS.find(([, size]) => ms >= size);
  return unit === undefined
    ? "a moment ago"
    : `${Math.floor(ms / unit[1])} ${unit[0]} ago`;
}

/** Returns what a session is called: by its title, its program or its command. */
export function nameOf({ title, foreground, command }: SessionFacts): string {
  return title || foreground || command;
}

/** Returns what there is to say of a session besides its name. */
export function detailsOf(session: SessionFacts, now: number): string[] {
  const { command, foreground, directory, createdAt, exit } = session;
  const name = nameOf(session);
  const program = foreground === "" || foreground === command
    ? command
    : `${foreground} in ${command}`;
  return [
    ...(program === name ? [] : [program]),
    ...(directory === "" ? [] : [directory]),
    `started ${ago(now - createdAt)}`,
    ...(exit === undefined
      ? [`${session.columns}×${session.rows}`, viewersOf(session)]
      : [ended(session, now)]),
  ];
}

/** Viewers who are named one by one; of more, their number is enough. */
const NAMED = 3;

function viewersOf({ viewers, controllers, attached }: SessionFacts): string {
  if (viewers + controllers === 0) return "nobody is looking";
  if (attached.length > 0 && attached.length <= NAMED) {
    return attached.map(nameOfViewer).join(", ");
  }
  return [
    ...(controllers > 0 ? [`${controllers} in control`] : []),
    ...(viewers > 0 ? [`${viewers} watching`] : []),
  ].join(", ");
}

function nameOfViewer({ name, isInControl, isHidden }: ViewerFacts): string {
  const role = isInControl ? "in control" : "watching";
  return `${name || "somebody"} ${role}${isHidden ? " in the background" : ""}`;
}

function ended({ exit, endedAt }: SessionFacts, now: number): string {
  const how = exit?.signal !== undefined
    ? `ended by ${exit.signal}`
    : `ended with code ${exit?.code ?? "unknown"}`;
  return endedAt === undefined ? how : `${how} ${ago(now - endedAt)}`;
}

/** Returns how long programs run without a viewer, in words. */
export function graceWords(graceMs: unknown): string {
  if (typeof graceMs !== "number") {
    return "Programs keep running when nobody views them.";
  }
  const minutes = Number((graceMs / 60_000).toFixed(1));
  return `Programs keep running for ${minutes} min when nobody views them.`;
}
