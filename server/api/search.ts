import { failure, respond } from "#server/api/answer.ts";
import { readText } from "#server/api/body.ts";
import { callerOfRequest, checkOrigin, requestFacts } from "#server/api/context.ts";
import type { Explained } from "#server/api/errors.ts";
import { TransportError } from "#server/api/errors.ts";
import type { Caller } from "#server/domain/caller.ts";
import type { RequestFacts } from "#server/domain/identity/find-caller.ts";
import { searchAll, searchKeys } from "#server/domain/search/queries.ts";
import { env } from "#server/platform/env.ts";

/** The console's own door to the search engine: Typesense's protocol outside, the session's access inside. */

/** Where browsers may ask an engine themselves. */
export const publicSearchUrl = (): string | undefined => env.TYPESENSE_PUBLIC_URL;

/** Typesense's clients read `message`; ours reads the code. */
const message = ({ title }: Explained) => ({ message: title });

async function signedIn(request: Request, facts: RequestFacts): Promise<Caller> {
  checkOrigin(request);
  const caller = await callerOfRequest(request.headers, facts, "search");
  if (!caller) throw new TransportError("auth.required");
  return caller;
}

/** The body is JSON whatever it says it is: the protocol's client sends it as plain text, to spare browsers a question. */
async function bodyOf(request: Request): Promise<unknown> {
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new TransportError("request.malformed", { issues: [{ path: "", code: "json", message: "is not JSON" }] });
  }
}

/** POST /api/search/multi_search. The key that a client sends along is not looked at: the session says who asks. */
export async function searchHandler(request: Request): Promise<Response> {
  const facts = requestFacts(request.headers);
  try {
    const caller = await signedIn(request, facts);
    return respond(facts, 200, await searchAll(caller, await bodyOf(request)));
  } catch (error) {
    return failure(error, facts, {}, message);
  }
}

/** POST /api/search/keys: where a public engine is, and what asks it for a minute. Without one there is nothing here. */
export async function searchKeysHandler(request: Request): Promise<Response> {
  const facts = requestFacts(request.headers);
  try {
    const keys = await searchKeys(await signedIn(request, facts));
    if (!keys) throw new TransportError("route.not_found");
    return respond(facts, 200, keys);
  } catch (error) {
    return failure(error, facts, {}, message);
  }
}
