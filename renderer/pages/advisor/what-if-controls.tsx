import { Group, Input, NumberInput, Select, Slider, Stack, Text, TextInput } from '@mantine/core';
import type { InputDescription } from '../../../main/api/advisor-views.ts';
import { describeInput } from '../../../main/platform/units.ts';
import { type FeatureValue, sliderRange } from './what-if-values.ts';

interface WhatIfControlProps {
  readonly input: InputDescription;
  readonly value: FeatureValue;
  readonly onChange: (value: FeatureValue) => void;
}

/** A slider for a number, a list for a category, a field for a text. */
export function WhatIfControl({ input, value, onChange }: WhatIfControlProps) {
  switch (input.kind) {
    case 'number':
      return <NumberControl input={input} value={Number(value)} onChange={onChange} />;
    case 'category':
      return (
        <Select
          label={input.name}
          data={[...input.levels]}
          value={String(value)}
          onChange={(level) => onChange(level ?? value)}
          disabled={input.levels.length < 2}
        />
      );
    case 'text':
      return (
        <TextInput
          label={input.name}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

interface NumberControlProps {
  readonly input: Extract<InputDescription, { kind: 'number' }>;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function NumberControl({ input, value, onChange }: NumberControlProps) {
  const { name, low, high } = input;
  const range = sliderRange(input);
  const beyond = value < low || value > high;
  return (
    <Stack gap={2}>
      <Input.Label component="div">{name}</Input.Label>
      <Group gap="sm" wrap="nowrap" align="center">
        <Slider
          flex={1}
          size="sm"
          min={range.min}
          max={range.max}
          step={range.step}
          value={value}
          onChange={onChange}
          label={(at) => describeInput(at)}
          thumbLabel={`${name}, slider`}
          marks={high > low ? [{ value: low }, { value: high }] : [{ value: low }]}
          color={beyond ? 'orange' : 'tide'}
        />
        <NumberInput
          aria-label={name}
          value={value}
          onChange={(typed) => typeof typed === 'number' && onChange(typed)}
          step={range.step}
          w={92}
        />
      </Group>
      <Text size="xs" c={beyond ? undefined : 'dimmed'} fw={beyond ? 600 : undefined}>
        {high > low
          ? `seen from ${describeInput(low)} to ${describeInput(high)}`
          : `always ${describeInput(low)} so far`}
        {beyond && ': beyond what was learned from'}
      </Text>
    </Stack>
  );
}
