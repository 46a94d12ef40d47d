import { Select, type SelectProps } from '@mantine/core';

/** Narrower, a short name would look lost; wider, what stands beside it would have no room. */
const LEAST_CH = 16;
const MOST_CH = 48;
/** Of the arrow and the edges. */
const ROOM_CH = 8;

interface TaskSelectProps extends Pick<SelectProps, 'label' | 'disabled'> {
  readonly tasks: readonly string[];
  readonly value: string;
  readonly onChange: (task: string) => void;
}

/** One of the tasks with history: as wide as their names, which are long where a workflow engine gave them. */
export function TaskSelect({ tasks, value, onChange, ...field }: TaskSelectProps) {
  const longest = tasks.reduce((most, task) => Math.max(most, task.length), 0);
  return (
    <Select
      {...field}
      data={[...tasks]}
      value={value}
      onChange={(task) => task !== null && onChange(task)}
      searchable={tasks.length > 5}
      allowDeselect={false}
      title={value}
      w={`${Math.min(MOST_CH, Math.max(LEAST_CH, longest)) + ROOM_CH}ch`}
      maw="100%"
    />
  );
}
