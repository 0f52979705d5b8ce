import { printParseErrorCode, type ParseErrorCode } from "jsonc-parser";

/** What keeps a text from being JSON, in words: `comma expected`. */
export const describeFlaw = (code: ParseErrorCode): string =>
  printParseErrorCode(code)
    .replaceAll(/\B[A-Z]/g, " $&")
    .toLowerCase();
