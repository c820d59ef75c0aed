// What Cypress is to `mailweir/cypress`, in Node: commands in a queue, cy.request by real HTTP, and of pages
// what a sign-up needs. The commands of a `then` run before what was queued after it, as in Cypress.

import { writeFile } from "node:fs/promises";

let tail = Promise.resolve();

class Chain {
  constructor(subject) {
    this.subject = subject;
    this.subject.catch(() => {}); // whoever waits for the queue is told
  }

  then(callback) {
    return queued(async () => {
      const subject = await this.subject;
      return run(() => callback(subject), subject);
    });
  }
}

function queued(act) {
  const chain = new Chain(tail.then(act));
  tail = chain.subject;
  return chain;
}

/** Runs what queues commands, then those; gives what it returned, or the last of them, or `otherwise`. */
async function run(act, otherwise) {
  const before = tail;
  tail = Promise.resolve(otherwise);
  let returned, last;
  try {
    returned = act();
  } finally {
    last = tail;
    tail = before;
  }
  const subject = await last;
  return returned instanceof Chain ? returned.subject : returned === undefined ? subject : returned;
}

/** Runs the body of a test. */
export const spec = (title, body) => {
  Cypress.currentTest = { title };
  return run(body);
};

const endings = [];

/** Runs what is to be done after all tests. */
export const finish = () => run(() => endings.forEach((act) => act()));

export const logged = [];
let page = { url: "", html: "", typed: {} };

export const Cypress = {
  config: { baseUrl: "" },
  currentTest: { title: "" },
  spec: { name: "sign-up.cy.js" },
  variables: {},
  env: (name) => Cypress.variables[name],
  log: (told) => logged.push(told),
  Commands: {
    add: (name, command) => (cy[name] = (...words) => queued(() => run(() => command(...words)))),
  },
};

export const cy = {
  request: (options) => {
    if (options.log !== false) logged.push(options);
    return queued(() => requested(options));
  },
  wait: (milliseconds) => queued(() => new Promise((resolve) => setTimeout(resolve, milliseconds))),
  wrap: (subject) => queued(async () => subject),
  writeFile: (file, content, encoding) => queued(() => writeFile(file, content, encoding).then(() => null)),
  visit: (url) => queued(() => load(url)),
  get: (selector) => ({
    type: (text) => queued(async () => void (page.typed[field(selector)] = text)),
    click: () => queued(submit),
  }),
  contains: (text) =>
    queued(async () => {
      if (!page.html.includes(text)) throw new Error(`${text} is not in ${page.html}`);
    }),
};

async function requested({
  method = "GET",
  url,
  body,
  headers,
  timeout = 30_000,
  failOnStatusCode = true,
  ...rest
}) {
  const asked = {
    method,
    headers: { ...headers, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
    redirect: rest.followRedirect === false ? "manual" : "follow",
    signal: AbortSignal.timeout(timeout),
  };
  const answer = await again(() => fetch(new URL(url, Cypress.config.baseUrl || undefined), asked));
  if (failOnStatusCode && !answer.ok) throw new Error(`cy.request() failed: ${answer.status}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const text = bytes.toString(rest.encoding === "binary" ? "latin1" : "utf8");
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  return { status: answer.status, body: isJson && text ? JSON.parse(text) : text };
}

/** cy.request asks again where there is no answer (retryOnNetworkFailure). */
async function again(ask) {
  for (const pause of [0, 100, 200, 200]) {
    const answer = await ask().catch(() => null);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return ask();
}

async function load(url, form) {
  const told = await fetch(
    new URL(url, page.url || Cypress.config.baseUrl),
    form && { method: "POST", body: form },
  );
  page = { url: told.url, html: await told.text(), typed: {} };
}

async function submit() {
  const hidden = [...page.html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
  const fields = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...page.typed };
  await load(/action="([^"]+)"/.exec(page.html)[1], new URLSearchParams(fields));
}

const field = (selector) => /name=(\w+)/.exec(selector)?.[1];

Object.assign(globalThis, { Cypress, cy, after: (act) => endings.push(act) });
