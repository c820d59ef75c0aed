// One server, asked by fetch. One that restarts is asked again.

import { failure, isAway } from "./answers.js";
import { MailweirError } from "./errors.js";
import { MARGIN, PATIENCE, PAUSE, URL_USUAL } from "./limits.js";

/** @import { Answer } from "./answers.js" */
/**
 * `takes`: seconds that the answer may take.
 * @typedef {{ method?: string, path: string, query?: Record<string, string>, body?: unknown,
 *   as?: "json" | "text" | "bytes", takes?: number }} Call
 */

// A certificate that is not trusted will not be trusted a second later either.
const FOR_GOOD = /CERT|SSL|TLS|UNABLE_TO|ERR_INVALID/;

const LATE = { code: "no answer in time", reason: "" };

export class Server {
  /** @type {string | undefined} */
  #key;

  /** @param {{ url?: string, key?: string }} [options] */
  constructor({ url, key } = {}) {
    const told = url || process.env.MAILWEIR_URL || URL_USUAL;
    const parsed = URL.canParse(told) ? new URL(told) : undefined;
    if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username)
      throw new TypeError(`${JSON.stringify(told)} is no address of a server, such as ${URL_USUAL}.`);
    this.url = parsed.href.replace(/\/+$/, "");
    this.#key = (key || process.env.MAILWEIR_KEY)?.trim(); // files of secrets end in a line feed
  }

  /**
   * What the server gives; asked again for a while as long as `again` says so. Throws MailweirError.
   * @param {Call} call
   * @param {AbortSignal} [signal]
   * @param {(answer: Answer) => boolean} [again]
   */
  async ask(call, signal, again = isAway) {
    const answer = await this.repeat(PATIENCE, () => this.once(call, signal), again, signal);
    if (answer.status < 200 || answer.status > 299 || answer.data === undefined) throw failure(answer);
    return answer.data;
  }

  /**
   * Asks again, as long as `again` says so and there is time; each time with the seconds that are left.
   * @param {number} seconds
   * @param {(left: number) => Promise<Answer>} attempt
   * @param {(answer: Answer) => boolean} again
   * @param {AbortSignal} [signal]
   */
  async repeat(seconds, attempt, again, signal) {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      const answer = await attempt((until - performance.now()) / 1000);
      if (!again(answer) || performance.now() >= until) return answer;
      await pause(PAUSE, signal);
    }
  }

  /**
   * One answer, whatever it is. Throws what the signal is aborted with.
   * @param {Call} call
   * @param {AbortSignal} [signal]
   * @returns {Promise<Answer>}
   */
  async once({ method = "GET", path, query = {}, body, as = "json", takes = 0 }, signal) {
    signal?.throwIfAborted();
    const why = `${method} ${this.url}${path}`;
    const late = AbortSignal.timeout((takes + MARGIN) * 1000);
    try {
      const response = await fetch(`${this.url}${path}${asQuery(query)}`, {
        method,
        headers: this.#headers(body),
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: "manual", // another host must not be shown the key
        signal: signal ? AbortSignal.any([signal, late]) : late,
      });
      return { status: response.status, data: await read(response, response.ok ? as : "json"), why };
    } catch (error) {
      signal?.throwIfAborted();
      const { code, reason } = late.aborted ? LATE : told(error);
      if (!code || FOR_GOOD.test(code)) throw new MailweirError(`${this.url} cannot be asked: ${reason}.`);
      return { status: 0, data: undefined, why: `${this.url} does not answer (${code}).` };
    }
  }

  /** @param {unknown} body */
  #headers(body) {
    return {
      ...(this.#key ? { "Mailsac-Key": this.#key } : {}),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    };
  }
}

/** @param {Record<string, string>} query */
const asQuery = (query) => (Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : "");

/**
 * What is in an answer; undefined for JSON that is none, and null for nothing at all.
 * @param {Response} response
 * @param {"json" | "text" | "bytes"} as
 */
async function read(response, as) {
  if (as === "bytes") return new Uint8Array(await response.arrayBuffer());
  const text = await response.text();
  if (as === "text") return text;
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Why fetch failed; without a code it was not for the connection.
 * @param {any} error
 * @returns {{ code?: string, reason: string }}
 */
const told = (error) => ({ code: error.cause?.code, reason: error.cause?.message || error.message });

/**
 * @param {number} seconds
 * @param {AbortSignal} [signal]
 */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, seconds * 1000);
    signal?.addEventListener("abort", done);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      signal?.aborted ? reject(signal.reason) : resolve(undefined);
    }
  });
}
