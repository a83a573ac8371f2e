"use client";

import dynamic from "next/dynamic";
import { useIdle } from "#components/ui/idle.ts";

const Live = dynamic(() => import("#components/live/live.tsx").then((m) => m.Live), { ssr: false });

/** Changes made elsewhere are heard once the page is alive; nothing of it is needed before. */
export function LazyLive({ since }: { since: string }) {
  return useIdle() ? <Live since={since} /> : null;
}
