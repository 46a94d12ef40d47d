import { Group, MultiSelect, Select, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { InstanceState } from '../../../main/telemetry/events.ts';
import type { InstanceSort } from '../../../main/telemetry/views.ts';
import { plural } from '../../lib/format.ts';
import { SORTS, STATE_CHOICES, type TaskFilter } from './task-filter.ts';

interface TaskFilterBarProps {
  readonly tasks: readonly string[];
  readonly filter: TaskFilter;
  readonly total: number | null;
  readonly onChange: (filter: TaskFilter) => void;
}

export function TaskFilterBar({ tasks, filter, total, onChange }: TaskFilterBarProps) {
  const { states, task, search, ...rest } = filter;
  const change = (next: Partial<TaskFilter>) => {
    const merged = { ...rest, states, task, search, ...next };
    onChange({
      sort: merged.sort,
      ...(merged.states && merged.states.length > 0 ? { states: merged.states } : {}),
      ...(merged.task ? { task: merged.task } : {}),
      ...(merged.search ? { search: merged.search } : {}),
    });
  };
  return (
    <Group gap="xs" mb="xs" align="center">
      <TextInput
        aria-label="Search tasks"
        placeholder="Search name or parameter"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={search ?? ''}
        onChange={(event) => change({ search: event.currentTarget.value })}
        w={220}
      />
      <MultiSelect
        aria-label="States"
        size="xs"
        placeholder={states ? undefined : 'All states'}
        data={STATE_CHOICES.map((choice) => ({ ...choice }))}
        value={states ?? []}
        onChange={(value) => change({ states: value as InstanceState[] })}
        clearable
        miw={170}
        maw={360}
      />
      {tasks.length > 1 && (
        <Select
          aria-label="Task"
          placeholder="All tasks"
          data={[...tasks]}
          value={task ?? null}
          onChange={(value) => change({ task: value ?? undefined })}
          clearable
          w={170}
        />
      )}
      <Select
        aria-label="Order"
        data={SORTS.map((sort) => ({ ...sort }))}
        value={filter.sort}
        onChange={(value) => change({ sort: (value ?? 'attention') as InstanceSort })}
        w={190}
      />
      <Text size="sm" c="dimmed" ml="auto" role="status">
        {total === null ? '' : plural(total, 'task')}
      </Text>
    </Group>
  );
}
