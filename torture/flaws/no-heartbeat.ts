/** Nobody is asked whether they are still there. */
import { rewriteSource } from './source-rewrite.ts';

rewriteSource('server/hub/hub.ts', [
  ['if (connections.has(connection)) checkLiveness(connection);', ''],
]);
rewriteSource('server/sources/agentserver/socket.ts', [
  ["if (isPongDue) return finish('the socket answers no ping');", ''],
]);
