import { leaveAll } from "#components/identity/moved.ts";

export async function signOutHere() {
  const [{ signOut }, { forgetAll }] = await Promise.all([
    import("next-auth/react"),
    import("#components/approvals/form/kept-draft.ts"),
  ]);
  forgetAll();
  await leaveAll(() => signOut({ redirect: false }));
}
