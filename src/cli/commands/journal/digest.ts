import { digestText } from "../../../journal/digest.ts";
import { snapshotPlan } from "../../../plan/snapshot.ts";
import type { Run } from "../../command.ts";
import { withPlan } from "../../workspace.ts";
import type { digest } from "../journal.ts";

export const printDigest: Run<typeof digest> = (_input, context) =>
  withPlan(context, ({ state, slug }) => {
    const { global, out } = context;
    const value = digestText(JSON.stringify(snapshotPlan(state)));
    if (global.json) return out.printJson({ plan: slug, revision: state.revision, digest: value });
    return out.print(`${value} ${slug} revision ${state.revision}`);
  });
