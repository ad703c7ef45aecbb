// oidc-provider as a server of its own: node oidc_provider.mjs '{"npm": folder, "port": …, "host": …, "clients": [...]}'.
// With "forgets" it asks for a consent that was given again and again.
// Its own interaction pages are used (any password is right, there is no second factor), and the page that ships for
// /session/end. One page is ours, as the package has none: /account names who is signed in, and asks when nobody is.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const given = JSON.parse(process.argv[2]);
const require = createRequire(`${given.npm}/`);
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const issuer = `http://${given.host}:${given.port}`;
const account = {
  client_id: "account", client_secret: "fake-account-page", redirect_uris: [`${issuer}/account/back`], grant_types: ["authorization_code"],
};
const provider = new Provider(issuer, {
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
