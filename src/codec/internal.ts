/**
 * What sibling rooms use of `codec` besides `mod.ts`; not part of the API.
 *
 * @module
 */
export { checkCodec } from "./check_codec.ts";
export { type MessageEncoder, messageEncoder } from "./message_encoder.ts";
