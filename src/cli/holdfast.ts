#!/usr/bin/env node
import { enableCodeCache } from "./code-cache.ts";

enableCodeCache(__filename);
void import("./main.ts").then(({ main }) => main());
