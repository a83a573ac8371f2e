import { TransportError } from "#server/api/errors.ts";
import { LIMITS } from "#server/platform/limits.ts";

export const mediaType = (headers: Headers): string | undefined =>
  headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();

/** The body as text, never more of it than is allowed, whatever content-length says or does not say. */
export async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = Number(request.headers.get("content-length") ?? 0);
  if (size > LIMITS.bodyBytes) throw new TransportError("request.too_large");
  size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > LIMITS.bodyBytes) throw new TransportError("request.too_large");
      chunks.push(chunk);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof TransportError) throw error;
    // Not UTF-8, or the sender went away in the middle.
    throw new TransportError("request.malformed", { issues: [{ path: "", code: "utf-8", message: "is not UTF-8" }] });
  }
}

export async function readJson(request: Request): Promise<unknown> {
  if (mediaType(request.headers) !== "application/json") throw new TransportError("request.unsupported_type");
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new TransportError("request.malformed", { issues: [{ path: "", code: "json", message: "is not JSON" }] });
  }
}
