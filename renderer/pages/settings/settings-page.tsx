import { SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Settings } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { useColorSchemeSetting } from '../../app/use-color-scheme-setting.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ShortcutList } from '../../components/shortcut-list.tsx';
import { OBJECTIVES, oneOf, POLICIES, RISKS } from '../../lib/choices.ts';
import { confidenceChoices } from '../../lib/confidence-choices.ts';
import { AboutPanel } from './about-panel.tsx';
import classes from './settings.module.css';

/** As a choice among the objectives: none. */
const NO_OBJECTIVE = 'none';

export function SettingsPage() {
  const api = useApi();
  const settings = useQuery(api.settings.get.queryOptions());
  return (
    <Page title="Settings" width="reading">
      <Stack gap="md">
        <QueryView query={settings} loading="Reading your settings…">
          {(current) => <SettingsForm settings={current} />}
        </QueryView>
        <Panel title="Keyboard">
          <ShortcutList />
        </Panel>
        <AboutPanel />
      </Stack>
    </Page>
  );
}

function SettingsForm({ settings }: { settings: Settings }) {
  const api = useApi();
  const queries = useQueryClient();
  const { theme, setTheme } = useColorSchemeSetting();
  const change = useMutation(
    api.settings.set.mutationOptions({
      onSuccess: (saved) => queries.setQueryData(api.settings.get.queryKey(), saved),
    }),
  );
  return (
    <>
      {change.error && <ErrorPanel error={change.error} />}
      <Panel title="Appearance">
        <Field label="Theme" note="System follows the setting of your computer.">
          <SegmentedControl
            aria-label="Theme"
            value={theme}
            onChange={(value) => setTheme(oneOf(['light', 'dark', 'system'], value))}
            data={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'system', label: 'System' },
            ]}
          />
        </Field>
      </Panel>
      <Panel title="New plans" note="What a plan starts with. Every plan can be set differently.">
        <Field label="Objective" note="What the number of workers aims at, where the manifest does not say.">
          <Select
            aria-label="Default objective"
            data={[{ value: NO_OBJECTIVE, label: 'Workers as in the manifest' }, ...OBJECTIVES]}
            value={settings.defaultObjective ?? NO_OBJECTIVE}
            onChange={(value) =>
              change.mutate({
                defaultObjective: OBJECTIVES.find((choice) => choice.value === value)?.value ?? null,
              })
            }
          />
        </Field>
        <Field
          label="Policy"
          note="How much room is left above the prediction, where the manifest does not say."
        >
          <Select
            aria-label="Default policy"
            data={[...POLICIES]}
            value={settings.defaultPolicy}
            onChange={(value) =>
              change.mutate({
                defaultPolicy: oneOf(
                  POLICIES.map((choice) => choice.value),
                  value,
                ),
              })
            }
          />
        </Field>
        <Field label="Risk" note="What a first attempt that runs out of memory may cost.">
          <SegmentedControl
            aria-label="Default risk"
            data={RISKS.map(({ value, label }) => ({ value, label }))}
            value={settings.risk}
            onChange={(value) =>
              change.mutate({
                risk: oneOf(
                  RISKS.map((choice) => choice.value),
                  value,
                ),
              })
            }
          />
        </Field>
        <Field
          label="How sure a first request is"
          note="How often it should be enough: at 95 %, about one instance in twenty needs a second attempt. Counts where the risk is Balanced."
        >
          <Select
            aria-label="How sure a first request is"
            data={confidenceChoices(settings.confidence)}
            value={String(settings.confidence)}
            onChange={(value) => value !== null && change.mutate({ confidence: Number(value) })}
          />
        </Field>
      </Panel>
    </>
  );
}

function Field({ label, note, children }: { label: string; note: string; children: ReactNode }) {
  return (
    <div className={classes.field}>
      <div>
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      </div>
      <div className={classes.control}>{children}</div>
    </div>
  );
}
