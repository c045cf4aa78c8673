// A real OpenID Connect provider for tests. Argument: the address to which it may send people back. It prints its
// issuer, and lets in whoever types a name: their address is NAME@Example.com, verified unless NAME is "unverified".
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [back] = process.argv.slice(2);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "messenger-funnel",
      client_secret: "a secret that both know",
      redirect_uris: [back],
    }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@Example.com`, email_verified: id !== "unverified" }),
    }),
    // Who has logged in has agreed.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on("request", async (request, answer) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    if (!pathname.startsWith("/interaction/")) return callback(request, answer);
    const name = searchParams.get("name");
    if (name) return provider.interactionFinished(request, answer, { login: { accountId: name } });
    answer.setHeader("content-type", "text/html");
    answer.end('<title>Provider</title><form><input name="name"><button type="submit">Log in</button></form>');
  });
  console.log(issuer);
});
