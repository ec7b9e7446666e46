/**
 * The small object that the figures of codecs and typed messages are about.
 *
 * @module
 */

/** A message as a chat would send it. */
export type ChatMessage = {
  readonly id: number;
  readonly type: string;
  readonly user: string;
  readonly room: string;
  readonly text: string;
  readonly at: number;
  readonly flags: readonly string[];
  readonly reply: { readonly to: number | null };
};

/** The message of that number: 97 bytes of MessagePack, up to 139 of JSON. */
export function chatMessage(id: number): ChatMessage {
  return {
    id: 4_000 + id,
    type: "chat",
    user: `anna${id % 10}`,
    room: "lobby",
    text: "Hello, how are you?",
    at: 1_790_000_000 + id,
    flags: ["urgent"],
    reply: { to: id % 2 === 0 ? null : id % 100 },
  };
}
