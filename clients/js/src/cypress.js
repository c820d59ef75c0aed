// Commands for Cypress, on cy.request alone: `import "mailweir/cypress"` in the support file adds them.
//
// cy.request asks a server that is not there a few times within a second, and then fails the test by itself;
// 502, 503 and 504 are waited out.

import { freshAddress } from "./addresses.js";
import { awaited, failure, isAway, nothingYet, quietYet, silent, sliceOf } from "./answers.js";
import { secondsOf } from "./criteria.js";
import { MARGIN, MOST, PATIENCE, PAUSE, URL_USUAL, USUAL, USUAL_QUIET } from "./limits.js";
import { Mail } from "./mail.js";
import { Search } from "./search.js";

/** @import { MessageData, RunData } from "../types/index.d.ts" */
/** @import { MailweirQuietOptions, MailweirWaitOptions } from "../types/cypress.d.ts" */
/** @import { Answer, Asked } from "./answers.js" */
/** @import { Box } from "./search.js" */

/** @typedef {string | { address: string }} Inbox */

const { Cypress, cy, after } = /** @type {any} */ (globalThis);

const NO_CONTENT = 204;
const FORBIDDEN = 403;
const GONE = 410;

/**
 * That of this spec: Cypress loads the support file anew for each.
 * @type {RunData | undefined}
 */
let run;

/**
 * By the address.
 * @type {Map<string, Box>}
 */
const boxes = new Map();

const commands = {
  /** @param {string} [name] */
  mailweirInbox: (name = Cypress.currentTest?.title ?? "") =>
    ownRun().then((/** @type {RunData} */ own) => {
      const address = freshAddress(own, name);
      boxes.set(address, { given: new Set(), since: own.created });
      return { address };
    }),

  /**
   * @param {Inbox} inbox
   * @param {MailweirWaitOptions} [options]
   */
  mailweirWait(inbox, { timeout, claim, ...criteria } = {}) {
    const search = new Search(criteria, ["timeout", "claim"], boxOf(inbox));
    if (claim) search.query.claim = "true";
    const asked = { ...at(inbox), seconds: secondsOf("timeout", timeout, USUAL), search };
    tell("wait", asked);
    return held("wait", "timeout", asked, nothingYet).then((/** @type {Answer} */ answer) => {
      const data = awaited(asked, answer);
      boxOf(inbox).given.add(data._id);
      return readOut(asked.address, data);
    });
  },

  /**
   * @param {Inbox} inbox
   * @param {MailweirQuietOptions} [options]
   */
  mailweirQuiet(inbox, { for: duration, ...criteria } = {}) {
    const search = new Search(criteria, ["for"], boxOf(inbox));
    const asked = { ...at(inbox), seconds: secondsOf("for", duration, USUAL_QUIET), search };
    tell("quiet", asked);
    return held("quiet", "for", asked, quietYet).then((/** @type {Answer} */ answer) => {
      silent(asked, answer);
      return null;
    });
  },

  /** @param {Inbox} inbox */
  mailweirMessages: (inbox) =>
    ask({ path: `${pathOf(at(inbox).address)}/messages?limit=${MOST}` }).then(
      (/** @type {MessageData[]} */ found) => found.map((data) => new Mail(data)),
    ),

  /** @param {Mail} mail */
  mailweirText: (mail) => ask({ path: `/api/text/${encodeURIComponent(mail.data.inbox)}/${mail.id}` }),

  /** @param {Mail} mail */
  mailweirHtml: (mail) => ask({ path: `/api/dirty/${encodeURIComponent(mail.data.inbox)}/${mail.id}` }),

  /** @param {Inbox} inbox */
  mailweirClear(inbox) {
    const path = `${pathOf(at(inbox).address)}/messages`;
    return repeat(PATIENCE, () => request({ method: "DELETE", path }), isAway).then(
      (/** @type {Answer} */ answer) => {
        if (answer.status === FORBIDDEN) return clearedSingly(path);
        if (answer.status !== NO_CONTENT) throw failure(answer);
        return null;
      },
    );
  },

  /** @param {string} file */
  mailweirBundle: (file) =>
    ownRun()
      .then((/** @type {RunData} */ { id }) => ask({ path: `/api/runs/${id}/bundle`, encoding: "binary" }))
      .then((/** @type {string} */ bytes) => cy.writeFile(file, bytes, "binary", { log: false })),

  mailweirFree() {
    if (!run) return cy.wrap(null, { log: false });
    const { id } = run;
    run = undefined;
    return repeat(PATIENCE, () => request({ method: "DELETE", path: `/api/runs/${id}` }), isAway).then(
      (/** @type {Answer} */ answer) => {
        if (answer.status !== 200 && answer.status !== GONE) throw failure(answer);
        return null;
      },
    );
  },
};

