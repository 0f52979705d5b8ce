#!/usr/bin/env node
import { enableCodeCache } from "./code-cache.ts";

const CALLED_ALL_DAY = /^(?:hook|status|next|log|task (?:next|claim|start|step|log|done))(?= |$)/;

const called = CALLED_ALL_DAY.exec(process.argv.slice(2, 4).join(" "))?.[0];
enableCodeCache(__filename, called?.replace(" ", "-"));
const [command, ...words] = process.argv.slice(2);
// Asked for with nothing but its words it needs no command line; anything else is the command line's to say.
const isHook = command === "hook" && words.length > 0 && words.every((word) => /^\w+$/.test(word));
if (isHook) void import("./commands/hook/door.ts").then(({ answerAtDoor }) => answerAtDoor(words));
else void import("./main.ts").then(({ main }) => main());
