// An identity provider for the tests: oidc-provider as it comes, with a few clients.
// Usage: node provider.mjs STATE. Prints its port, and serves until it is killed.
// STATE is a JSON file, read at every request: {"ahead": seconds, "claims": {sub: {...}}, "slow": bool}.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import Provider, { errors } from "oidc-provider";

const file = process.argv[2];
const state = () => JSON.parse(readFileSync(file, "utf8"));
const now = Date.now;
Date.now = () => now() + state().ahead * 1000;

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const client = (client_id, more) => ({
  client_id,
  application_type: "native",
  grant_types: ["authorization_code", DEVICE],
  redirect_uris: ["http://127.0.0.1/callback"],
  ...more,
});

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      client("cabinet", { client_secret: "a secret of the tests" }),
      client("public", { token_endpoint_auth_method: "none" }),
    ],
    claims: { openid: ["sub"], profile: ["name", "email"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["of the tests"] },
    features: { deviceFlow: { enabled: true } },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, ...state().claims[sub] }),
    }),
    pkce: { required: () => false },
    ttl: { DeviceCode: 600 },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (state().slow && ctx.path === "/token") {
      const { error } = new errors.SlowDown();
      ctx.status = 400;
      ctx.body = { error };
    }
  });
  server.on("request", provider.callback());
  console.log(port);
});