for (const [name, command] of Object.entries(commands)) Cypress.Commands.add(name, command);
after?.(() => cy.mailweirFree());

function ownRun() {
  if (run) return cy.wrap(run, { log: false });
  const body = { addresses: 0, name: `Cypress ${Cypress.spec?.name ?? ""}`.slice(0, 100) };
  return ask({ method: "POST", path: "/api/runs", body }).then((/** @type {RunData} */ made) => {
    run = made;
    return made;
  });
}

/**
 * Usually who has no key may delete messages one at a time (anonymous_deletes).
 * @param {string} path
 */
function clearedSingly(path) {
  return ask({ path: `${path}?limit=${MOST}` }).then((/** @type {MessageData[]} */ found) => {
    for (const { _id } of found) ask({ method: "DELETE", path: `${path}/${_id}` });
    return cy.wrap(null, { log: false });
  });
}

/**
 * @param {string} operation
 * @param {string} parameter that takes the seconds
 * @param {Asked} asked
 * @param {(answer: Answer) => boolean} undecided whether the call is to be made again while there is time
 */
function held(operation, parameter, { address, seconds, search }, undecided) {
  return repeat(
    seconds,
    (left) => {
      const takes = sliceOf(left);
      const once = () => {
        const words = new URLSearchParams({ ...search.query, [parameter]: String(takes) });
        return request({ path: `${pathOf(address)}/${operation}?${words}`, takes }).then(
          (/** @type {Answer} */ answer) => (search.goesOn(answer) ? once() : answer),
        );
      };
      return once();
    },
    (answer) => isAway(answer) || undecided(answer),
  );
}

/**
 * The mail with its codes and links, which may be read out of it a moment later.
 * @param {string} address
 * @param {MessageData} data
 */
function readOut(address, data) {
  if (data.digest !== "pending") return new Mail(data);
  return repeat(
    PATIENCE,
    () => request({ path: `${pathOf(address)}/messages/${data._id}` }),
    (answer) => isAway(answer) || answer.data?.digest === "pending",
  ).then((/** @type {Answer} */ answer) => new Mail(answer.status === 200 ? answer.data : data));
}

/**
 * What the server gives; asked again for a while as long as it is away.
 * @param {{ method?: string, path: string, body?: unknown, encoding?: string }} call
 */
function ask(call) {
  return repeat(PATIENCE, () => request(call), isAway).then((/** @type {Answer} */ answer) => {
    if (answer.status < 200 || answer.status > 299) throw failure(answer);
    return answer.data;
  });
}

/**
 * Asks again, as long as `again` says so and there is time; each time with the seconds that are left.
 * @param {number} seconds
 * @param {(left: number) => any} attempt
 * @param {(answer: Answer) => boolean} again
 */
function repeat(seconds, attempt, again) {
  const until = performance.now() + seconds * 1000;
  const once = () =>
    attempt((until - performance.now()) / 1000).then((/** @type {Answer} */ answer) => {
      if (!again(answer) || performance.now() >= until) return answer;
      return cy.wait(PAUSE * 1000, { log: false }).then(once);
    });
  return once();
}

/** @param {{ method?: string, path: string, body?: unknown, takes?: number, encoding?: string }} call */
function request({ method = "GET", path, body, takes = 0, encoding = "utf8" }) {
  const url = (Cypress.env("MAILWEIR_URL") || URL_USUAL).replace(/\/+$/, "") + path;
  const key = Cypress.env("MAILWEIR_KEY");
  return cy
    .request({
      method,
      url,
      body,
      encoding,
      headers: key ? { "Mailsac-Key": key } : {},
      timeout: (takes + MARGIN) * 1000,
      failOnStatusCode: false,
      followRedirect: false, // another host must not be shown the key
      log: false, // nor whoever reads the log
    })
    .then((/** @type {{ status: number, body: any }} */ { status, body: data }) => ({
      status,
      data,
      why: `${method} ${url.split("?")[0]}`,
    }));
}

/** @param {Inbox} inbox */
const at = (inbox) => ({ address: typeof inbox === "string" ? inbox : inbox.address });

/** @param {string} address */
const pathOf = (address) => `/api/addresses/${encodeURIComponent(address)}`;

/** @param {Inbox} inbox */
function boxOf(inbox) {
  const { address } = at(inbox);
  const box = boxes.get(address) ?? { given: new Set() };
  boxes.set(address, box);
  return box;
}

/**
 * @param {string} name
 * @param {Asked} asked
 */
const tell = (name, { address, search }) =>
  Cypress.log({ name: `mailweir ${name}`, message: `${address}: ${search.words}` });
