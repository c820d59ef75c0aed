// An OpenID provider on loopback, by npm's `oidc-provider`: `node provider.mjs PORT CLIENT SECRET BACK`.
// Whoever signs in there is whom the page's `login` field names; an address is verified unless it begins with "un".
import Provider from "oidc-provider";

const [port, clientId, secret, back] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      client_secret: secret,
      redirect_uris: [back],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["a key of tests"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: id,
      email_verified: !id.startsWith("un"),
      preferred_username: id.split("@")[0],
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log(issuer));
