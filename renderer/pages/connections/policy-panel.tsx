import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../app/api.ts';
import { CopyText } from '../../components/copy-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import classes from './connections.module.css';
import type { CloudView } from './kinds.ts';

const WORDS = {
  aws: 'The smallest IAM policy that runs and this test can do with. Give it to who looks after the AWS account.',
  gcp: 'The smallest roles that runs and this test can do with. An owner of the project runs these commands.',
} as const;

/** What to ask for, ready to be copied. */
export function PolicyPanel({ view: { profile } }: { view: CloudView }) {
  const api = useApi();
  const policy = useQuery(api.connections.policy.queryOptions({ name: profile.name }));
  return (
    <Panel
      title="Permissions to ask for"
      note={WORDS[profile.kind]}
      actions={policy.data ? <CopyText label="Copy" text={policy.data} /> : null}
    >
      <QueryView query={policy} loading="Writing the policy…">
        {(text) => (
          <details>
            <summary>Show {profile.kind === 'aws' ? 'the policy' : 'the commands'}</summary>
            <pre className={classes.block}>{text}</pre>
          </details>
        )}
      </QueryView>
    </Panel>
  );
}
