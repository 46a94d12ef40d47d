import { autocompletion, type CompletionContext, startCompletion } from '@codemirror/autocomplete';
import { indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap } from '@codemirror/lint';
import { EditorState, type Extension, type Text } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { codeLook } from '../../components/code-theme.ts';
import { completeManifest, explainKey, type ManifestOption } from './manifest-completion.ts';
import { type GradedProblem, problemRange } from './problem-range.ts';
import type { JsonSchema } from './schema-walk.ts';

interface EditorOptions {
  readonly label: string;
  /** Null until it has arrived; asked for on every completion. */
  readonly schema: () => JsonSchema | null;
  readonly onChange: (text: string) => void;
}

export function editorExtensions({ label, schema, onChange }: EditorOptions): Extension {
  return [
    basicSetup,
    yaml(),
    codeLook,
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    // Escape, then Tab leaves the editor: the library's own way out of the keyboard trap.
    keymap.of([indentWithTab, ...lintKeymap]),
    autocompletion({
      activateOnTyping: true,
      icons: false,
      override: [(context) => complete(context, schema())],
    }),
    hoverTooltip((view, position) => explain(view.state.doc, position, schema())),
    lintGutter(),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true', tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
}

export function readOnlyExtensions(label: string): Extension {
  return [
    basicSetup,
    yaml(),
    codeLook,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
  ];
}

const OPTION_TYPES: Readonly<Record<ManifestOption['kind'], string>> = {
  key: 'property',
  value: 'enum',
  name: 'variable',
  placeholder: 'constant',
};

function complete(context: CompletionContext, schema: JsonSchema | null) {
  if (!schema) return null;
  const found = completeManifest(context.state.doc.toString(), context.pos, schema);
  if (!found) return null;
  const typed = context.state.sliceDoc(found.from, context.pos);
  // An empty line offers nothing by itself: pressing Enter must not open a list.
  if (!context.explicit && typed === '' && !/[{[:,]\s?$/.test(context.state.sliceDoc(0, context.pos)))
    return null;
  return {
    from: found.from,
    validFor: /^[\w.-]*$/,
    options: found.options.map((option, index) => ({
      label: option.label,
      type: OPTION_TYPES[option.kind],
      detail: option.detail,
      ...(option.info !== null && { info: option.info }),
      boost: -index,
      apply: (view: EditorView, _completion: unknown, from: number, to: number) => {
        view.dispatch({
          changes: { from, to, insert: option.apply },
          selection: { anchor: from + option.apply.length },
          userEvent: 'input.complete',
        });
        // After `component: ` the next thing to choose is the component.
        if (option.kind === 'key' && option.apply.endsWith(' ')) startCompletion(view);
      },
    })),
  };
}

function explain(doc: Text, position: number, schema: JsonSchema | null) {
  const found = schema && explainKey(doc.toString(), position, schema);
  if (!found || (found.info === null && found.type === '')) return null;
  return {
    pos: found.from,
    end: found.to,
    above: true,
    create: () => ({ dom: explanation(found.path, found.type, found.info) }),
  };
}

function explanation(path: string, type: string, info: string | null): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'manifest-hover';
  const head = document.createElement('code');
  head.textContent = type === '' ? path : `${path}: ${type}`;
  dom.append(head);
  if (info !== null) {
    const text = document.createElement('p');
    text.textContent = info;
    dom.append(text);
  }
  return dom;
}

/** Problems as the editor shows them: sentence, what to do, code. */
export function diagnostics(problems: readonly GradedProblem[], doc: Text): Diagnostic[] {
  return problems.map((problem) => ({
    ...problemRange(problem, doc),
    severity: problem.severity,
    message: problem.message,
    renderMessage: () => problemText(problem),
  }));
}

function problemText(problem: GradedProblem): HTMLElement {
  const dom = document.createElement('div');
  dom.append(problem.message);
  if (problem.hint !== null) {
    const hint = document.createElement('div');
    hint.className = 'manifest-problem-hint';
    hint.textContent = problem.hint;
    dom.append(hint);
  }
  const code = document.createElement('code');
  code.className = 'manifest-problem-code';
  code.textContent = problem.code;
  dom.append(code);
  return dom;
}
