/**
 * A state machine: a door with a code lock. Visitors wait while it is locked,
 * and it locks itself when nobody has come for a while.
 *
 * Permissions: none
 *
 * Run it: deno run examples/state_machine.ts
 *
 * @module
 */
import { ActorSystem, type Behavior, type ReplyTo } from "@troupe/troupe";

type DoorMessage =
  | { readonly type: "type_code"; readonly code: string }
  | { readonly type: "enter"; readonly replyTo: ReplyTo<string> }
  | { readonly type: "lock" };

type DoorState =
  | { readonly phase: "locked"; readonly mistakes: number }
  | { readonly phase: "open"; readonly entered: number };

/** Returns the next state: no effects, and every pair of phase and message. */
function transition(state: DoorState, message: DoorMessage): DoorState {
  if (state.phase === "open") {
    if (message.type === "lock") return { phase: "locked", mistakes: 0 };
    return message.type === "enter"
      ? { ...state, entered: state.entered + 1 }
      : state;
  }
  if (message.type !== "type_code") return state;
  if (message.code === "1969") return { phase: "open", entered: 0 };
  return { ...state, mistakes: state.mistakes + 1 };
}

const door: Behavior<DoorMessage> = (context) => {
  let state: DoorState = { phase: "locked", mistakes: 0 };
  context.receiveTimeout(50, { type: "lock" });
  return {
    receive(message) {
      const before = state;
      state = transition(state, message);
      if (state !== before) console.log(state);
      if (state.phase !== before.phase) context.unstashAll();
      if (message.type !== "enter") return;
      if (before.phase === "locked") context.stash(message);
      else message.replyTo.tell("welcome");
    },
  };
};

await using system = new ActorSystem();
const ref = system.spawn(door);
const enter = () => ref.ask<string>((replyTo) => ({ type: "enter", replyTo }));
const visits = [enter(), enter()];
for (const code of ["1234", "1969"]) ref.tell({ type: "type_code", code });
console.log(await Promise.all(visits));
// No more visitors: the door locks itself.
await new Promise((resolve) => setTimeout(resolve, 200));
