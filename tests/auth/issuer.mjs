// The authorisation server: oauth2-mock-server, told to put into a token what was asked for (RFC 8707, RFC 6749).

import { pathToFileURL } from "node:url";

const { OAuth2Server, Events } = await import(pathToFileURL(process.argv[2]));
const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
// What each code was asked for, until it is a token.
const asked = new Map();

server.service.on(Events.BeforeAuthorizeRedirect, ({ url }, request) => {
  asked.set(url.searchParams.get("code"), request.query);
});
server.service.on(Events.BeforeTokenSigning, (token, request) => {
  const { scope, resource } = asked.get(request.body.code) ?? request.body;
  const { client_id, resource: again } = request.body;
  Object.assign(token.payload, { scope, client_id, aud: again ?? resource });
});
server.service.on(Events.BeforeResponse, (response, request) => {
  response.body.scope = asked.get(request.body.code)?.scope ?? request.body.scope;
});

await server.start(0, "localhost");
console.log(server.issuer.url);
