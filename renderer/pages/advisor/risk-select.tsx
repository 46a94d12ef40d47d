import { Input, SegmentedControl, Text } from '@mantine/core';
import type { Risk } from '../../../main/advisor/online/risk.ts';
import { oneOf, RISKS } from '../../lib/choices.ts';

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
        onChange={(risk) =>
          onChange(
            oneOf(
              RISKS.map((choice) => choice.value),
              risk,
            ),
          )
        }
      />
      <Text size="xs" c="dimmed" mt={2}>
        {RISKS.find((risk) => risk.value === value)?.meaning}
      </Text>
    </Input.Wrapper>
  );
}
