import { bytes, percent, UNKNOWN } from '../../lib/format.ts';
import classes from './bullet-bar.module.css';

interface BulletBarProps {
  readonly requestedBytes: number | null;
  readonly measuredBytes: number | null;
}

/** The request's mark stands at this share of the bar, so that there is room to show what went beyond it. */
const REQUEST_AT = 0.8;

/** Measured against requested memory: a bar with the request as a mark, and both numbers in words. */
export function BulletBar({ requestedBytes, measuredBytes }: BulletBarProps) {
  const over = requestedBytes !== null && measuredBytes !== null && measuredBytes > requestedBytes;
  const share = requestedBytes && measuredBytes !== null ? measuredBytes / requestedBytes : null;
  const title =
    share === null
      ? undefined
      : `Used ${percent(share)} of the memory it asked for (${bytes(requestedBytes)})`;
  return (
    <div className={classes.cell} title={title}>
      <svg className={classes.bar} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <rect className={classes.track} x="0" y="2" width={REQUEST_AT * 100} height="8" />
        {share !== null && (
          <rect
            className={over ? classes.over : classes.used}
            x="0"
            y="4"
            width={Math.min(100, share * REQUEST_AT * 100)}
            height="4"
          />
        )}
        {requestedBytes !== null && (
          <rect className={classes.request} x={REQUEST_AT * 100 - 0.75} y="0" width="1.5" height="12" />
        )}
      </svg>
      <span className={classes.text}>
        {measuredBytes === null ? UNKNOWN : bytes(measuredBytes)}
        <span className={classes.of}> of {bytes(requestedBytes)}</span>
      </span>
    </div>
  );
}
