'use client';

import { useConnection, useIsLiveLoaded } from '#components/live/use-live.ts';
import { FailedState } from '#components/ui/surface-states.tsx';

/** A view of the live picture: its skeleton until the picture is there, and why when it does not come. */
export function LiveSurface(props: { skeleton: React.ReactNode; children: React.ReactNode }) {
  const isLoaded = useIsLiveLoaded();
  const { status, reconnectNow } = useConnection();
  if (isLoaded) return props.children;
  if (status.kind !== 'reconnecting' && status.kind !== 'offline') return props.skeleton;
  return (
    <FailedState
      what="The live picture could not be loaded"
      why={status.kind === 'reconnecting' ? status.reason : 'This browser is offline.'}
      next="Recording goes on. This page tries again by itself."
      onRetry={reconnectNow}
    />
  );
}
