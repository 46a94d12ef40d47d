import { useEffect, useRef } from 'react';
import { readShortcut, type ShortcutAction } from './shortcuts.ts';

/** Calls `act` for the shortcuts that work on every page. */
export function useShortcuts(act: (action: ShortcutAction) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    let pendingSince: number | null = null;
    const onKey = (event: KeyboardEvent) => {
      const result = readShortcut(
        {
          key: event.key,
          ctrl: event.ctrlKey || event.metaKey,
          alt: event.altKey,
          shift: event.shiftKey,
          typing: isTyping(event.target),
          at: event.timeStamp,
        },
        pendingSince,
      );
      pendingSince = result.pendingSince;
      if (!result.action) return;
      event.preventDefault();
      latest.current(result.action);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select, [role="combobox"]'))
  );
}

/** Ctrl or ⌘ with a key, on this page only; the browser's own meaning is kept away. */
export function useModKey(key: string, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (event.key.toLowerCase() !== key.toLowerCase()) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [key]);
}
