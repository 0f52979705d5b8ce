#!/usr/bin/env node
import nodeModule from "node:module";

try {
  // Absent from Node 20. Where it is, it saves part of what loading costs; a read-only or full disk must not matter.
  (nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
} catch {}

void import("./main.ts").then(({ main }) => main());
