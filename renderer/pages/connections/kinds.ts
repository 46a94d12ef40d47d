import type {
  AwsView,
  ConnectionKind,
  ConnectionView,
  GcpView,
  SshView,
} from '../../../main/api/connection-views.ts';

/** A view with the profile that its kind says. */
export type KnownView =
  | { readonly kind: 'ssh'; readonly view: SshView }
  | { readonly kind: 'aws'; readonly view: AwsView }
  | { readonly kind: 'gcp'; readonly view: GcpView };

export type CloudView = AwsView | GcpView;
export type CloudKind = 'aws' | 'gcp';

export function known(view: ConnectionView): KnownView {
  const { profile } = view;
  switch (profile.kind) {
    case 'ssh':
      return { kind: 'ssh', view: { ...view, profile } };
    case 'aws':
      return { kind: 'aws', view: { ...view, profile } };
    case 'gcp':
      return { kind: 'gcp', view: { ...view, profile } };
  }
}

export const KIND_NAMES: Readonly<Record<ConnectionKind, string>> = {
  ssh: 'Slurm over SSH',
  aws: 'AWS',
  gcp: 'Google Cloud',
};
