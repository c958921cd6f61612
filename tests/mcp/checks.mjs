// What the client programs have in common: a line a check, and the exit code.
let failed = 0;

/** Prints `ok` or `FAILED`; `detail` is what was seen. */
export function check(what, holds, detail = "") {
  failed += holds ? 0 : 1;
  console.log(`${holds ? "ok    " : "FAILED"} ${what}${detail === "" ? "" : `: ${detail}`}`);
}

/** The code of the error that `call` must throw, or what it gave instead. */
export async function codeOf(call) {
  try {
    return `no error but ${JSON.stringify(await call)}`.slice(0, 300);
  } catch (error) {
    return error.code;
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const rises = (numbers) => numbers.every((value, index) => index === 0 || value > numbers[index - 1]);

/** Resolves when `holds()` is true, or when the time is over. */
export async function eventually(holds, ms) {
  for (const end = Date.now() + ms; !holds() && Date.now() < end;) await new Promise((done) => setTimeout(done, 10));
  return holds();
}

/** What both clients call with an error. Progress that comes in the same read as its answer is one for them. */
export const transportError = (prefix) => (error) =>
  error.message.includes("unknown token") || check(`${prefix}no error of the transport`, false, error.message);

/** Runs `checks`, a promise, to its end and leaves with 0 or 1. */
export async function finish(checks) {
  try {
    await checks;
  } catch (error) {
    check("no exception", false, error.stack);
  }
  process.exit(failed === 0 ? 0 : 1);
}

/** The command of a server over `root`. */
export const serverOf = (program, root) => ({ command: program, args: ["mcp", "--root", root], stderr: "ignore" });
export const TOOLS = ["search", "find_by_symbol", "list_files", "reindex", "status"];
