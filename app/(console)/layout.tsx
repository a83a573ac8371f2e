import { NuqsAdapter } from "nuqs/adapters/next/app";
import { ApiProvider } from "#components/api/provider.tsx";
import { ListProvider } from "#components/approvals/list/list-state.tsx";
import { MeProvider } from "#components/identity/me.tsx";
import { Shell } from "#components/shell/shell.tsx";
import { currentCaller, pageApi } from "./api.ts";

export default async function ConsoleLayout({ children }: LayoutProps<"/">) {
  // Without a caller the page below redirects, with its own address to come back to.
  if (!(await currentCaller())) return children;
  const { ask } = await pageApi();
  return (
    <ApiProvider>
      <NuqsAdapter>
        <MeProvider whoAmI={await ask.access.whoAmI({})}>
          <ListProvider>
            <Shell>{children}</Shell>
          </ListProvider>
        </MeProvider>
      </NuqsAdapter>
    </ApiProvider>
  );
}
