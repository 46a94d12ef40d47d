import { Input, SegmentedControl, Text } from '@mantine/core';
import type { Risk } from '../../../main/advisor/online/risk.ts';

const RISKS: readonly { value: Risk; label: string; says: string }[] = [
  {
    value: 'frugal',
    label: 'Frugal',
    says: 'Least memory × time, retries included: some instances fail once and are tried again with more.',
  },
  { value: 'balanced', label: 'Balanced', says: 'As sure as chosen below: what a plan asks for.' },
  {
    value: 'never_fail',
    label: 'Never fail',
    says: 'What 999 of 1,000 such instances stay under, whatever it holds.',
  },
];

interface RiskSelectProps {
  readonly value: Risk;
  readonly onChange: (risk: Risk) => void;
}

/** What a failure may cost to save memory elsewhere. */
export function RiskSelect({ value, onChange }: RiskSelectProps) {
  return (
    <Input.Wrapper label="Risk" labelElement="div">
      <SegmentedControl
        aria-label="Risk"
        fullWidth
        data={RISKS.map((risk) => ({ value: risk.value, label: risk.label }))}
        value={value}
        onChange={(risk) => onChange(risk as Risk)}
      />
      <Text size="xs" c="dimmed" mt={2}>
        {RISKS.find((risk) => risk.value === value)?.says}
      </Text>
    </Input.Wrapper>
  );
}
