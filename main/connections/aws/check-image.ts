import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import type { Found } from '../checks/guide.ts';
import { failureOf } from '../failure.ts';
import { checkPublicImage } from '../public-image.ts';
import { awsError } from './aws-errors.ts';
import type { AwsGround } from './check-aws.ts';
import { clientConfig } from './client-config.ts';

const ECR =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+?)(?::([\w.-]+)|@(sha256:[0-9a-f]{64}))?$/;

/** In ECR by the caller's right to pull, elsewhere as tasks would: without an account. */
export async function checkImage({ access, profile, of }: AwsGround): Promise<Found<null>> {
  const image = profile.image ?? '';
  const found = ECR.exec(image);
  if (!found) return checkPublicImage(image);
  const [, registryId, region = access.region, repositoryName, imageTag = 'latest', imageDigest] = found;
  const ecr = new ECRClient({ ...clientConfig(access), region });
  try {
    const { images = [], failures = [] } = await ecr.send(
      new BatchGetImageCommand({
        registryId,
        repositoryName,
        imageIds: [imageDigest ? { imageDigest } : { imageTag }],
      }),
    );
    if (images.length === 0)
      throw noImage(image, plainText(failures[0]?.failureReason ?? 'it is not there', 200), null);
    return [null, `${image} is in ECR and can be pulled.`];
  } catch (error) {
    if (/^(?:RepositoryNotFound|ImageNotFound)/.test(failureOf(error).name))
      throw noImage(image, failureOf(error).message, error);
    throw awsError(error, { of, doing: 'pull the image', permission: 'ecr:BatchGetImage' });
  } finally {
    ecr.destroy();
  }
}

const noImage = (image: string, why: string, cause: unknown): AppError =>
  new AppError(
    {
      code: 'E_CLOUD_IMAGE',
      message: `The image ${image} cannot be pulled: ${why}`,
      hint: 'Look for slips in its name and tag, or push it.',
    },
    { cause },
  );
