import { Button, Group, NumberInput, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../app/api.ts';
import { CopyText } from '../../components/copy-text.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { TargetDialog } from '../../components/target-dialog.tsx';
import { CloudPlaces } from './cloud-places.tsx';
import {
  type CloudChoice,
  cloudBlock,
  cloudChoice,
  cloudChoiceProblems,
  withOffers,
} from './cloud-target.ts';
import classes from './connections.module.css';
import { type CloudView, KIND_NAMES } from './kinds.ts';
import { ProjectChoice, useProjectChoice } from './project-choice.tsx';
import { blockYaml } from './yaml-block.ts';

/** The cloud as a target of a manifest: chosen from what the account has, shown, copied or written into a project. */
export function CloudTargetPanel({ view: { profile } }: { view: CloudView }) {
  const api = useApi();
  const projects = useProjectChoice();
  const [choice, setChoice] = useState<CloudChoice>(() => cloudChoice(profile));
  const [asked, setAsked] = useState(false);
  const [previewing, setPreviewing] = useState(false);
  // Asked only when a person wants it: it may have to ask for a code.
  const offers = useQuery(
    api.connections.cloudChoices.queryOptions({ name: profile.name }, { enabled: asked, staleTime: 60_000 }),
  );
  const read = async () => {
    setAsked(true);
    const { data } = await offers.refetch();
    if (data) setChoice((before) => withOffers(before, data));
  };
  const set = (change: Partial<CloudChoice>) => setChoice((before) => ({ ...before, ...change }));
  const problems = cloudChoiceProblems(profile, choice, offers.data ?? null);
  const block = cloudBlock(profile, choice);
  const yaml = blockYaml(choice.name.trim() || profile.kind, block);
  return (
    <Panel
      title="Use it in a project"
      note="A target for your manifest, from what the account has."
      actions={
        <Button variant="default" loading={offers.isFetching} onClick={() => void read()}>
          Read from {KIND_NAMES[profile.kind]}
        </Button>
      }
    >
      <Stack gap="sm">
        {offers.error && <ErrorPanel error={offers.error} onRetry={() => void read()} />}
        {offers.data && offers.data.troubles.length > 0 && (
          <Notice tone="info" title="Not everything could be read.">
            {offers.data.troubles.join(' ')} Type what is missing.
          </Notice>
        )}
        <div className={classes.pair}>
          <TextInput
            label="Name of the target"
            value={choice.name}
            error={problems.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <CloudPlaces
            profile={profile}
            choice={choice}
            problems={problems}
            offers={offers.data ?? null}
            onChange={set}
          />
          <NumberInput
            label="Workers at the most"
            min={1}
            allowDecimal={false}
            value={choice.maxWorkers ?? ''}
            onChange={(value) => set({ maxWorkers: typeof value === 'number' ? value : null })}
          />
          <ProjectChoice {...projects} />
        </div>
        <Switch
          label="Use spare capacity"
          description="Cheaper, and can be taken away; work that was cut off is tried again."
          checked={choice.spot}
          onChange={(event) => set({ spot: event.currentTarget.checked })}
        />
        <pre className={classes.block}>{yaml}</pre>
        {profile.storage !== null && (
          <Text size="xs" c="dimmed">
            The manifest’s project also needs default_storage: {profile.storage}
          </Text>
        )}
        <Group gap="xs" justify="flex-end">
          <CopyText label="Copy the block" text={yaml} />
          <Button
            disabled={projects.chosen === null || Object.keys(problems).length > 0}
            onClick={() => setPreviewing(true)}
          >
            Put it into the manifest
          </Button>
        </Group>
      </Stack>
      <TargetDialog
        opened={previewing}
        projectId={projects.chosen}
        name={choice.name.trim()}
        edits={[{ path: ['targets', choice.name.trim()], value: block }]}
        onClose={() => setPreviewing(false)}
      />
    </Panel>
  );
}
