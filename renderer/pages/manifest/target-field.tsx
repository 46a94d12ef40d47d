import { Autocomplete, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { TargetField } from './target-fields.ts';

interface TargetFieldInputProps {
  readonly field: TargetField;
  readonly value: string | readonly string[];
  /** Names to choose from where any may be typed. */
  readonly known: readonly string[];
  readonly onChange: (value: string | readonly string[]) => void;
}

/** The input for one key of a target. */
export function TargetFieldInput({ field, value, known, onChange }: TargetFieldInputProps) {
  const { kind, label, help, options, least } = field;
  const text = typeof value === 'string' ? value : '';
  const common = { label, ...(help !== '' && { description: help }) };
  switch (kind) {
    case 'number':
      return (
        <NumberInput
          {...common}
          {...(least !== null && { min: least })}
          value={text}
          onChange={(next) => onChange(String(next))}
        />
      );
    case 'flag':
    case 'choice':
      return (
        <Select
          {...common}
          placeholder="As usual"
          data={kind === 'flag' ? ['yes', 'no'] : [...options]}
          value={text === '' ? null : text}
          clearable
          onChange={(next) => onChange(next ?? '')}
        />
      );
    case 'list':
      return (
        <TagsInput
          {...common}
          value={typeof value === 'string' ? [] : [...value]}
          splitChars={[',', ' ', ';']}
          acceptValueOnBlur
          onChange={(next) => onChange(next.flatMap((one) => one.split(/[\s,;]+/)).filter(Boolean))}
        />
      );
    case 'pairs':
      return (
        <Textarea
          {...common}
          placeholder="NAME=value, one a line"
          autosize
          minRows={1}
          spellCheck={false}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'text':
      return known.length > 0 ? (
        <Autocomplete {...common} data={[...known]} value={text} onChange={onChange} />
      ) : (
        <TextInput
          {...common}
          value={text}
          spellCheck={false}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
