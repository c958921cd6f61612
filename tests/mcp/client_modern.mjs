// The client of the version without a handshake (@modelcontextprotocol/client): as an old one, by probing, and pinned.
//
//   node client_modern.mjs PROGRAM ROOT      ROOT: as client_legacy.mjs has it
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { TOOLS, check, codeOf, finish, rises, serverOf, transportError } from "./checks.mjs";

const [program, root] = process.argv.slice(2);
const MODES = [["legacy", "2025-11-25"], ["auto", "2026-07-28"], [{ pin: "2026-07-28" }, "2026-07-28"]];

async function as(mode, version) {
  const name = typeof mode === "string" ? mode : "pin";
  const client = new Client({ name: "quire-tests", version: "1" }, { versionNegotiation: { mode } });
  client.onerror = transportError(`${name}: `);
  await client.connect(new StdioClientTransport(serverOf(program, root)));
  const call = (tool, args, options) => client.callTool({ name: tool, arguments: args }, options);
  check(`${name}: version`, client.getNegotiatedProtocolVersion() === version, client.getNegotiatedProtocolVersion());
  const { tools } = await client.listTools();
  check(`${name}: five tools`, tools.map((tool) => tool.name).join() === TOOLS.join());

  const told = [];
  const done = await call("reindex", {}, { onprogress: (progress) => told.push(progress.progress), timeout: 120000 });
  check(`${name}: reindex`, !done.isError && rises(told), told.join());
  const found = await call("search", { query: "total price of the items" });
  check(`${name}: search`, found.structuredContent?.results.some((hit) => hit.file_path === "src/cart.py"));
  check(`${name}: a wrong argument is an error of the tool`, (await call("search", { limit: 3 })).isError === true);
  check(`${name}: an unknown tool is -32602`, (await codeOf(call("nope", {}))) === -32602);
  await client.close();
}

await finish((async () => {
  for (const [mode, version] of MODES) await as(mode, version);
})());
