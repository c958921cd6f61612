// The client that most programs have (@modelcontextprotocol/sdk): the versions with a handshake.
//
//   node client_legacy.mjs PROGRAM ROOT      ROOT: a tree with src/cart.py, large enough that reindexing takes a second
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { TOOLS, check, codeOf, eventually, finish, isAlive, rises, serverOf, transportError } from "./checks.mjs";

const [program, root] = process.argv.slice(2);
const client = new Client({ name: "quire-tests", version: "1" }, { capabilities: {} });
const transport = new StdioClientTransport(serverOf(program, root));
const call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);

async function opens() {
  const began = performance.now();
  await client.connect(transport);
  const ms = performance.now() - began;
  check("initialize within a second", ms < 1000, `${ms.toFixed(0)} ms`);
  check("its name", client.getServerVersion().name === "quire", JSON.stringify(client.getServerVersion()));
  check("tools and nothing else", Object.keys(client.getServerCapabilities()).join() === "tools");
  check("instructions", (client.getInstructions() ?? "").length > 0, client.getInstructions());
  await client.ping();
  check("ping", true);
}

async function listsTools() {
  const { tools } = await client.listTools();
  check("five tools", tools.map((tool) => tool.name).join() === TOOLS.join(), tools.map((tool) => tool.name).join());
}

// The client throws where structured content breaks the tool's outputSchema.
async function callsTools() {
  const good = { search: { query: "total price" }, find_by_symbol: { pattern: "price" }, list_files: {}, status: {} };
  for (const [name, args] of Object.entries(good)) {
    const result = await call(name, args);
    check(`${name}: structured content as its schema says`, result.structuredContent !== undefined && !result.isError);
  }
  const bad = await call("search", { qeury: "x" });
  check("a wrong argument is an error of the tool", bad.isError === true, bad.content[0].text);
  check("an unknown tool is -32602", (await codeOf(call("nope", {}))) === -32602);
  check("resources are -32601", (await codeOf(client.request({ method: "resources/list" }, anything))) === -32601);
}

const anything = { parse: (value) => value, safeParse: (data) => ({ success: true, data }) };

async function showsProgress() {
  const told = [];
  const result = await call("reindex", {}, { onprogress: (progress) => told.push(progress.progress), timeout: 120000 });
  check("reindex", !result.isError, JSON.stringify(result.structuredContent).slice(0, 120));
  check("progress rises", told.length > 0 && rises(told), told.join());
}

async function cancels() {
  const abort = new AbortController();
  const answer = codeOf(call("reindex", { paths: ["."] }, { signal: abort.signal }));
  abort.abort("enough");
  await answer;
  const began = performance.now();
  await client.ping();
  check("a ping after cancelling", performance.now() - began < 1000, `${(performance.now() - began).toFixed(0)} ms`);
}

async function closes() {
  const { pid } = transport;
  await client.close();
  check("gone after closing", await eventually(() => !isAlive(pid), 2000));
}

await finish((async () => {
  client.onerror = transportError("");
  for (const step of [opens, listsTools, showsProgress, callsTools, cancels, closes]) await step();
})());
