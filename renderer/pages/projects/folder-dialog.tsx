import {
  Breadcrumbs,
  Button,
  Group,
  Modal,
  ScrollArea,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { IconCornerLeftUp, IconFileCode, IconFolder } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FolderListing } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Loading } from '../../components/loading.tsx';
import { folderSteps } from './folder-steps.ts';
import classes from './projects.module.css';

interface FolderDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onChoose: (path: string) => void;
  readonly busy: boolean;
  /** Why the folder chosen last could not be opened. */
  readonly error: unknown;
}

/** Walks the folders of the machine that runs Scalable, for hosts without a native dialog. */
export function FolderDialog({ opened, ...browser }: FolderDialogProps) {
  return (
    <Modal opened={opened} onClose={browser.onClose} title="Open a project folder" size="lg">
      <FolderBrowser {...browser} />
    </Modal>
  );
}

function FolderBrowser({ onClose, onChoose, busy, error }: Omit<FolderDialogProps, 'opened'>) {
  const api = useApi();
  const [path, setPath] = useState<string | null>(null);
  // What was typed wins over what is listed, also when it was not looked at yet: the button opens what the field says.
  const [typed, setTyped] = useState<string | null>(null);
  const listing = useQuery({
    ...api.projects.listFolder.queryOptions({ path }),
    placeholderData: keepPreviousData,
  });
  const go = (next: string | null) => {
    setPath(next);
    setTyped(null);
  };
  const listed = listing.isPlaceholderData ? undefined : listing.data;
  const chosen = typed ?? listed?.path;
  return (
    <Stack gap="sm">
      <PathField
        value={typed ?? listed?.path ?? path ?? ''}
        isComing={listing.isPending}
        onType={setTyped}
        onGo={go}
      />
      {error !== null && <ErrorPanel error={error} />}
      {listing.error && <ErrorPanel error={listing.error} onRetry={() => go(null)} />}
      {listing.data ? (
        <Folders listing={listing.data} onGo={go} dimmed={listing.isPlaceholderData} />
      ) : (
        !listing.error && <Loading label="Reading the folder…" />
      )}
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {listing.data?.hasManifest ? 'This folder has a manifest.' : 'No manifest in this folder itself.'}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={() => chosen && onChoose(chosen)} disabled={!chosen} loading={busy}>
            Open this folder
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

interface PathFieldProps {
  readonly value: string;
  /** The first folder is still being read, and will be the value. */
  readonly isComing: boolean;
  readonly onType: (text: string) => void;
  readonly onGo: (path: string) => void;
}

function PathField({ value, isComing, onType, onGo }: PathFieldProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onGo(value);
      }}
    >
      <TextInput
        aria-label="Folder"
        placeholder="/path/to/the/project"
        value={value}
        readOnly={isComing}
        onChange={(event) => onType(event.currentTarget.value)}
        classNames={{ input: classes.path }}
        data-autofocus
      />
    </form>
  );
}

interface FoldersProps {
  readonly listing: FolderListing;
  readonly onGo: (path: string) => void;
  readonly dimmed: boolean;
}

function Folders({ listing, onGo, dimmed }: FoldersProps) {
  const { parent } = listing;
  return (
    <>
      <Breadcrumbs separator="›" separatorMargin={4} fz="sm">
        {folderSteps(listing.path).map((step) => (
          <UnstyledButton key={step.path} className={classes.step} onClick={() => onGo(step.path)}>
            {step.name}
          </UnstyledButton>
        ))}
      </Breadcrumbs>
      <ScrollArea h={300} className={classes.folders} data-dimmed={dimmed || undefined} type="auto">
        {parent !== null && (
          <UnstyledButton className={classes.folder} onClick={() => onGo(parent)}>
            <IconCornerLeftUp size={16} stroke={1.5} aria-hidden="true" />
            Up one folder
          </UnstyledButton>
        )}
        {listing.entries.map((entry) => (
          <UnstyledButton key={entry.path} className={classes.folder} onClick={() => onGo(entry.path)}>
            {entry.hasManifest ? (
              <IconFileCode size={16} stroke={1.5} color="var(--app-accent)" aria-hidden="true" />
            ) : (
              <IconFolder size={16} stroke={1.5} aria-hidden="true" />
            )}
            {entry.name}
            {entry.hasManifest && (
              <Text component="span" size="xs" c="dimmed" ml="auto">
                has a manifest
              </Text>
            )}
          </UnstyledButton>
        ))}
        {listing.entries.length === 0 && (
          <Text size="sm" c="dimmed" p="md">
            No folders in here.
          </Text>
        )}
      </ScrollArea>
    </>
  );
}
