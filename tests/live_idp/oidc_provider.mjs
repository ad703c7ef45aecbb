// oidc-provider as a server of its own: node oidc_provider.mjs '{"npm": folder, "port": …, "host": …, "clients": [...]}'.
// With "forgets" it asks for a consent that was given again and again.
// Its own interaction pages are used (any password is right), and the page that ships for /session/end. Two pages are ours, as the
// package has none: /account names who is signed in, and asks when nobody is; and the one that asks whoever has a seed in "seeds"
// (base32, by login) for a one-time code, as a prompt of the package's interaction policy.
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const given = JSON.parse(process.argv[2]);
const require = createRequire(`${given.npm}/`);
const { interactionPolicy, Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
const { base, Check, Prompt } = interactionPolicy;

const issuer = `http://${given.host}:${given.port}`;
const account = {
  client_id: "account", client_secret: "fake-account-page", redirect_uris: [`${issuer}/account/back`], grant_types: ["authorization_code"],
};
const policy = base();
policy.add(new Prompt(
  { name: "code", requestable: false },
  new Check("no_code", "a one-time code is asked for", ({ oidc: { session } }) =>
    (given.seeds[session.accountId] && !session.amr?.includes("otp") ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT)),
), 1);
const provider = new Provider(issuer, {
  interactions: { policy },
  clients: [account, ...given.clients],
  cookies: { keys: ["fake-cookie-key"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  scopes: ["openid", "offline_access", "email", "profile", "mail"],
  conformIdTokenClaims: false,
  // Who is signed in is the login that was typed, in the access token's introspection as well.
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: true, name: id.split("@")[0] }) }),
  features: { introspection: { enabled: true }, devInteractions: { enabled: true } },
  pkce: { required: (_ctx, client) => client.clientId === "jira-mail" },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 86400, IdToken: 3600, Interaction: 3600, RefreshToken: 86400, Session: 86400 },
  // The account page is the provider's own and needs nobody's consent.
  loadExistingGrant: async (ctx) => {
    if (given.forgets) return undefined;
    const known = ctx.oidc.result?.consent?.grantId || ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
    if (known || ctx.oidc.client.clientId !== "account") return known ? ctx.oidc.provider.Grant.find(known) : undefined;
    const grant = new ctx.oidc.provider.Grant({ clientId: "account", accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

// RFC 6238. What was taken once is not taken again.
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", taken = new Set();
const totp = (seed, step) => {
  const bits = [...seed].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, "0");
};
const accepts = (login, code) => {
  const step = Math.floor(Date.now() / 30000);
  const fits = [step - 1, step].some((each) => totp(given.seeds[login], each) === code) && !taken.has(login + code);
  if (fits) taken.add(login + code);
  console.log(`code of ${login}: ${fits ? "accepted" : "refused"}`);
  return fits;
};

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/") || ctx.path.endsWith("/abort")) return next();
  const { prompt, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name !== "code") return next();
  let refused = "";
  if (ctx.method === "POST") {
    let body = "";
    for await (const part of ctx.req) body += part;
    if (accepts(session.accountId, new URLSearchParams(body).get("code"))) {
      ctx.respond = false;
      return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: session.accountId, amr: ["pwd", "otp"] } });
    }
    refused = '<p role="alert">The code is not right.</p>';
  }
  ctx.type = "html";
  ctx.body = `<!DOCTYPE html><html lang="en"><title>Sign-in</title><h1>Two-step verification</h1>${refused}<form method="post">
<label>Code from your authenticator app <input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label>
<button type="submit">Continue</button></form></html>`;
  return undefined;
});

provider.use(async (ctx, next) => {
  if (ctx.path === "/account/back") return ctx.redirect("/account");
  if (ctx.path !== "/account") return next();
  const session = await provider.Session.get(ctx);
  if (session.accountId) {
    ctx.type = "html";
    ctx.body = `<!DOCTYPE html><html lang="en"><title>Account</title><h1>Your account</h1><p>Signed in as <b>${session.accountId}</b>.</p></html>`;
    return undefined;
  }
  const query = new URLSearchParams({ client_id: "account", response_type: "code", scope: "openid", redirect_uri: account.redirect_uris[0] });
  return ctx.redirect(`/auth?${query}`);
});

createServer(provider.callback()).listen(given.port, "127.0.0.1");
