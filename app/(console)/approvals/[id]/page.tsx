import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { ApprovalPage } from "#components/approvals/detail/approval-page.tsx";
import { remindApproversAction, tellRequesterAction } from "#server/api/actions.ts";
import { currentCaller, found, pageApi, pathWith, requireCaller } from "../../api.ts";

const readApproval = async (id: string) => {
  const { queryClient, trpc } = await pageApi();
  return found(queryClient.fetchQuery({ ...trpc.approvals.detail.queryOptions({ id }), retry: false }));
};

export async function generateMetadata({ params }: PageProps<"/approvals/[id]">): Promise<Metadata> {
  if (!(await currentCaller())) return {};
  const { title } = await readApproval((await params).id);
  return { title };
}

export default async function ApprovalOnePage({ params, searchParams }: PageProps<"/approvals/[id]">) {
  const { id } = await params;
  await requireCaller(pathWith(`/approvals/${id}`, await searchParams));
  await readApproval(id);
  const { queryClient } = await pageApi();
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ApprovalPage id={id} mail={{ remind: remindApproversAction, tell: tellRequesterAction }} />
    </HydrationBoundary>
  );
}
