import { lazy, Suspense } from 'react';
import { Loading } from './loading.tsx';

const DiffEditor = lazy(async () => ({ default: (await import('./diff-editor.tsx')).DiffEditor }));

export interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  readonly beforeLabel?: string;
  readonly afterLabel?: string;
  /** In pixels; what does not fit scrolls. */
  readonly height?: number;
}

/** Two versions of a YAML file beside each other, unchanged stretches folded. The editor loads when it is shown. */
export function DiffView(props: DiffViewProps) {
  return (
    <Suspense fallback={<Loading label="Comparing…" />}>
      <DiffEditor {...props} />
    </Suspense>
  );
}
