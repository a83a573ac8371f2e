"use client";

import type { ExternalToast } from "sonner";
import { createStore, useStore } from "#components/ui/store.ts";

type Sonner = typeof import("sonner").toast;
type Say = (title: string, options?: ExternalToast) => void;

/** Says what happened, in passing. What says it is loaded by then, or comes with the first that is said. */
interface Toast {
  readonly success: Say;
  readonly warning: Say;
  readonly error: Say;
}

const wanted = createStore(false);
const shown = Promise.withResolvers<Sonner>();

export const useToastWanted = () => useStore(wanted, (value) => value);

/** Called by what shows them, once it does. */
export const toastsAreShown = (by: Sonner) => shown.resolve(by);

const say =
  (kind: keyof Toast): Say =>
  (title, options) => {
    wanted.set(true);
    void shown.promise.then((by) => by[kind](title, options));
  };

export const toast: Toast = { success: say("success"), warning: say("warning"), error: say("error") };
