// Calls methods of the original's own client, unchanged but for its base URL, and prints what each gave.
// node official.mjs BASE_URL KEY < [["messages", "listMessages", ["bob@thing.test"]], …]
import { readFileSync } from "node:fs";
import { Mailsac } from "@mailsac/api";

const [baseURL, key] = process.argv.slice(2);
const client = new Mailsac({ baseURL, headers: { "Mailsac-Key": key } });
const answers = [];
for (const [group, method, parameters] of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    const { status, data } = await client[group][method](...parameters);
    answers.push({ status, data: data ?? null });
  } catch (error) {
    answers.push({ status: error.response?.status ?? 0, data: error.response?.data ?? String(error) });
  }
}
console.log(JSON.stringify(answers));
