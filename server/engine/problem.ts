/** What was asked for cannot be answered: the HTTP status and Typesense's own words for it. */
export class Problem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "Problem";
    this.status = status;
  }
}

export const notFound = (): Problem => new Problem(404, "Not Found");
export const forbidden = (): Problem =>
  new Problem(401, "Forbidden - a valid `x-typesense-api-key` header must be sent.");
export const badJson = (): Problem => new Problem(400, "Bad JSON.");
