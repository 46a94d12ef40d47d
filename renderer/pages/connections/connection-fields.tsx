import { Checkbox, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { type ConnectionForm, type FormProblems, withHost } from './connection-form.ts';
import classes from './connections.module.css';

interface ConnectionFieldsProps {
  readonly form: ConnectionForm;
  /** Shown beside their fields. */
  readonly problems: FormProblems;
  readonly onChange: (form: ConnectionForm) => void;
}

const FROM_CONFIG = 'as ~/.ssh/config says';

/** The fields of a connection; what most people need comes first. */
export function ConnectionFields({ form, problems, onChange }: ConnectionFieldsProps) {
  const text = (key: 'name' | 'user' | 'identityFile' | 'proxyJump' | 'knownHostsFile' | 'workDir') => ({
    value: form[key],
    error: problems[key],
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...form, [key]: event.currentTarget.value }),
  });
  const number = (key: 'port' | 'pollSeconds') => ({
    value: form[key] ?? '',
    error: problems[key],
    hideControls: true,
    allowDecimal: false,
    size: 'xs' as const,
    onChange: (value: string | number) =>
      onChange({ ...form, [key]: typeof value === 'number' ? value : null }),
  });
  return (
    <Stack gap="sm">
      <TextInput
        label="Login node"
        description="A host name, an address, or a Host of ~/.ssh/config. ada@login.hpc.edu:2222 fills in the rest."
        placeholder="login.hpc.edu"
        value={form.host}
        error={problems.host}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
        onChange={(event) => onChange({ ...form, host: event.currentTarget.value })}
        onBlur={() => onChange(withHost(form, form.host))}
      />
      <div className={classes.pair}>
        <TextInput label="User" placeholder={FROM_CONFIG} {...text('user')} />
        <TextInput label="Name" description={null} placeholder="hpc" {...text('name')} />
      </div>
      <TextInput
        label="Work folder on the site"
        description="Job scripts, results and logs go below it. All nodes must see it; scratch space is fine."
        placeholder="~/scalable"
        {...text('workDir')}
      />
      <details>
        <summary>
          <Text span size="sm">
            Keys, jump hosts and more
          </Text>
        </summary>
        <Stack gap="sm" mt="sm">
          <TextInput
            label="Private key"
            placeholder={`${FROM_CONFIG}, else ~/.ssh/id_*`}
            {...text('identityFile')}
          />
          <Checkbox
            size="xs"
            label="Try the keys of the SSH agent"
            checked={form.agent}
            onChange={(event) => onChange({ ...form, agent: event.currentTarget.checked })}
          />
          <TextInput
            label="Jump hosts"
            description="As ssh’s -J: [user@]host[:port], several with commas. none: not even those of ~/.ssh/config."
            placeholder={FROM_CONFIG}
            {...text('proxyJump')}
          />
          <div className={classes.pair}>
            <NumberInput label="Port" placeholder="22" {...number('port')} />
            <NumberInput
              label="Ask the queue every"
              suffix=" s"
              placeholder="15 s"
              {...number('pollSeconds')}
            />
          </div>
          <TextInput
            label="File of known hosts"
            placeholder="~/.ssh/known_hosts"
            {...text('knownHostsFile')}
          />
        </Stack>
      </details>
    </Stack>
  );
}
