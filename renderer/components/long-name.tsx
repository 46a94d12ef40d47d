import { Fragment } from 'react';

/** A name that may be as long as those of workflow engines: it may break after each of its parts. */
export function LongName({ name }: { name: string }) {
  return name.split(/(?<=[:/._-])/).map((part, i) => (
    // The parts of a name never change places.
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
