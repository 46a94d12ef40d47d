/** Something only a person can answer while a connection is being made. */
export type Question =
  | {
      readonly kind: 'host_key';
      /** `login.hpc.edu`, with the port where it is not 22. */
      readonly host: string;
      /** `ssh-ed25519` */
      readonly keyType: string;
      /** `SHA256:…`, as ssh-keygen prints it. */
      readonly fingerprint: string;
    }
  | {
      readonly kind: 'secret';
      readonly what: 'password' | 'passphrase' | 'code';
      /** Whose: `ada@login.hpc.edu`, or the path of the key. */
      readonly subject: string;
      /** What the server says before it asks; several lines perhaps, already without control characters. */
      readonly instructions: string;
      /** `Verification code:` */
      readonly label: string;
      /** True: what is typed may be seen. */
      readonly echo: boolean;
      /** Whether the answer can be kept in the system's keychain; codes that serve once are not. */
      readonly maySave: boolean;
    };

export type Answer =
  | { readonly kind: 'host_key'; readonly accept: boolean }
  | { readonly kind: 'secret'; readonly text: string; readonly save: boolean }
  /** The person wants to stop. */
  | { readonly kind: 'cancelled' };

/** Where questions go: a terminal, a page, or nowhere. */
export interface Prompts {
  /** Resolves with `cancelled` when nobody is there, nobody answers, or `signal` aborts. Never rejects. */
  ask(connection: string, question: Question, signal: AbortSignal): Promise<Answer>;
}

/** Nobody is there: whatever needs a person is refused. */
export const noPrompts: Prompts = { ask: async () => ({ kind: 'cancelled' }) };

/** A question that waits for its answer. */
export interface PendingPrompt {
  readonly promptId: string;
  readonly connection: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly question: Question;
}
