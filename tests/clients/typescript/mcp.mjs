// Asks a server as an assistant does, by the official TypeScript client, and writes what it was told.
//
//     TOKEN=… node mcp.mjs http://127.0.0.1:8080/mcp 2026-10-01 2026-11-01

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [address, from, to] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${process.env.TOKEN}` };
const transport = new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } });
const client = new Client({ name: "messenger-funnel's tests", version: "1" });
await client.connect(transport);
const { tools } = await client.listTools();
const funnel = { name: "click-to-messenger", by: "source", from, to };
const answers = {
  funnel: await client.callTool({ name: "funnel", arguments: funnel }),
  ads: await client.callTool({ name: "ads", arguments: { by: "campaign", from, to } }),
  attribution: await client.callTool({ name: "attribution", arguments: { model: "linear", from, to } }),
  wrong: await client.callTool({ name: "ads", arguments: { by: "moon", from, to } }),
};
const { resources } = await client.listResources();
const glossary = await client.readResource({ uri: "messenger-funnel://docs/glossary" });
const prompt = await client.getPrompt({ name: "why_did_leads_fall", arguments: { from, to } });
const server = client.getServerVersion()?.name;
await client.close();
const told = {
  server,
  tools: tools.map((tool) => tool.name),
  answers,
  resources: resources.map((resource) => resource.name),
  glossary: glossary.contents[0].text,
  prompt: prompt.messages[0].content.text,
};
process.stdout.write(JSON.stringify(told));
