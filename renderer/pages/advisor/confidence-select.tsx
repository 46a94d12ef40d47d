import { Select } from '@mantine/core';
import { percent } from '../../lib/format.ts';

const CHOICES = [0.8, 0.9, 0.95, 0.99];

interface ConfidenceSelectProps {
  readonly value: number;
  readonly onChange: (confidence: number) => void;
  readonly disabled?: boolean;
}

/** How sure a first request should be. */
export function ConfidenceSelect({ value, onChange, disabled = false }: ConfidenceSelectProps) {
  const choices = CHOICES.includes(value) ? CHOICES : [...CHOICES, value].toSorted();
  return (
    <Select
      label="How sure the request should be"
      data={choices.map((choice) => ({ value: String(choice), label: percent(choice) }))}
      value={String(value)}
      onChange={(text) => onChange(Number(text ?? value))}
      disabled={disabled}
      maw={220}
    />
  );
}
