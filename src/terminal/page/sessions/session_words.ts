/**
 * What the page says of a session: pure decisions.
 *
 * @module
 */
import type { SessionFacts } from "./session_facts.ts";

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

function viewersOf({ viewers, controllers }: SessionFacts): string {
  if (viewers === 0) return "nobody is looking";
  const watching = viewers - controllers;
  return [
    ...(controllers > 0 ? [`${controllers} in control`] : []),
    ...(watching > 0 ? [`${watching} watching`] : []),
  ].join(", ");
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
