import { useQuery } from '@tanstack/react-query';
import type { AppInfo } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { CopyText } from '../../components/copy-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { bytes, plural } from '../../lib/format.ts';
import classes from './settings.module.css';

export function AboutPanel() {
  const api = useApi();
  const info = useQuery(api.settings.info.queryOptions());
  return (
    <Panel
      title="About"
      actions={info.data && <CopyText label="Copy for a report" text={factsText(info.data)} />}
    >
      <QueryView query={info}>
        {(about) => (
          <dl className={classes.facts}>
            {facts(about).map(([name, value]) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </QueryView>
    </Panel>
  );
}

function facts(info: AppInfo): readonly (readonly [string, string])[] {
  return [
    ['Version', info.version],
    ['Shown by', info.host === 'electron' ? 'the desktop app' : 'your browser, on this machine only'],
    ['Platform', info.platform],
    ['This machine', `${plural(info.cpus, 'CPU')}, ${bytes(info.memoryBytes)} memory`],
  ];
}

function factsText(info: AppInfo): string {
  return facts(info)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
