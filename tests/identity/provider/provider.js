// A certified OpenID provider for the tests: node provider.js <node_modules> <settings.json> [port]
// It says on its first line of output where it is. POST /again reads the settings anew (rotated keys); GET /stats counts.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, settingsFile, port] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(join(modules, 'oidc-provider', 'lib', 'index.js')));
const fetched = {};
let answer;

const server = createServer((request, response) => {
  const [path] = request.url.split('?');
  fetched[path] = (fetched[path] ?? 0) + 1;
  if (path === '/stats') response.end(JSON.stringify(fetched));
  else if (path === '/again') response.end(String(begin()));
  else answer(request, response);
});
server.listen(Number(port ?? 0), '127.0.0.1', () => {
  begin();
  console.log(issuer());
});

function issuer() {
  return `http://127.0.0.1:${server.address().port}`;
}

function begin() {
  const settings = JSON.parse(readFileSync(settingsFile, 'utf8'));
  const provider = new Provider(issuer(), configuration(settings));
  answer = provider.callback();
  return settings.jwks.keys.length;
}

function configuration(settings) {
  return {
    jwks: settings.jwks,
    clients: settings.clients,
    cookies: { keys: ['of the tests'] },
    scopes: ['openid', 'roger'],
    claims: { openid: ['sub'], roger: ['roles', 'units'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: { AccessToken: 300, ClientCredentials: 300, IdToken: 300, Session: 300, Interaction: 300, Grant: 300 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...settings.people[id] }) }),
    loadExistingGrant: async (ctx) => {
      // Consent is the municipality's own: its staff is not asked.
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope('openid roger');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: (_, resource) => ({
          audience: resource,
          scope: settings.scopes,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: settings.alg ?? 'RS256' } },
        }),
      },
    },
  };
}
