import { Button, Select, Text, Tooltip } from '@mantine/core';
import { IconDeviceFloppy, IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { ManifestView } from '../../../main/api/services.ts';
import { appError, useApi } from '../../app/api.ts';
import { usePageCommands } from '../../app/commands.tsx';
import { routes } from '../../app/routes.ts';
import { useModKey } from '../../app/use-shortcuts.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { AddTarget } from './add-target.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import classes from './manifest.module.css';
import { MissingManifest } from './missing-manifest.tsx';
import { Outline } from './outline.tsx';
import { ProblemList } from './problem-list.tsx';
import { gradedProblems } from './problem-range.ts';
import { ResolvedView } from './resolved-view.tsx';
import { type ManifestState, useManifest, useStable } from './use-manifest.ts';
import { type EditorHandle, YamlEditor } from './yaml-editor.tsx';

type Tab = 'edit' | 'resolved';

export function ManifestPage({ projectId }: { projectId: string }) {
  const api = useApi();
  const file = useQuery(api.manifests.read.queryOptions({ projectId, target: null }));
  if (file.data) return <ManifestEditor key={projectId} projectId={projectId} opened={file.data} />;
  if (file.error && appError(file.error).code === 'E_MANIFEST_MISSING')
    return <MissingManifest projectId={projectId} />;
  return (
    <Page title="Manifest">
      <QueryView query={file} loading="Reading the manifest…">
        {() => null}
      </QueryView>
    </Page>
  );
}

function ManifestEditor({ projectId, opened }: { projectId: string; opened: ManifestView }) {
  const api = useApi();
  const [, navigate] = useLocation();
  const [tab, setTab] = useState<Tab>('edit');
  const [target, setTarget] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const manifest = useManifest(projectId, opened, target);
  const schema = useQuery({ ...api.manifests.schema.queryOptions(), staleTime: Number.POSITIVE_INFINITY });
  const editor = useRef<EditorHandle>(null);
  const problems = useStable(gradedProblems(manifest.check.report));
  const targets = manifest.check.targets;
  const shownTarget = target ?? targets[0]?.name ?? null;

  /** Places are in the source: the editor comes to the front first. */
  const inEditor = (go: (handle: EditorHandle) => void) => {
    setTab('edit');
    requestAnimationFrame(() => editor.current && go(editor.current));
  };
  useModKey('s', manifest.save);
  usePageCommands([
    {
      id: 'save-manifest',
      label: 'Save the manifest',
      group: 'Manifest',
      keys: ['Mod', 'S'],
      run: manifest.save,
    },
    { id: 'add-target', label: 'Add a target', group: 'Manifest', run: () => setAdding(true) },
    {
      id: 'show-resolved',
      label: 'Show the resolved manifest',
      group: 'Manifest',
      run: () => setTab('resolved'),
    },
    ...manifest.check.outline.map((node) => ({
      id: `outline-${node.kind}-${node.name}`,
      label: `${node.name} (${node.kind})`,
      group: 'Manifest',
      run: () => inEditor((handle) => handle.goToLine(node.line)),
    })),
  ]);

  return (
    <Page
      title="Manifest"
      description={<FileState file={opened.file} manifest={manifest} />}
      width="full"
      actions={
        <>
          <Tooltip label="Save (Ctrl-S)">
            <Button
              variant="default"
              leftSection={<IconDeviceFloppy size={15} aria-hidden />}
              onClick={manifest.save}
              disabled={!manifest.unsaved}
              loading={manifest.saving}
            >
              Save
            </Button>
          </Tooltip>
          <Button
            leftSection={<IconRoute size={15} aria-hidden />}
            onClick={() => navigate(routes.plan(projectId))}
            disabled={!manifest.check.report.ok}
          >
            Plan
          </Button>
        </>
      }
    >
      <div className={classes.layout}>
        <Outline
          nodes={manifest.check.outline}
          onGo={(line) => inEditor((handle) => handle.goToLine(line))}
          {...(schema.data && { onAddTarget: () => setAdding(true) })}
        />
        <div className={classes.work}>
          <div className={classes.tabs}>
            <TabButtons tab={tab} onTab={setTab} />
            {targets.length > 0 && (
              <Select
                aria-label="Target to check and resolve for"
                size="xs"
                w={190}
                data={targets.map(({ name, provider }) => ({
                  value: name,
                  label: name === provider ? name : `${name} · ${provider}`,
                }))}
                value={shownTarget}
                onChange={setTarget}
              />
            )}
          </div>
          {manifest.saveError !== null && <ErrorPanel error={manifest.saveError} onRetry={manifest.save} />}
          {manifest.checkError !== null && <ErrorPanel error={manifest.checkError} />}
          {/* The editor stays mounted behind the other tab: undo, folds and scroll position are kept. */}
          <div
            className={classes.panel}
            role="tabpanel"
            id="manifest-edit"
            aria-labelledby="tab-edit"
            hidden={tab !== 'edit'}
          >
            <YamlEditor
              ref={editor}
              label={`Manifest ${opened.file}`}
              text={manifest.text}
              schema={schema.data ?? null}
              problems={problems}
              onChange={manifest.edit}
            />
          </div>
          {tab === 'resolved' && (
            <div
              className={classes.panel}
              role="tabpanel"
              id="manifest-resolved"
              aria-labelledby="tab-resolved"
            >
              <ResolvedView
                resolved={manifest.check.resolved}
                lock={manifest.check.lock}
                target={shownTarget}
              />
            </div>
          )}
          <ProblemList
            problems={problems}
            checking={manifest.checking}
            onGo={(problem) => inEditor((handle) => handle.goToProblem(problem))}
          />
        </div>
      </div>
      {schema.data && (
        <AddTarget
          opened={adding}
          projectId={projectId}
          schema={schema.data}
          onClose={() => setAdding(false)}
        />
      )}
      <ConflictDialog
        mine={manifest.text}
        file={manifest.conflict?.text ?? null}
        onResolve={manifest.resolveConflict}
      />
    </Page>
  );
}

function FileState({ file, manifest }: { file: string; manifest: ManifestState }) {
  const state = manifest.unsaved ? 'unsaved changes' : manifest.justSaved ? 'saved just now' : 'saved';
  return (
    <Text component="span" inherit role="status">
      {file} · {state}
    </Text>
  );
}

function TabButtons({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  const tabs: readonly { readonly id: Tab; readonly label: string }[] = [
    { id: 'edit', label: 'Source' },
    { id: 'resolved', label: 'Resolved' },
  ];
  return (
    <div role="tablist" aria-label="Views of the manifest" className={classes.tabList}>
      {tabs.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={tab === id}
          aria-controls={tab === id ? `manifest-${id}` : undefined}
          tabIndex={tab === id ? 0 : -1}
          className={classes.tab}
          onClick={() => onTab(id)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
            const other = id === 'edit' ? 'resolved' : 'edit';
            onTab(other);
            document.getElementById(`tab-${other}`)?.focus();
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
