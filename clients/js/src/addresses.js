// Addresses of a run. Every address that begins with the run's prefix is the run's, so none is asked for.

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const RANDOM = 10; // letters: 51 bits
const LONGEST = 40; // characters that may follow the prefix

/**
 * An address that nobody has had before, with as much of the name as fits.
 * @param {{ prefix: string, domain: string }} run
 * @param {string} name
 */
export function freshAddress({ prefix, domain }, name) {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST - RANDOM - 1)
    .replace(/^-|-$/g, "");
  return `${prefix}${slug && `${slug}-`}${randomLetters(RANDOM)}@${domain}`;
}

/** @param {number} count */
function randomLetters(count) {
  let letters = "";
  while (letters.length < count) {
    const [octet = 0] = crypto.getRandomValues(new Uint8Array(1));
    letters += LETTERS[octet] ?? ""; // an octet past the letters is thrown away: each is as likely
  }
  return letters;
}
