/**
 * The counter of the actor comparisons, as each runtime's users write it.
 *
 * @module
 */

import * as nact from "nact";
import { createActor, fromTransition } from "xstate";
import { ActorSystem, type Behavior, type ReplyTo } from "../../mod.ts";
import type { CounterPeer } from "./actors.ts";

type TroupeMessage =
  | { readonly type: "add"; readonly amount: number }
  | { readonly type: "read"; readonly replyTo: ReplyTo<number> };

const counter: Behavior<TroupeMessage> = () => {
  let total = 0;
  return {
    receive(message) {
      switch (message.type) {
        case "add":
          total += message.amount;
          return;
        case "read":
          message.replyTo.tell(total);
          return;
        default:
          message satisfies never;
      }
    },
  };
};

/** Ours. */
export function troupeCounter(): CounterPeer {
  const system = new ActorSystem();
  const ref = system.spawn(counter);
  return {
    add: () => void ref.tell({ type: "add", amount: 1 }),
    total: () => ref.ask<number>((replyTo) => ({ type: "read", replyTo })),
    async [Symbol.asyncDispose]() {
      await system.shutdown();
    },
  };
}

type NactMessage =
  | { readonly type: "add"; readonly amount: number }
  | { readonly type: "read"; readonly sender: nact.Ref<number> };

/** nact, with a synchronous handler, which it runs faster than an async one. */
export function nactCounter(): CounterPeer {
  const system = nact.start();
  const ref = nact.spawn(
    system,
    (total: number, message: NactMessage) => {
      if (message.type === "add") return total + message.amount;
      nact.dispatch(message.sender, total);
      return total;
    },
    "counter",
    { initialState: 0 },
  );
  return {
    add: () => nact.dispatch(ref, { type: "add", amount: 1 }),
    total: () =>
      nact.query(
        ref,
        (sender: nact.Ref<number>) => ({ type: "read", sender }),
        5000,
      ),
    [Symbol.asyncDispose]() {
      nact.stop(system);
      return Promise.resolve();
    },
  };
}

type XstateEvent =
  | { readonly type: "add"; readonly amount: number }
  | { readonly type: "read"; readonly reply: (total: number) => void };

/**
 * XState, which handles a message inside `send` and has no ask: the answer
 * goes through a promise that the asker makes.
 */
export function xstateCounter(): CounterPeer {
  const actor = createActor(fromTransition(
    (total: number, event: XstateEvent) => {
      if (event.type === "add") return total + event.amount;
      // Not "else": XState sends events of its own, such as when it stops.
      if (event.type === "read") event.reply(total);
      return total;
    },
    0,
  )).start();
  return {
    add: () => actor.send({ type: "add", amount: 1 }),
    total: () => new Promise((reply) => actor.send({ type: "read", reply })),
    [Symbol.asyncDispose]() {
      actor.stop();
      return Promise.resolve();
    },
  };
}
