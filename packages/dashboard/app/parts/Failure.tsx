/**
 * What went wrong, and what one can do about it.
 */
import { Alert, Button, Group } from "@mantine/core"
import IconAlertCircle from "@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs"

export const Failure = ({ sentence, onRetry }: { readonly sentence: string; readonly onRetry?: () => unknown }) => (
  <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />} role="alert">
    <Group justify="space-between" gap="sm">
      <span>{sentence}</span>
      {onRetry === undefined ? null : (
        <Button size="xs" variant="default" onClick={() => void onRetry()}>
          Try again
        </Button>
      )}
    </Group>
  </Alert>
)
