const TEST = "\\.test\\.tsx?$";
const PURE = ["^server/domain/(schema|rules)\\.ts$", "^server/domain/.+/(schema|rules)\\.ts$"];
const DATABASE_PACKAGES = "node_modules/(@prisma|pg|graphile-worker)/";
const TOOLING = ["^(scripts|e2e|bench)/", "^(vitest|playwright)\\.config\\.ts$", TEST];

const rule = (name, comment, from, to) => ({ name, severity: "error", comment, from, to });

/**
 * Who may import whom; scripts/layers.test.ts plants a violation of each rule and expects its name.
 * @type {import("dependency-cruiser").IConfiguration & { forbidden: import("dependency-cruiser").IForbiddenRuleType[] }}
 */
export default {
  forbidden: [
    rule(
      "no-circular",
      "A cycle of values has no order in which to load. Types are erased, so they may go round.",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    rule(
      "no-unresolved",
      "An import that the cruiser cannot follow would pass every other rule.",
      {},
      { couldNotResolve: true },
    ),
    rule(
      "platform-is-the-floor",
      "platform/ talks to the outside world and knows nothing above it.",
      { path: "^server/platform/", pathNot: TEST },
      { path: "^(server/(domain|api|worker)|app|components)/" },
    ),
    rule(
      "domain-knows-no-transport",
      "The product runs the same under tRPC, REST and the worker.",
      { path: "^server/domain/", pathNot: TEST },
      {
        path: [
          "^(app|components|server/(api|worker))/",
          "node_modules/(@types/)?(next|next-auth|next-intl|react|react-dom|@trpc)/",
        ],
      },
    ),
    rule(
      "transport-holds-no-queries",
      "server/api names a command or a query; only server/domain reads and writes.",
      { path: "^server/api/", pathNot: TEST },
      {
        path: ["^server/platform/", "^prisma/", DATABASE_PACKAGES],
        pathNot: "^server/platform/(channels|csv|env|limits|locations|logger|rates|trace)\\.ts$",
      },
    ),
    rule(
      "pages-read-through-the-api",
      "A page is a client of server/api like any other.",
      { path: "^app/" },
      { path: ["^server/", "^prisma/", DATABASE_PACKAGES], pathNot: ["^server/api/", ...PURE] },
    ),
    rule(
      "the-browser-sees-schemas-and-rules",
      "Whatever a component imports may be shipped to everybody.",
      { path: "^components/", pathNot: TEST },
      { path: ["^(app|server|prisma)/", DATABASE_PACKAGES], pathNot: [...PURE, "^server/api/root\\.ts$"] },
    ),
    rule(
      "the-browser-sees-the-type-of-the-router",
      "Its value would carry the server along.",
      { path: "^components/", pathNot: TEST },
      { path: "^server/api/root\\.ts$", dependencyTypesNot: ["type-only"] },
    ),
    rule(
      "schemas-and-rules-are-pure",
      "They run in the browser: zod, the grammar of conditions and one another, nothing else.",
      { path: PURE },
      { pathNot: [...PURE, "node_modules/(zod|@marcbachmann/cel-js)/"], dependencyTypesNot: ["type-only"] },
    ),
    rule(
      "only-the-worker-delivers",
      "Side effects leave through the outbox, never from a request.",
      { pathNot: ["^server/(worker|platform)/", TEST] },
      { path: "^server/platform/(mailer|slack|sms|push|http)\\.ts$" },
    ),
    rule(
      "entries-are-not-imported",
      "web and worker are processes; what they share with others lives in domain or platform.",
      // A measurement runs a worker with a reaction of its own.
      { pathNot: ["^server/(worker/|testing/|web\\.ts$)", "^bench/reactions/", TEST] },
      { path: "^server/(web\\.ts$|worker/)" },
    ),
    rule(
      "the-engine-stands-alone",
      "It is a program beside ours, as a typesense-server would be.",
      { path: "^server/engine/", pathNot: TEST },
      { pathNot: ["^server/engine/", "node_modules/minisearch/"], dependencyTypesNot: ["core"] },
    ),
    rule(
      "the-engine-is-asked-over-http",
      "Whoever searches knows an address and a protocol.",
      { pathNot: ["^server/(engine|testing)/", TEST] },
      { path: "^server/engine/" },
    ),
    rule(
      "tests-stay-in-tests",
      "Test code must not reach a build.",
      { pathNot: [TEST, "^e2e/", "^server/testing/", "^(vitest|playwright)\\.config\\.ts$"] },
      { path: [TEST, "^e2e/", "^server/testing/"] },
    ),
    rule(
      "scripts-stay-outside",
      "Scripts start the product; the product does not know them.",
      { pathNot: TOOLING },
      { path: "^scripts/" },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: ["node_modules", "^prisma/client/"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["react-server", "node", "import", "types", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
};
