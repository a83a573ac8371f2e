import "server-only";
import { TRPCError } from "@trpc/server";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { makeQueryClient } from "#components/api/query-client.ts";
import { pageCaller } from "#server/api/auth.ts";
import type { Context } from "#server/api/context.ts";
import { deviceOf, limitStranger, placeOf, requestFacts } from "#server/api/context.ts";
import { appRouter } from "#server/api/root.ts";

/** Who asks for this page; looked up once for the layout and the page together. */
export const currentCaller = cache(async () => pageCaller(await headers()));

type SearchParams = Record<string, string | string[] | undefined>;

/** The address of a page with its query, to come back to. */
export function pathWith(path: string, searchParams: SearchParams): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(searchParams))
    for (const part of [value ?? []].flat()) query.append(key, part);
  return query.size > 0 ? `${path}?${query}` : path;
}

/** Every page of the console begins with this: nobody who is not signed in sees more than the sign-in page. */
export async function requireCaller(path: string) {
  const caller = await currentCaller();
  return caller ?? redirect(`/sign-in?callbackUrl=${encodeURIComponent(path)}`);
}

const noCookie = () => {
  throw new Error("a page that renders sets no cookie");
};

/** The API as a page asks it: the same procedures as the browser's, without the way through HTTP. */
export const pageApi = cache(async () => {
  const given = await headers();
  const facts = requestFacts(given);
  const ctx: Context = {
    requestId: facts.requestId,
    idempotencyKey: undefined,
    place: placeOf(given, facts),
    caller: currentCaller,
    limit: () => limitStranger(facts),
    device: () => deviceOf(given),
    setDevice: noCookie,
    challenge: null,
    setSession: noCookie,
    setChallenge: noCookie,
    onReplay: () => {},
  };
  const queryClient = makeQueryClient();
  return {
    queryClient,
    trpc: createTRPCOptionsProxy({ router: appRouter, ctx, queryClient }),
    ask: appRouter.createCaller(ctx),
  };
});

/** Whether the browser loads the page as a document. A step inside the console has data of its own, and keeps it. */
export const isFirstLoad = async () => (await headers()).get("sec-fetch-dest") !== "empty";

const isMissing = (error: unknown) =>
  error instanceof TRPCError && (error.code === "NOT_FOUND" || error.code === "BAD_REQUEST");

/** What is not there as null, for a page that has words of its own for it. */
export function foundOrNull<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
}

/** What is not there, or is no id at all, is the not-found page; any other failure is the error page's. */
export async function found<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) notFound();
    throw error;
  }
}
