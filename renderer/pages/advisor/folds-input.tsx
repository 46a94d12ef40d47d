import { NumberInput } from '@mantine/core';

const MIN_FOLDS = 2;
const MAX_FOLDS = 20;

interface FoldsInputProps {
  readonly value: number;
  readonly onChange: (folds: number) => void;
  readonly disabled: boolean;
}

/** In how many parts the history is held out in turn. */
export function FoldsInput({ value, onChange, disabled }: FoldsInputProps) {
  return (
    <NumberInput
      label="Folds"
      min={MIN_FOLDS}
      max={MAX_FOLDS}
      allowDecimal={false}
      value={value}
      onChange={(folds) => onChange(Math.min(MAX_FOLDS, Math.max(MIN_FOLDS, Number(folds) || 5)))}
      disabled={disabled}
      w={72}
    />
  );
}
