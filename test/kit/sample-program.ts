import { main } from "../../src/cli/main.ts";
import { sampleGroups } from "./groups.ts";

void main(sampleGroups);
