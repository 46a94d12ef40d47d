import { Kbd } from '@mantine/core';
import { keyName } from '../app/shortcuts.ts';
import classes from './keys.module.css';

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** A shortcut as key caps. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className={classes.keys}>
      {keys.map((key) => (
        <Kbd key={key} size="xs">
          {keyName(key, isMac)}
        </Kbd>
      ))}
    </span>
  );
}
