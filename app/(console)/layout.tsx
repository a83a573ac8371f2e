import type { Metadata } from "next";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { ApiProvider } from "#components/api/provider.tsx";
import { ListProvider } from "#components/approvals/list/list-state.tsx";
import { MeProvider } from "#components/identity/me.tsx";
import { Shell } from "#components/shell/shell.tsx";
import { TimeZoneProvider } from "#components/ui/time.tsx";
import { thisMoment } from "#server/api/live.ts";
import { publicSearchUrl } from "#server/api/search.ts";
import { currentCaller, pageApi } from "./api.ts";

/** The page tells its searches where there is a public engine to ask. */
export async function generateMetadata(): Promise<Metadata> {
  const url = publicSearchUrl();
  return url ? { other: { "search-engine": url } } : {};
}

export default async function ConsoleLayout({ children }: LayoutProps<"/">) {
  // Without a caller the page below redirects, with its own address to come back to.
  if (!(await currentCaller())) return children;
  const since = thisMoment();
  const { ask } = await pageApi();
  const whoAmI = await ask.access.whoAmI({});
  return (
    <ApiProvider>
      <NuqsAdapter>
        <MeProvider whoAmI={whoAmI}>
          <TimeZoneProvider zone={whoAmI.person.timeZone}>
            <ListProvider>
              <Shell since={since}>{children}</Shell>
            </ListProvider>
          </TimeZoneProvider>
        </MeProvider>
      </NuqsAdapter>
    </ApiProvider>
  );
}
