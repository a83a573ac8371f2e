/** What env.ts needs to load in a test; no address in it answers, each file brings a database of its own. */
export const TEST_ENVIRONMENT = {
  TZ: "Asia/Kathmandu",
  NODE_ENV: "test" as const,
  APP_ENV: "test",
  APP_URL: "http://localhost:3000",
  AUTH_SECRET: "only-for-tests-only-for-tests-only-for-tests",
  CORE_API_TOKEN: "core-token-for-tests-core-token-for-tests",
  DATABASE_URL: "",
  DATABASE_APP_URL: "postgresql://countersign_app@127.0.0.1:1/none",
  DATABASE_WORKER_URL: "postgresql://countersign_worker@127.0.0.1:1/none",
  TYPESENSE_URL: "",
  TYPESENSE_API_KEY: "",
  LOG_LEVEL: "silent",
};
