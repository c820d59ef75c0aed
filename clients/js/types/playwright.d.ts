import type { TestType } from "@playwright/test";
import type { Inbox, Mailweir, MailweirOptions, Run, RunOptions } from "./index.js";

/** In `use` of the configuration; otherwise MAILWEIR_URL and MAILWEIR_KEY say it. */
export type MailweirFixtureOptions = MailweirOptions & Pick<RunOptions, "ttl" | "domain" | "name">;

export interface MailweirTestFixtures {
  /** A fresh address, with the test's title in it. */
  inbox: Inbox;
  /** The worker's run, for more inboxes. When the test fails its bundle is attached as `mailweir-run.zip`. */
  mailweirRun: Run;
}

export interface MailweirWorkerFixtures {
  mailweir: Mailweir;
  mailweirOptions: MailweirFixtureOptions;
  /** The same run, for fixtures of a worker; it is freed when the worker ends. */
  mailweirWorkerRun: Run;
}

/** `test` with these fixtures. */
export declare function withMailweir<T extends {}, W extends {}>(
  base: TestType<T, W>,
): TestType<T & MailweirTestFixtures, W & MailweirWorkerFixtures>;
