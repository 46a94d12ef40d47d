import { type ContextEntry, type IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { isDenied } from './aws-errors.ts';

/** Whether each action is allowed, on every one of the resources. */
export type Verdicts = ReadonlyMap<string, boolean>;

export async function simulated(
  iam: IAMClient,
  principal: string,
  actions: readonly string[],
  resources: readonly string[],
  context: readonly ContextEntry[] = [],
): Promise<Verdicts> {
  const verdicts = new Map<string, boolean>();
  const { EvaluationResults = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principal,
      ActionNames: [...actions],
      ResourceArns: [...resources],
      ...(context.length > 0 && { ContextEntries: [...context] }),
    }),
  );
  for (const { EvalActionName: action, EvalDecision } of EvaluationResults)
    if (action !== undefined)
      verdicts.set(action, (verdicts.get(action) ?? true) && EvalDecision === 'allowed');
  return verdicts;
}

/** Null: the caller may not simulate. */
export async function simulateRole(
  iam: IAMClient,
  role: string,
  actions: readonly string[],
  resource: string,
): Promise<Verdicts | null> {
  try {
    return await simulated(iam, role, actions, [resource]);
  } catch (error) {
    if (isDenied(error)) return null;
    throw error;
  }
}
