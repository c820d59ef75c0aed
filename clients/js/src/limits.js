// Every time and every number that this client keeps to; times in seconds.

/** Where a server listens that was told nothing. */
export const URL_USUAL = "http://127.0.0.1:8025";

/** A wait. */
export const USUAL = 30;

/** A silence. */
export const USUAL_QUIET = 5;

/** The longest of either, so that milliseconds are seen to be a mistake. */
export const LONGEST = 3600;

/** How long before the call mail counts that was quicker than the test. */
export const LOOKS_BACK = 60;

/** What one call of a long wait holds: proxies end a request that is silent for a minute. */
export const SLICE = 50;

/** Until a server that is away is asked again. */
export const PAUSE = 0.2;

/** How long other calls go on over a restart, and how long a message may take to be read. */
export const PATIENCE = 10;

/** What an answer may take beyond the time that it was asked to take. */
export const MARGIN = 20;

/** Messages of a list. */
export const MOST = 1000;
