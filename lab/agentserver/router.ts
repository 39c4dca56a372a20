import { notFound, problem, type Reply } from './http-reply.ts';

export interface RouteRequest {
  /** What stands for the placeholders, in order. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  /** The raw body; null when there was none. */
  readonly body: string | null;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments; a placeholder starts with a colon. */
  readonly path: string;
  readonly handle: (request: RouteRequest) => Reply;
}

export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly params: readonly string[] }
  | { readonly kind: 'redirect'; readonly path: string }
  | { readonly kind: 'reply'; readonly reply: Reply };

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** Finds routes as the recorded framework did: decode first, so an escaped slash is a slash. */
export function createRouter(routes: readonly Route[]): (method: string, rawPath: string) => Match {
  const compiled = routes.map((route) => ({ route, segments: route.path.split('/') }));

  function findAll(path: string): { route: Route; params: string[] }[] {
    const segments = path.split('/');
    return compiled.flatMap(({ route, segments: pattern }) => {
      const params = matchSegments(pattern, segments);
      return params === null ? [] : [{ route, params }];
    });
  }

  return (method, rawPath) => {
    const path = decodePath(rawPath);
    const found = findAll(path);
    const match = found.find(({ route }) => route.method === method);
    if (match !== undefined) return { kind: 'route', ...match };
    const [other] = found;
    if (other !== undefined) {
      const reply = problem(405, 'Method Not Allowed', { allow: other.route.method });
      return { kind: 'reply', reply };
    }
    const trimmed = path.replace(/\/$/, '');
    if (trimmed !== path && findAll(trimmed).length > 0) {
      return { kind: 'redirect', path: rawPath.replace(/\/$/, '') };
    }
    return { kind: 'reply', reply: notFound() };
  };
}

function matchSegments(
  pattern: CompiledRoute['segments'],
  segments: readonly string[],
): string[] | null {
  if (pattern.length !== segments.length) return null;
  const params: string[] = [];
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? '';
    if (expected.startsWith(':')) {
      if (actual === '') return null;
      params.push(actual);
    } else if (expected !== actual) {
      return null;
    }
  }
  return params;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
