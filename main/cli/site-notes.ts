import type { LiveState } from '../session/live-state.ts';

/** Says when a site stops answering, why, and when it is back: where nothing changes, nobody sees from the counts that it is gone. */
export function siteNotes(note: (text: string) => void): (site: LiveState['site']) => void {
  let before = 'reachable';
  return (site) => {
    if (!site || site.reach.state === before) return;
    const { label, reach } = site;
    before = reach.state;
    if (reach.state === 'reachable') note(`${label} answers again.`);
    else if (reach.state === 'needs_you') note(`${label} waits for you: ${reach.reason}`);
    else note(`${label} does not answer and is asked again by itself; its work goes on. ${reach.reason}`);
  };
}
