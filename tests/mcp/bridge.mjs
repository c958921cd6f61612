// A server of lines as one of HTTP, for the conformance runner, which knows no other.
//
//   node bridge.mjs COMMAND ARGUMENTS...      prints its address; ends when its own input does
//
// Requests get ids of ours, so that several connections may use the same ones. Progress goes to the request whose token
// it has, as events before the answer. Statuses are those that the modern transport has for errors.
import { spawn } from "node:child_process";
import http from "node:http";
import readline from "node:readline";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const STATUS = { "-32700": 400, "-32600": 400, "-32602": 400, "-32022": 400, "-32601": 404 };
const LOCAL = /^(127\.0\.0\.1|localhost)(:\d+)?$/;
const [command, ...words] = process.argv.slice(2);
const server = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map();
let count = 0;

readline.createInterface({ input: server.stdout }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.method === "notifications/progress") {
    const asked = [...waiting.values()].find((request) => request.token === message.params.progressToken);
    asked?.told.push(message);
    return;
  }
  const request = waiting.get(message.id);
  waiting.delete(message.id);
  request?.answer({ ...message, id: request.id });
});

const events = (messages) => messages.map((message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`).join("");
const isModern = (message) => message.params?._meta?.[VERSION] !== undefined;

function reply(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function forward(message, response) {
  const id = `bridge ${++count}`;
  const told = [];
  waiting.set(id, {
    id: message.id, token: message.params?._meta?.progressToken, told,
    answer: (answer) => {
      if (told.length === 0) return reply(response, (isModern(message) && STATUS[answer.error?.code]) || 200, answer);
      response.writeHead(200, { "content-type": "text/event-stream" }).end(events([...told, answer]));
    },
  });
  server.stdin.write(`${JSON.stringify({ ...message, id })}\n`);
}

function take(body, response) {
  let message;
  try {
    message = JSON.parse(body);
  } catch {
    return reply(response, 400, { jsonrpc: "2.0", id: null, error: { code: -32700, message: "Parse error" } });
  }
  if (message.id !== undefined) return forward(message, response);
  server.stdin.write(`${JSON.stringify(message)}\n`);
  response.writeHead(202).end();
}

const listener = http.createServer((request, response) => {
  if (!LOCAL.test(request.headers.host)) return response.writeHead(403).end();
  if (request.method !== "POST") return response.writeHead(405).end();
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk)).on("end", () => take(Buffer.concat(chunks).toString(), response));
});
listener.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`));
process.stdin.resume().on("end", () => process.exit(0));
