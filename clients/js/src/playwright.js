// Fixtures for @playwright/test: a run for each worker, an inbox for each test, and what came when one fails.
//
//   import { test as base } from "@playwright/test";
//   export const test = withMailweir(base);

import { Mailweir } from "./mailweir.js";

/** @import { Run } from "../types/index.d.ts" */
/** @import { MailweirFixtureOptions as Options } from "../types/playwright.d.ts" */

/** @typedef {(value: any) => Promise<void>} Use */

/** @param {any} base `test` of @playwright/test, or what extends it */
export function withMailweir(base) {
  return base.extend({
    mailweirOptions: [{}, { option: true, scope: "worker" }],
    mailweir: [client, { scope: "worker" }],
    mailweirWorkerRun: [workerRun, { scope: "worker" }],
    mailweirRun: testRun,
    inbox,
  });
}

/**
 * @param {{ mailweirOptions: Options }} fixtures
 * @param {Use} use
 */
async function client({ mailweirOptions }, use) {
  const { url, key } = mailweirOptions;
  await use(new Mailweir({ url, key }));
}

/**
 * @param {{ mailweir: Mailweir, mailweirOptions: Options }} fixtures
 * @param {Use} use
 * @param {{ project: { name: string }, workerIndex: number }} workerInfo
 */
async function workerRun({ mailweir, mailweirOptions }, use, { project, workerIndex }) {
  const { ttl, domain, name = `Playwright ${project.name} ${workerIndex}` } = mailweirOptions;
  const run = await mailweir.run({ ttl, domain, name: name.slice(0, 100) });
  await use(run);
  await run.free().catch((error) => console.warn(`Run ${run.id} is left to expire: ${error.message}`));
}

/**
 * @param {{ mailweirWorkerRun: Run }} fixtures
 * @param {Use} use
 * @param {any} testInfo
 */
async function testRun({ mailweirWorkerRun: run }, use, testInfo) {
  await use(run);
  if (testInfo.status === testInfo.expectedStatus) return;
  try {
    const body = Buffer.from(await run.bundle());
    await testInfo.attach("mailweir-run.zip", { body, contentType: "application/zip" });
  } catch (error) {
    const body = `The mail of run ${run.id} cannot be shown: ${error}`;
    await testInfo.attach("mailweir-run.txt", { body, contentType: "text/plain" });
  }
}

/**
 * @param {{ mailweirRun: Run }} fixtures
 * @param {Use} use
 * @param {{ title: string }} testInfo
 */
async function inbox({ mailweirRun }, use, { title }) {
  await use(mailweirRun.inbox(title));
}
