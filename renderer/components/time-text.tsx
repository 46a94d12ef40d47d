import { clockTime, time, timeAgo, utcTime } from '../lib/format.ts';

interface TimeTextProps {
  /** Milliseconds since the epoch; null is shown as not known. */
  readonly at: number | null;
  readonly show?: 'date' | 'clock' | 'ago';
}

/** A local time; UTC when pointed at. */
export function TimeText({ at, show = 'date' }: TimeTextProps) {
  const text = show === 'clock' ? clockTime(at) : show === 'ago' ? timeAgo(at) : time(at);
  if (at === null) return <span>{text}</span>;
  return (
    <time dateTime={utcTime(at)} title={utcTime(at)}>
      {text}
    </time>
  );
}
