import { Select, Text, Textarea, TextInput } from '@mantine/core';
import classes from './connections.module.css';
import { qosFor, type SiteLimits, type TargetChoice } from './target-block.ts';

/** The choice that leaves it to the site. */
export const SITE_DEFAULT = '';

interface TargetMoreProps {
  readonly choice: TargetChoice;
  readonly limits: SiteLimits;
  /** What is wrong with the flags. */
  readonly problem: string | undefined;
  readonly onChange: (change: Partial<TargetChoice>) => void;
}

/** Keys of a Slurm target that most do without. */
export function TargetMore({ choice, limits, problem, onChange }: TargetMoreProps) {
  return (
    <details>
      <summary>
        <Text span size="sm">
          Quality of service, node features and more
        </Text>
      </summary>
      <div className={classes.pair}>
        <Select
          label="Quality of service"
          data={[
            { value: SITE_DEFAULT, label: 'The site’s default' },
            ...qosFor(limits, choice).map((name) => ({ value: name, label: name })),
          ]}
          value={choice.qos}
          onChange={(qos) => onChange({ qos: qos ?? SITE_DEFAULT })}
        />
        <TextInput
          label="Node features"
          placeholder="skylake&ib"
          value={choice.constraint}
          spellCheck={false}
          onChange={(event) => onChange({ constraint: event.currentTarget.value })}
        />
        <Textarea
          label="Further flags for sbatch"
          description="One a line. Memory, cores and time come from the manifest."
          placeholder="--gpus=1"
          size="xs"
          autosize
          minRows={1}
          value={choice.flags}
          error={problem}
          spellCheck={false}
          onChange={(event) => onChange({ flags: event.currentTarget.value })}
        />
        <TextInput
          label="Network interface"
          description="Only the Python package needs it, where it reads the same manifest."
          placeholder="ib0"
          value={choice.networkInterface}
          spellCheck={false}
          onChange={(event) => onChange({ networkInterface: event.currentTarget.value })}
        />
      </div>
    </details>
  );
}
