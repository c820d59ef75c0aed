// node cypress_run.mjs SUPPORT SPEC: runs a spec of Cypress's in Node. MAILWEIR_URL, MAILWEIR_KEY, BASE_URL.

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Cypress, finish, spec } from "./cypress_stand_in.mjs";

const { MAILWEIR_URL, MAILWEIR_KEY, BASE_URL } = process.env;
Cypress.variables = { MAILWEIR_URL, MAILWEIR_KEY };
Cypress.config.baseUrl = BASE_URL;

const tests = [];
globalThis.it = (title, body) => tests.push([title, body]);
for (const file of process.argv.slice(2)) await import(pathToFileURL(resolve(file)).href);
for (const [title, body] of tests) {
  await spec(title, body);
  console.log(`passed: ${title}`);
}
await finish();
