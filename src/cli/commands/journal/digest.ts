import { digestText } from "../../../journal/digest.ts";
import { snapshotPlan } from "../../../plan/snapshot.ts";
import type { Run } from "../../command.ts";
import { openWorkspace } from "../../workspace.ts";
import type { digest } from "../journal.ts";

export const printDigest: Run<typeof digest> = async (_input, context) => {
  const { global, out } = context;
  const workspace = await openWorkspace(context);
  if (!workspace.ok) return workspace;
  const store = workspace.value.plan(global.plan, { isReading: true });
  if (!store.ok) return store;
  store.value.close();
  const { state, slug } = store.value;
  const value = digestText(JSON.stringify(snapshotPlan(state)));
  if (global.json) return out.printJson({ plan: slug, revision: state.revision, digest: value });
  out.print(`${value} ${slug} revision ${state.revision}`);
};
