import { type ReactNode, useDeferredValue } from 'react';

interface LaterProps {
  /** Of the room kept until then, in pixels. */
  readonly height: number;
  readonly children: ReactNode;
}

/** Comes after the rest of the page, drawn in slices that let input and other frames through. */
export function Later({ height, children }: LaterProps) {
  const isTime = useDeferredValue(true, false);
  return isTime ? children : <div style={{ height }} aria-hidden="true" />;
}
