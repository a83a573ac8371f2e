"use client";

import { useEffect } from "react";
import { leaveToSignIn } from "#components/api/leave.ts";

const CHANNEL = "countersign.place";
/** A step to another place or out takes no longer, or has failed. */
const MOVE_MS = 10_000;

type Word = "moving" | "moved" | "left";

const canSpeak = () => typeof BroadcastChannel === "function";

function say(word: Word): void {
  if (!canSpeak()) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(word);
  channel.close();
}

let movingUntil = 0;

/** Whether a session that ends just now is followed by another. */
export const isMoving = (): boolean => Date.now() < movingUntil;

/** Before the session of this browser ends by its own doing: no tab takes that for a revocation. */
export function beginMove(): void {
  movingUntil = Date.now() + MOVE_MS;
  say("moving");
}

/** A page hears its own word too: it is on its way already, and a second step would cut off the first. */
let leavingUntil = 0;

/** The session of this browser works elsewhere now: every tab loads anew, and nothing of before stays on a screen. */
export function moveTo(href: string): void {
  leavingUntil = Date.now() + MOVE_MS;
  say("moved");
  window.location.assign(href);
}

/** Signed out: this tab is done, the others can come back to where they were. */
export async function leaveAll(signOut: () => Promise<unknown>): Promise<void> {
  movingUntil = Date.now() + MOVE_MS;
  await signOut();
  say("left");
  window.location.assign("/sign-in");
}

/** What another tab changed. Its page may be of a place that this session no longer sees: the section's own is. */
export function useFollowMoves(href: string): void {
  useEffect(() => {
    if (!canSpeak()) return;
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data === "moving") movingUntil = Date.now() + MOVE_MS;
      else if (Date.now() < leavingUntil) return;
      else if (data === "moved") window.location.assign(href);
      else if (!isMoving()) leaveToSignIn();
    };
    return () => channel.close();
  }, [href]);
}
