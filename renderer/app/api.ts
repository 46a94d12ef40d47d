import { QueryClient } from '@tanstack/react-query';
import { createTRPCClient, createWSClient, type TRPCClient, TRPCClientError, wsLink } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../../main/api/router.ts';
import type { ErrorData } from '../../main/platform/errors.ts';
import { bridgeSocket } from './bridge.ts';
import { type Connection, createConnection } from './connection.ts';

const context = createTRPCContext<AppRouter>();

export const ApiProvider = context.TRPCProvider;
/** Query, mutation and subscription options by procedure: `useQuery(useApi().runs.get.queryOptions(…))`. */
export const useApi = context.useTRPC;
/** The plain client, for calls outside of queries: `useApiClient().manifests.check.query(…)`. */
export const useApiClient = context.useTRPCClient;

/** What each procedure answers, as it arrives here. */
export type ApiOutputs = inferRouterOutputs<AppRouter>;

export interface Api {
  readonly client: TRPCClient<AppRouter>;
  readonly queries: QueryClient;
  readonly connection: Connection;
}

/** The path of the browser host's WebSocket on the page's own origin. */
const SOCKET_PATH = '/api';
const RECONNECT_MIN_MS = 500;
const RECONNECT_MAX_MS = 3000;

/** One connection for the page: over the preload bridge in Electron, over a WebSocket in the browser. */
export function createApi(): Api {
  const bridge = window.scalableBridge;
  const connection = createConnection();
  const socket = createWSClient({
    url: `${location.origin.replace(/^http/, 'ws')}${SOCKET_PATH}`,
    ...(bridge && { WebSocket: bridgeSocket(bridge) }),
    retryDelayMs: (attempt) => Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** attempt),
    onOpen: () => connection.set('open'),
    onClose: () => connection.set('lost'),
  });
  const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
  return { client, queries: createQueries(), connection };
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The host is on this machine: an answer that failed fails again, and the page says why at once.
      queries: { retry: false, staleTime: 5_000, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

/** What the host said, as code, sentence and hint; anything else as an unexpected failure with its stack. */
export function appError(error: unknown): ErrorData {
  if (error instanceof TRPCClientError) {
    const app: unknown = (error.shape as { app?: unknown } | null | undefined)?.app;
    if (isErrorData(app)) return app;
    return {
      code: 'E_NO_CONNECTION',
      message: 'The app lost its connection to the part that does the work.',
      hint: 'It reconnects by itself. Runs go on meanwhile; if this stays, restart the app.',
      details: { cause: error.message },
    };
  }
  // What became of long work is told as a value.
  if (!(error instanceof Error) && isErrorData(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'E_PAGE',
    message: `This page ran into something unexpected: ${message}`,
    hint: 'Copy the report and open an issue with it; your recorded runs are safe.',
    details: { stack: error instanceof Error ? (error.stack ?? message) : message },
  };
}

function isErrorData(value: unknown): value is ErrorData {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
