import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/**
 * Colours of code are variables of the page (`code.css`), so that changing between light and dark repaints the
 * editor without building it again, and undo, selection and scroll position stay.
 */
const highlighting = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-key)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.typeName, tags.labelName], color: 'var(--code-keyword)' },
  {
    tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace],
    color: 'var(--code-punctuation)',
  },
]);

const look = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: '13px',
    color: 'var(--mantine-color-text)',
    backgroundColor: 'transparent',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.55' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--mantine-color-dimmed)',
    border: 'none',
  },
  '.cm-lineNumbers .cm-gutterElement': { paddingLeft: '14px', minWidth: '40px' },
  '.cm-activeLine': { backgroundColor: 'var(--code-active-line)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--mantine-color-text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--code-selection)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--code-match)' },
  '&.cm-focused .cm-matchingBracket, .cm-matchingBracket': {
    backgroundColor: 'var(--code-match)',
    outline: 'none',
  },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--app-hover)',
    border: 'none',
    color: 'var(--mantine-color-dimmed)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--app-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--app-line-strong)',
    borderRadius: '6px',
    boxShadow: 'var(--mantine-shadow-md)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    fontSize: '12px',
    maxHeight: '16em',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--app-selected)',
    color: 'var(--app-selected-text)',
  },
  '.cm-completionDetail': {
    fontStyle: 'normal',
    color: 'var(--mantine-color-dimmed)',
    marginLeft: '10px',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-tooltip.cm-completionInfo': {
    padding: '8px 10px',
    maxWidth: '320px',
    fontFamily: 'var(--mantine-font-family)',
    fontSize: '12px',
    lineHeight: '1.45',
  },
  '.cm-tooltip-hover': { maxWidth: '460px' },
  '.cm-panels': {
    backgroundColor: 'var(--app-sunken)',
    color: 'var(--mantine-color-text)',
    borderColor: 'var(--app-line)',
  },
  '.cm-panel input, .cm-panel button': { fontFamily: 'var(--mantine-font-family)' },
  '.cm-textfield': {
    backgroundColor: 'var(--app-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--app-line-strong)',
    borderRadius: '4px',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--app-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--app-line-strong)',
    borderRadius: '4px',
  },
  '.cm-lint-marker': { width: '8px', height: '8px', margin: '6px 1px 0' },
  '.cm-lint-marker-error': { content: 'normal', borderRadius: '50%', background: 'var(--code-error)' },
  '.cm-lint-marker-warning': {
    content: 'normal',
    background: 'var(--code-warning)',
    clipPath: 'polygon(50% 0, 100% 100%, 0 100%)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--code-error) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--code-warning) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-diagnostic': {
    padding: '8px 12px',
    fontFamily: 'var(--mantine-font-family)',
    fontSize: '12.5px',
    lineHeight: '1.45',
  },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--code-error)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--code-warning)' },
  '.cm-changedLine, &.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--code-added)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--code-removed)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': {
    background: 'var(--code-removed-text)',
  },
  '&.cm-merge-b .cm-changedText': { background: 'var(--code-added-text)' },
  '.cm-collapsedLines': {
    background: 'var(--app-sunken)',
    color: 'var(--mantine-color-dimmed)',
    padding: '4px 14px',
  },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '""', margin: '0' },
});

export const codeLook: Extension = [look, syntaxHighlighting(highlighting)];
