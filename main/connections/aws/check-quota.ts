import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { AppError } from '../../platform/errors.ts';
import type { Found } from '../checks/guide.ts';
import { failureOf } from '../failure.ts';
import { awsError } from './aws-errors.ts';
import type { AwsGround } from './check-aws.ts';
import { clientConfig } from './client-config.ts';

/** Quotas of Fargate in vCPUs, as the Service Quotas console names them. */
const QUOTAS = {
  on_demand: { code: 'L-3032A538', title: 'Fargate On-Demand vCPU resource count' },
  spot: { code: 'L-36FBB829', title: 'Fargate Spot vCPU resource count' },
} as const;

export async function checkQuota(
  { access, of }: AwsGround,
  kind: keyof typeof QUOTAS,
): Promise<Found<number>> {
  const { code, title } = QUOTAS[kind];
  const quotas = new ServiceQuotasClient(clientConfig(access));
  const wanted = { ServiceCode: 'fargate', QuotaCode: code };
  try {
    const { Quota } = await quotas.send(new GetServiceQuotaCommand(wanted)).catch((error: unknown) => {
      if (failureOf(error).name !== 'NoSuchResourceException') throw error;
      return quotas.send(new GetAWSDefaultServiceQuotaCommand(wanted));
    });
    const cpus = Quota?.Value;
    if (cpus === undefined || !Number.isFinite(cpus) || cpus < 0)
      throw new AppError({
        code: 'E_CLOUD_ANSWER',
        message: `AWS does not say how large the quota “${title}” is.`,
        hint: 'Look into Service Quotas, AWS Fargate, in the AWS console.',
      });
    if (cpus === 0)
      throw new AppError({
        code: 'E_QUOTA',
        message: `The quota “${title}” is 0 in ${access.region}, so no task can start.`,
        hint: `Ask for more: aws service-quotas request-service-quota-increase --service-code fargate --quota-code ${code} --desired-value 64 --region ${access.region}`,
      });
    return [cpus, `${cpus} vCPUs may run at once (${title}).`];
  } catch (error) {
    throw awsError(error, { of, doing: 'read the quotas', permission: 'servicequotas:GetServiceQuota' });
  } finally {
    quotas.destroy();
  }
}
