/**
 * The counter of the actor comparisons, as each runtime's users write it.
 *
 * @module
 */

import * as nact from "nact";
import { type Actor, createActor, fromTransition, waitFor } from "xstate";
import {
  type ActorRef,
  ActorSystem,
  type Behavior,
  type ReplyTo,
} from "../../mod.ts";
import type { CounterPeer, Runtime } from "./actors.ts";

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
export function troupe(): Runtime {
  const system = new ActorSystem();
  return {
    spawn: () => troupeCounter(system.spawn(counter)),
    async spawnIdle(count) {
      const held = [];
      for (let i = 0; i < count; i++) {
        const ref = system.spawn(counter);
        await ref.ask<number>((replyTo) => ({ type: "read", replyTo }));
        held.push(ref);
      }
      return held;
    },
    async [Symbol.asyncDispose]() {
      await system.shutdown();
    },
  };
}

function troupeCounter(ref: ActorRef<TroupeMessage>): CounterPeer {
  return {
    add: () => void ref.tell({ type: "add", amount: 1 }),
    total: () => ref.ask<number>((replyTo) => ({ type: "read", replyTo })),
    stop() {
      ref.stop();
      return ref.stopped;
    },
  };
}

type NactMessage =
  | { readonly type: "add"; readonly amount: number }
  | { readonly type: "read"; readonly sender: nact.Ref<number> };

/** nact, with a synchronous handler, which it runs faster than an async one. */
export function nactRuntime(): Runtime {
  const system = nact.start();
  let spawned = 0;
  const spawn = () =>
    nact.spawn(
      system,
      (total: number, message: NactMessage) => {
        if (message.type === "add") return total + message.amount;
        nact.dispatch(message.sender, total);
        return total;
      },
      `counter-${++spawned}`,
      { initialState: 0 },
    );
  const total = (ref: nact.Ref<NactMessage>): Promise<number> =>
    nact.query(
      ref,
      (sender: nact.Ref<number>) => ({ type: "read", sender }),
      5000,
    );
  return {
    spawn() {
      const ref = spawn();
      return {
        add: () => nact.dispatch(ref, { type: "add", amount: 1 }),
        total: () => total(ref),
        stop: () => nact.stop(ref),
      };
    },
    async spawnIdle(count) {
      const held = [];
      for (let i = 0; i < count; i++) {
        const ref = spawn();
        await total(ref);
        held.push(ref);
      }
      return held;
    },
    [Symbol.asyncDispose]() {
      nact.stop(system);
      return Promise.resolve();
    },
  };
}

type XstateEvent =
  | { readonly type: "add"; readonly amount: number }
  | { readonly type: "read"; readonly request: number };

/**
 * XState, which handles a message inside `send`. It has no ask: to wait for an
 * answer within a time it has `waitFor`.
 */
export function xstateRuntime(): Runtime {
  const logic = fromTransition(
    (state: { total: number; answered: number }, event: XstateEvent) => {
      if (event.type === "add") {
        return { ...state, total: state.total + event.amount };
      }
      // Not "else": XState sends events of its own, such as when it stops.
      if (event.type !== "read") return state;
      return { ...state, answered: event.request };
    },
    { total: 0, answered: 0 },
  );
  const total = async (
    actor: Actor<typeof logic>,
    request: number,
  ): Promise<number> => {
    actor.send({ type: "read", request });
    const { context } = await waitFor(
      actor,
      ({ context }) => context.answered === request,
      { timeout: 5000 },
    );
    return context.total;
  };
  return {
    spawn() {
      const actor = createActor(logic).start();
      let requests = 0;
      return {
        add: () => actor.send({ type: "add", amount: 1 }),
        total: () => total(actor, ++requests),
        stop: () => void actor.stop(),
      };
    },
    async spawnIdle(count) {
      const held = [];
      for (let i = 0; i < count; i++) {
        const actor = createActor(logic).start();
        await total(actor, 1);
        held.push(actor);
      }
      return held;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
