/**
 * What sibling rooms use of `codec` besides `mod.ts`; not part of the API.
 *
 * @module
 */
export { checkCodec } from "./check_codec.ts";
export type {
  InputOf,
  OutputOf,
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from "./standard_schema.ts";
export { type MessageEncoder, messageEncoder } from "./message_encoder.ts";
