import { test as base, expect } from "@playwright/test";

export { expect };

export type Stack = {
  url: string;
  /** The service token of the Core API. */
  coreApiToken: string;
  /** The owner's address, to count by SQL. */
  adminUrl: string;
  /** For further processes on the same database. */
  DATABASE_APP_URL: string;
  DATABASE_WORKER_URL: string;
  TYPESENSE_URL: string;
  TYPESENSE_API_KEY: string;
  sealKey: string;
  /** Where its secrets are, for the command line. */
  dataDir: string;
};

export const test = base.extend<{ stack: Stack }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from the pattern
  stack: async ({}, use) => use(JSON.parse(process.env.E2E_STACK ?? "") as Stack),
  /** A page that its own policy stopped from something is broken, whatever else it shows. */
  context: async ({ context }, use) => {
    const stopped: string[] = [];
    context.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) stopped.push(message.text());
    });
    await use(context);
    expect(stopped).toEqual([]);
  },
  baseURL: async ({ stack }, use) => use(stack.url),
});
