import { failure, respond } from "#server/api/answer.ts";
import { mediaType } from "#server/api/body.ts";
import { callerOfRequest, checkOrigin, limitCaller, requestFacts, stillSignedIn } from "#server/api/context.ts";
import { TransportError } from "#server/api/errors.ts";
import { UPLOAD_BYTES_MAX } from "#server/domain/imports/rules.ts";
import { uploadFile } from "#server/domain/imports/upload-file.ts";
import { Refusal } from "#server/domain/refusals.ts";

/** The body as it comes; a sender who went away in the middle has sent no file. */
async function* arriving(body: Request["body"]): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of body ?? []) yield part;
  } catch {
    throw new TransportError("request.malformed", { issues: [{ path: "", code: "body", message: "did not arrive" }] });
  }
}

/** A name without its folders and without what no name has. */
const nameOf = (given: string | null) =>
  (given ?? "")
    .replace(/^.*[/\\]/, "")
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 200) || "import.csv";

/** POST /api/imports?name=…: a CSV file as the body. It is kept as it comes, never held as a whole. */
export async function uploadHandler(request: Request): Promise<Response> {
  const facts = requestFacts(request.headers);
  try {
    checkOrigin(request);
    const caller = await callerOfRequest(request.headers, facts);
    if (!caller) throw new TransportError("auth.required");
    limitCaller("upload", caller);
    const { headers, url } = request;
    if (mediaType(headers) !== "text/csv" || headers.has("content-encoding"))
      throw new Refusal("import.unsupported_type");
    if (Number(headers.get("content-length") ?? 0) > UPLOAD_BYTES_MAX)
      throw new Refusal("import.too_large", { max: UPLOAD_BYTES_MAX / 1e6 });
    const name = nameOf(new URL(url).searchParams.get("name"));
    return respond(facts, 201, await uploadFile(() => stillSignedIn(caller), name, arriving(request.body)));
  } catch (error) {
    return failure(error, facts, {}, (explained) => ({ facts: explained.facts })); // the page words them itself
  }
}
