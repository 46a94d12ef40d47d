import { Center, Loader, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';

/** Waiting, said in words. Nothing is drawn for the first moment, so that fast answers do not flicker. */
export function Loading({ label = 'Loading…' }: { label?: string }) {
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setVisible(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Center mih={160} p="lg" role="status" aria-live="polite">
      {visible && (
        <Stack align="center" gap="xs">
          <Loader size="sm" type="dots" aria-hidden="true" />
          <Text size="sm" c="dimmed">
            {label}
          </Text>
        </Stack>
      )}
    </Center>
  );
}
