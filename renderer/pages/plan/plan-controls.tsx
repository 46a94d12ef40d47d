import { Input, NumberInput, SegmentedControl, Select, Stack } from '@mantine/core';
import type { ApiOutputs } from '../../app/api.ts';
import { OBJECTIVES, oneOf, POLICIES, RISKS, SIZINGS } from '../../lib/choices.ts';
import classes from './plan.module.css';
import { type PlanForm, positiveOrNull } from './plan-form.ts';
import { SaveWishes } from './save-wishes.tsx';
import { TargetSite } from './target-site.tsx';

interface PlanControlsProps {
  readonly projectId: string;
  readonly form: PlanForm;
  readonly onChange: (form: PlanForm) => void;
  readonly targets: ApiOutputs['manifests']['read']['targets'];
  readonly components: readonly string[];
  readonly suggested: Readonly<Record<string, number>>;
}

/** The choice that leaves it to the manifest. */
const AS_MANIFEST = 'as the manifest says';

export function PlanControls({
  projectId,
  form,
  onChange,
  targets,
  components,
  suggested,
}: PlanControlsProps) {
  const set = (change: Partial<PlanForm>) => onChange({ ...form, ...change });
  const meaning = (choices: readonly { value: string; meaning: string }[], value: string | null) =>
    choices.find((choice) => choice.value === value)?.meaning;
  return (
    <section className={classes.controls} aria-label="What to plan for">
      <Stack gap="md">
        <Select
          label="Target"
          data={targets.map(({ name, provider }) => ({
            value: name,
            label: name === provider ? name : `${name} · ${provider}`,
          }))}
          value={form.target}
          onChange={(target) => target !== null && set({ target })}
        />
        <TargetSite target={targets.find(({ name }) => name === form.target)} />
        <Select
          label="Objective"
          data={[{ value: AS_MANIFEST, label: 'As the manifest says' }, ...OBJECTIVES]}
          value={form.objective ?? AS_MANIFEST}
          onChange={(value) => set({ objective: chosen(OBJECTIVES, value) })}
          description={meaning(OBJECTIVES, form.objective)}
          inputWrapperOrder={['label', 'input', 'description']}
        />
        <Select
          label="Policy"
          data={[{ value: AS_MANIFEST, label: 'As the manifest says' }, ...POLICIES]}
          value={form.policy ?? AS_MANIFEST}
          onChange={(value) => set({ policy: chosen(POLICIES, value), workers: {} })}
          description={meaning(POLICIES, form.policy)}
          inputWrapperOrder={['label', 'input', 'description']}
        />
        {form.policy === 'manual' &&
          components.map((component) => (
            <NumberInput
              key={component}
              label={`Workers of ${component}`}
              min={0}
              max={100_000}
              allowDecimal={false}
              value={form.workers[component] ?? suggested[component] ?? ''}
              onChange={(value) =>
                typeof value === 'number' && set({ workers: { ...form.workers, [component]: value } })
              }
            />
          ))}
        <Select
          label="Sizing of requests"
          data={[...SIZINGS]}
          value={form.sizing}
          onChange={(value) =>
            set({
              sizing: oneOf(
                SIZINGS.map((choice) => choice.value),
                value,
              ),
            })
          }
          description={meaning(SIZINGS, form.sizing)}
          inputWrapperOrder={['label', 'input', 'description']}
        />
        <Input.Wrapper
          label="Risk"
          size="xs"
          labelElement="div"
          description={meaning(RISKS, form.risk)}
          inputWrapperOrder={['label', 'input', 'description']}
        >
          <SegmentedControl
            fullWidth
            aria-label="Risk"
            data={RISKS.map(({ value, label }) => ({ value, label }))}
            value={form.risk}
            onChange={(value) =>
              set({
                risk: oneOf(
                  RISKS.map((choice) => choice.value),
                  value,
                ),
              })
            }
          />
        </Input.Wrapper>
        <div className={classes.limits}>
          <NumberInput
            label="Deadline"
            placeholder="none"
            suffix=" h"
            min={0}
            hideControls
            value={form.deadlineHours ?? ''}
            onChange={(value) => set({ deadlineHours: positiveOrNull(value) })}
          />
          <NumberInput
            label="Budget"
            placeholder="none"
            prefix="$"
            min={0}
            hideControls
            value={form.budgetUsd ?? ''}
            onChange={(value) => set({ budgetUsd: positiveOrNull(value) })}
          />
        </div>
        <SaveWishes projectId={projectId} form={form} />
      </Stack>
    </section>
  );
}

function chosen<Value extends string>(
  choices: readonly { value: Value }[],
  value: string | null,
): Value | null {
  return choices.find((choice) => choice.value === value)?.value ?? null;
}
