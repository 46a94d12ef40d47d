import { Button, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { SshView } from '../../../main/api/connection-views.ts';
import { CopyText } from '../../components/copy-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { TargetDialog } from '../../components/target-dialog.tsx';
import { bytes, duration, plural } from '../../lib/format.ts';
import classes from './connections.module.css';
import { ProjectChoice, useProjectChoice } from './project-choice.tsx';
import {
  accountsFor,
  choiceProblems,
  firstChoice,
  type SiteLimits,
  type TargetChoice,
  targetValue,
  targetYaml,
} from './target-block.ts';
import { SITE_DEFAULT, TargetMore } from './target-more.tsx';

/** The site as a target of a manifest: chosen from what it offers, shown, copied or written into a project. */
export function TargetPanel({ view }: { view: SshView }) {
  return (
    <Panel title="Use it in a project" note="A target for your manifest, from what the site offers you.">
      {view.limits ? (
        // What the guide found last is what is offered.
        <Chooser key={view.limits.readAt} view={view} limits={view.limits} />
      ) : (
        <Text size="sm" c="dimmed">
          Test the connection first: partitions, accounts and limits are then offered here.
        </Text>
      )}
    </Panel>
  );
}

function Chooser({ view, limits }: { view: SshView; limits: SiteLimits }) {
  const projects = useProjectChoice();
  const [choice, setChoice] = useState(() => firstChoice(view));
  const [previewing, setPreviewing] = useState(false);
  const set = (change: Partial<TargetChoice>) => setChoice((before) => ({ ...before, ...change }));
  const problems = choiceProblems(choice, limits);
  const blocked = [problems.name, problems.walltime, problems.flags].some((problem) => problem !== undefined);
  const yaml = targetYaml(view.profile.name, choice);
  return (
    <Stack gap="sm">
      <div className={classes.pair}>
        <Select
          label="Partition"
          data={[
            { value: SITE_DEFAULT, label: 'The site’s default' },
            ...limits.partitions.map(({ name, isDefault }) => ({
              value: name,
              label: isDefault ? `${name} (default)` : name,
            })),
          ]}
          value={choice.partition}
          error={problems.partition}
          onChange={(partition) => set({ partition: partition ?? SITE_DEFAULT })}
        />
        <Select
          label="Account"
          data={[
            { value: SITE_DEFAULT, label: 'The site’s default' },
            ...accountsFor(limits, choice.partition).map((account) => ({ value: account, label: account })),
          ]}
          value={choice.account}
          onChange={(account) => set({ account: account ?? SITE_DEFAULT })}
        />
        <TextInput
          label="Time limit of a task"
          value={choice.walltime}
          error={problems.walltime}
          onChange={(event) => set({ walltime: event.currentTarget.value })}
        />
        <NumberInput
          label="Workers at the most"
          min={1}
          allowDecimal={false}
          value={choice.maxWorkers ?? ''}
          onChange={(value) => set({ maxWorkers: typeof value === 'number' ? value : null })}
        />
        <TextInput
          label="Name of the target"
          value={choice.name}
          error={problems.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <ProjectChoice {...projects} />
      </div>
      <Text size="xs" c="dimmed">
        {nodesText(limits, choice.partition)}
      </Text>
      <TargetMore choice={choice} limits={limits} problem={problems.flags} onChange={set} />
      {limits.containerRuntime !== null && (
        <Switch
          label={`Use ${limits.containerRuntime} for components with an image`}
          checked={choice.containers}
          onChange={(event) => set({ containers: event.currentTarget.checked })}
        />
      )}
      <pre className={classes.block}>{yaml}</pre>
      <Group gap="xs" justify="flex-end">
        <CopyText label="Copy the block" text={yaml} />
        <Button disabled={projects.chosen === null || blocked} onClick={() => setPreviewing(true)}>
          Put it into the manifest
        </Button>
      </Group>
      <TargetDialog
        opened={previewing}
        projectId={projects.chosen}
        name={choice.name.trim()}
        edits={[{ path: ['targets', choice.name.trim()], value: targetValue(view.profile.name, choice) }]}
        onClose={() => setPreviewing(false)}
      />
    </Stack>
  );
}

/** `short: 12 nodes with 64 CPUs and 256 GB; jobs end after 4 h.` */
function nodesText(limits: SiteLimits, name: string): string {
  const partition = limits.partitions.find((each) => (name === '' ? each.isDefault : each.name === name));
  if (!partition) return 'The site decides where jobs go.';
  const nodes = partition.nodes.map(
    ({ count, cpus, memoryBytes }) =>
      `${plural(count, 'node')} with ${plural(cpus, 'CPU')} and ${bytes(memoryBytes)}`,
  );
  const limit =
    partition.maxSeconds === null ? 'no time limit' : `jobs end after ${duration(partition.maxSeconds)}`;
  return `${partition.name}: ${nodes.join(', ') || 'no nodes'}; ${limit}.`;
}
