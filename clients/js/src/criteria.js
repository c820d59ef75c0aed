// What a message has to be like, as a test says it, and the query that asks the server for it.

import { LONGEST, LOOKS_BACK } from "./limits.js";

/** @import { Criteria } from "../types/index.d.ts" */

/** @typedef {Record<string, string>} Query */

const TEXTS = /** @type {const} */ (["from", "to", "subject", "text"]);
const REQUIRED = /** @type {const} */ (["code", "link", "attachment"]);
const CRITERIA = [...TEXTS, ...REQUIRED, "regex", "since"];

/**
 * The query of what a test asks for; what the test did not write down is not in it, but `since` always is.
 * @param {Criteria} criteria
 * @param {readonly string[]} more names of options that are allowed beside the criteria
 * @returns {Query}
 */
export function queryOf(criteria, more) {
  refuseUnknown(criteria, [...CRITERIA, ...more]);
  /** @type {Query} */
  const query = { since: sinceOf(criteria.since) };
  for (const name of TEXTS) if (criteria[name]) query[name] = criteria[name];
  if (criteria.regex) query.regex = regexOf(criteria.regex);
  const required = REQUIRED.filter((name) => criteria[name]);
  if (required.length > 1)
    throw new TypeError(`${required.join(" and ")} exclude each other: one call asks for one of them.`);
  if (required[0]) query.require = required[0];
  return query;
}

/**
 * Throws TypeError for an option of another name: what is misspelt must not be left out silently.
 * @param {object} options
 * @param {readonly string[]} known
 */
export function refuseUnknown(options, known) {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`There is no option ${unknown}; there are ${known.join(", ")}.`);
}

/**
 * A number of seconds that was asked for, or the usual one.
 * @param {string} name
 * @param {number | undefined} value
 * @param {number} usual
 */
export function secondsOf(name, value, usual) {
  const seconds = value ?? usual;
  if (!(seconds >= 0 && seconds <= LONGEST))
    throw new TypeError(`${name} is ${seconds}; it is in seconds, from 0 to ${LONGEST}.`);
  return seconds;
}

/**
 * What is asked for, in words.
 * @param {Query} query
 */
export function wordsOf(query) {
  const told = Object.entries(query)
    .filter(([name]) => name !== "since" && name !== "claim")
    .map(([name, value]) => (name === "require" ? `a ${value}` : `${name} ${JSON.stringify(value)}`));
  return [...told, `since ${query.since}`].join(", ");
}

/** @param {Criteria["since"]} since */
function sinceOf(since) {
  if (since === undefined) return new Date(Date.now() - LOOKS_BACK * 1000).toISOString();
  if (since instanceof Date) return since.toISOString();
  return typeof since === "string" ? since : since.id;
}

/**
 * The server reads RE2's syntax, which has no flags outside of the expression.
 * @param {string | RegExp} regex
 */
function regexOf(regex) {
  if (typeof regex === "string") return regex;
  const flags = regex.flags.replace(/[^ims]/g, "");
  return flags ? `(?${flags})${regex.source}` : regex.source;
}
