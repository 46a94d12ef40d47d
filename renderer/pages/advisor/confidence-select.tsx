import { Select } from '@mantine/core';
import { confidenceChoices } from '../../lib/confidence-choices.ts';

interface ConfidenceSelectProps {
  readonly value: number;
  readonly onChange: (confidence: number) => void;
  readonly disabled?: boolean;
}

/** How sure a first request should be. */
export function ConfidenceSelect({ value, onChange, disabled = false }: ConfidenceSelectProps) {
  return (
    <Select
      label="How sure the request should be"
      data={confidenceChoices(value)}
      value={String(value)}
      onChange={(text) => onChange(Number(text ?? value))}
      disabled={disabled}
      maw={220}
    />
  );
}
