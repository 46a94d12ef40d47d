import { Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../app/api.ts';
import { QueryView } from '../../components/query-view.tsx';
import { type CloudForm, formOfGcloud, formOfShared } from './cloud-form.ts';
import classes from './connections.module.css';
import type { CloudKind } from './kinds.ts';

interface CloudOffersProps {
  readonly kind: CloudKind;
  readonly names: readonly string[];
  readonly onChoose: (form: CloudForm) => void;
}

interface Offer {
  readonly name: string;
  readonly detail: string;
  readonly form: CloudForm;
}

const WORDS = {
  aws: {
    title: 'From your ~/.aws/config',
    list: 'Profiles of ~/.aws/config',
    none: 'There is no profile in ~/.aws/config. Make one with “aws configure sso” or “aws configure”, or sign in below.',
  },
  gcp: {
    title: 'From gcloud',
    list: 'Configurations of gcloud',
    none: 'gcloud is not set up on this computer. Sign in with “gcloud auth application-default login”, and name the project below.',
  },
} as const;

/** What the cloud's own tools know already: one click instead of a form. */
export function CloudOffers({ kind, names, onChoose }: CloudOffersProps) {
  const api = useApi();
  const offers = useQuery(api.connections.cloudOffers.queryOptions());
  const words = WORDS[kind];
  return (
    <QueryView query={offers} loading="Reading what this computer knows…">
      {({ aws, gcp }) => {
        const list: readonly Offer[] =
          kind === 'aws'
            ? aws.map((profile) => ({
                name: profile.name,
                detail: [profile.region, profile.sso && 'signs in by IAM Identity Center', profile.roleArn]
                  .filter(Boolean)
                  .join(', '),
                form: formOfShared(profile),
              }))
            : gcp.map((configuration) => ({
                name: configuration.project ?? configuration.name,
                detail: [configuration.region, configuration.account].filter(Boolean).join(', '),
                form: formOfGcloud(configuration),
              }));
        if (list.length === 0)
          return (
            <Text size="sm" c="dimmed">
              {words.none}
            </Text>
          );
        return (
          <div>
            <Text size="sm" fw={500} mb={4}>
              {words.title}
            </Text>
            <ul className={classes.offers} aria-label={words.list}>
              {list.map(({ name, detail, form }) => (
                <li key={name}>
                  <UnstyledButton className={classes.offer} onClick={() => onChoose(freeName(form, names))}>
                    <Text span size="sm" fw={550}>
                      {name}
                    </Text>{' '}
                    <Text span size="xs" c="dimmed">
                      {detail}
                    </Text>
                  </UnstyledButton>
                </li>
              ))}
            </ul>
          </div>
        );
      }}
    </QueryView>
  );
}

/** A name that another connection has is left for the person to choose. */
function freeName(form: CloudForm, names: readonly string[]): CloudForm {
  return names.includes(form.name ?? '') ? { ...form, name: '' } : form;
}
