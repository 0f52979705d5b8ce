#!/usr/bin/env node
import { parse } from "./compound.js";
import { format } from "./format.js";

try {
  console.log(format(process.argv.slice(2).reduce((total, text) => total + parse(text), 0)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
