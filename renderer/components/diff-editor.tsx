import { yaml } from '@codemirror/lang-yaml';
import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import './code.css';
import { codeLook } from './code-theme.ts';
import classes from './diff-editor.module.css';
import type { DiffViewProps } from './diff-view.tsx';

const CONTEXT_LINES = 3;
const FOLD_FROM_LINES = 6;

export function DiffEditor({ before, after, beforeLabel, afterLabel, height = 420 }: DiffViewProps) {
  const place = useRef<HTMLDivElement>(null);
  const [left, right] = [beforeLabel ?? 'Now', afterLabel ?? 'After'];
  useEffect(() => {
    if (!place.current) return;
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        lineNumbers(),
        yaml(),
        codeLook,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
      ],
    });
    const view = new MergeView({
      parent: place.current,
      a: side(before, left),
      b: side(after, right),
      gutter: true,
      highlightChanges: true,
      collapseUnchanged: { margin: CONTEXT_LINES, minSize: FOLD_FROM_LINES },
    });
    return () => view.destroy();
  }, [before, after, left, right]);
  return (
    <div className={classes.frame}>
      <div className={classes.labels}>
        <span>{left}</span>
        <span>{right}</span>
      </div>
      <div ref={place} className={classes.place} style={{ maxHeight: height }} />
    </div>
  );
}
