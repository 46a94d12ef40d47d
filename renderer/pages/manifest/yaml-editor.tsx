import { setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import '../../components/code.css';
import './editor.css';
import { diagnostics, editorExtensions, readOnlyExtensions } from './editor-extensions.ts';
import classes from './manifest.module.css';
import { type GradedProblem, problemRange } from './problem-range.ts';
import type { JsonSchema } from './schema-walk.ts';

export interface EditorHandle {
  /** Shows a line (from 1) in the middle, puts the cursor on its first word and the focus into the editor. */
  goToLine(line: number): void;
  goToProblem(problem: GradedProblem): void;
}

interface YamlEditorProps {
  readonly text: string;
  readonly label: string;
  readonly schema: JsonSchema | null;
  readonly problems: readonly GradedProblem[];
  readonly onChange: (text: string) => void;
  readonly ref?: Ref<EditorHandle>;
}

export function YamlEditor({ text, label, schema, problems, onChange, ref }: YamlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ text, schema, onChange });
  latest.current = { text, schema, onChange };

  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: editorExtensions({
          label,
          schema: () => latest.current.schema,
          onChange: (changed) => latest.current.onChange(changed),
        }),
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [label]);

  // Text from outside (another version of the file) goes in as one change, so that it can be undone.
  useEffect(() => {
    const editor = view.current;
    const shown = editor?.state.doc.toString();
    if (!editor || shown === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    editor.dispatch(setDiagnostics(editor.state, diagnostics(problems, editor.state.doc)));
  }, [problems]);

  useImperativeHandle(ref, () => ({
    goToLine: (line) => {
      const editor = view.current;
      if (!editor) return;
      const { from, text: content } = editor.state.doc.line(
        Math.min(Math.max(1, line), editor.state.doc.lines),
      );
      showRange(editor, from + content.length - content.trimStart().length);
    },
    goToProblem: (problem) => {
      const editor = view.current;
      if (!editor) return;
      const { from, to } = problemRange(problem, editor.state.doc);
      showRange(editor, from, to);
    },
  }));

  return <div ref={place} className={classes.editor} />;
}

function showRange(editor: EditorView, anchor: number, head = anchor): void {
  editor.dispatch({
    selection: { anchor, head },
    effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
  });
  editor.focus();
}

export function YamlViewer({ text, label }: { text: string; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: text, extensions: readOnlyExtensions(label) }),
    });
    return () => view.destroy();
  }, [text, label]);
  return <div ref={place} className={classes.editor} />;
}
