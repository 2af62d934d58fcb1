/**
 * An error message, with a retry where that can help.
 */
import { Alert, Button, Group } from "@mantine/core"
import IconAlertCircle from "@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs"

export const Failure = ({ message, onRetry }: { readonly message: string; readonly onRetry?: () => unknown }) => (
  <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />} role="alert">
    <Group justify="space-between" gap="sm">
      <span>{message}</span>
      {onRetry === undefined ? null : (
        <Button size="xs" variant="default" onClick={() => void onRetry()}>
          Try again
        </Button>
      )}
    </Group>
  </Alert>
)
