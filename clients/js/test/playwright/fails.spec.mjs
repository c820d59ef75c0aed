// A test that fails after a mail has come.

import { expect, test as base } from "@playwright/test";
import { withMailweir } from "mailweir/playwright";

const test = withMailweir(base);

test("a customer types a wrong code", async ({ page, inbox }) => {
  await page.goto("/sign-up");
  await page.getByLabel("Email").fill(inbox.address);
  await page.getByRole("button", { name: "Sign up" }).click();
  const { id } = await inbox.wait({ code: true });
  console.log(`mail ${id}`);
  await page.getByLabel("Code").fill("wrong");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("heading")).toHaveText("Welcome", { timeout: 100 });
});

test("a test that passes has nothing to show", async ({ inbox, mailweirRun }) => {
  expect(inbox.address.startsWith(mailweirRun.prefix)).toBe(true);
});

test("a test that is to fail has nothing to show either", async ({ inbox }) => {
  test.fail();
  expect(inbox.address).toBe("");
});
