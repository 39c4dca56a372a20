import { renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';

import { LiveProvider } from './live-context.tsx';
import { useConnection, useIsLiveLoaded, useLive, useServerNow } from './use-live.ts';

function Reader() {
  const agents = useLive((organism) => [...organism.agents.values()]);
  const isLoaded = useIsLiveLoaded();
  const { status } = useConnection();
  const now = useServerNow();
  return <p>{JSON.stringify({ agents, isLoaded, status, now })}</p>;
}

describe('the live hooks', () => {
  it('render on a server without a socket, as what hydration starts from', () => {
    const html = renderToString(
      <LiveProvider organism={null}>
        <Reader />
      </LiveProvider>,
    );
    const text = html.replaceAll('&quot;', '"').replace(/<\/?p>/g, '');
    expect(JSON.parse(text)).toEqual({
      agents: [],
      isLoaded: false,
      status: { kind: 'connecting' },
      now: null,
    });
  });

  it('say what is missing above them', () => {
    expect(() => renderToString(<Reader />)).toThrow('LiveProvider');
  });
});
