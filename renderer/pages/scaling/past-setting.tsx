import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ScalingSetting } from '../../../main/api/scaling-views.ts';
import { useApi } from '../../app/api.ts';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { count, duration, percent } from '../../lib/format.ts';
import { Facts } from '../runs/facts.tsx';

/** What a run that is over was to keep to when it began. */
export function PastSetting({ projectId, runId }: { projectId: string; runId: string }) {
  const api = useApi();
  const setting = useQuery(api.scaling.setting.queryOptions({ projectId, runId }));
  return (
    <Panel
      title="How it was set up"
      note="As its manifest said when it began. A live run is controlled here."
    >
      <QueryView query={setting} loading="Reading the run’s manifest…">
        {(data) =>
          data ? (
            <Setting setting={data} />
          ) : (
            <Text size="sm" c="dimmed">
              Not recorded: this run was made elsewhere.
            </Text>
          )
        }
      </QueryView>
    </Panel>
  );
}

function Setting({ setting: { adaptive, settings } }: { setting: ScalingSetting }) {
  return (
    <Facts
      facts={[
        { name: 'Decided by', value: adaptive ? 'the scaler' : 'the plan' },
        ...Object.entries(settings.maxWorkers).map(([tag, most]) => ({
          name: `Workers of ${tag}`,
          value: `${count(settings.minWorkers[tag] ?? 0)} to ${count(most)}`,
        })),
        { name: 'Add when busy over', value: percent(settings.scaleUpThreshold) },
        { name: 'Remove when busy under', value: percent(settings.scaleDownThreshold) },
        { name: 'Cooldown', value: duration(settings.cooldownSeconds) },
        { name: 'Objective', value: settings.objective },
        { name: 'Policy', value: settings.policy },
      ]}
    />
  );
}
