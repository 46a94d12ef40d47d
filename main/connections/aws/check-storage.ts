import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { httpStatus } from '../../providers/aws/aws-errors.ts';
import type { Found } from '../checks/guide.ts';
import { failureOf } from '../failure.ts';
import { awsError } from './aws-errors.ts';
import type { AwsGround } from './check-aws.ts';
import { clientConfig } from './client-config.ts';

/** An object is really written, read and removed. */
export async function checkStorage({ access, profile, of }: AwsGround): Promise<Found<null>> {
  const [bucket = '', ...folders] = (profile.storage ?? '').slice('s3://'.length).split('/');
  const key = [...folders.filter(Boolean), `scalable-test-${newId()}.txt`].join('/');
  const s3 = new S3Client({ ...clientConfig(access), forcePathStyle: access.endpointUrl !== null });
  const place = { Bucket: bucket, Key: key };
  const step = async <T>(doing: string, permission: string, call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw bucketTrouble(error, bucket, access.region) ?? awsError(error, { of, doing, permission });
    }
  };
  try {
    await step('write to the bucket', 's3:PutObject', s3.send(new PutObjectCommand({ ...place, Body: key })));
    const { Body } = await step('read from the bucket', 's3:GetObject', s3.send(new GetObjectCommand(place)));
    const isSame = (await Body?.transformToString()) === key;
    await step('remove from the bucket', 's3:DeleteObject', s3.send(new DeleteObjectCommand(place)));
    if (!isSame)
      throw new AppError({
        code: 'E_CLOUD_STORAGE',
        message: `The bucket ${bucket} gave back other bytes than were written.`,
        hint: access.endpointUrl ? `Look at the endpoint ${access.endpointUrl}.` : 'Try another bucket.',
      });
    return [null, `${profile.storage} can be written, read and cleaned up.`];
  } finally {
    s3.destroy();
  }
}

function bucketTrouble(error: unknown, bucket: string, region: string): AppError | null {
  const { name } = failureOf(error);
  if (name === 'NoSuchBucket')
    return new AppError(
      {
        code: 'E_CLOUD_STORAGE',
        message: `There is no bucket ${bucket}.`,
        hint: `Make it: aws s3 mb s3://${bucket} --region ${region}`,
      },
      { cause: error },
    );
  if (httpStatus(error) === 301 || name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed')
    return new AppError(
      {
        code: 'E_CLOUD_STORAGE',
        message: `The bucket ${bucket} is in another region than ${region}.`,
        hint: 'Use a bucket of the region that tasks run in: moving data between regions is slow and costs.',
      },
      { cause: error },
    );
  return null;
}
