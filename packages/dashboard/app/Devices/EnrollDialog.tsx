/**
 * An enrollment link, as text and as a QR code.
 */
import { Alert, Button, Group, Stack, Text } from "@mantine/core"
import { useEffect } from "react"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { CopyButton } from "../components/CopyButton.tsx"
import { Dialog } from "../components/Dialog.tsx"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { deviceErrorMessage } from "./DeviceErrorMessage.ts"
import { useCreateEnrollmentLink } from "./DeviceQueries.ts"
import { QrCode } from "./QrCode.tsx"

interface EnrollDialogProps {
  readonly workspace: string
  readonly onClose: () => void
}

export default function EnrollDialog({ workspace, onClose }: EnrollDialogProps) {
  const { data: link, error, mutate } = useCreateEnrollmentLink(workspace)
  useEffect(() => mutate(), [mutate])
  return (
    <Dialog title="Enroll a device" onClose={onClose}>
      <Stack gap="md">
        {error === null ? null : <Failure message={deviceErrorMessage(error)} onRetry={() => mutate()} />}
        {link === undefined ? (
          error === null ? (
            <Loading />
          ) : null
        ) : (
          <>
            <Text size="sm">
              Open this link on the device, or scan the code with its camera, and install the profile in its settings.
            </Text>
            <QrCode text={link.url} label="QR code of the enrollment link" />
            <CodeBlock text={link.url} label="Enrollment link" />
            <Group justify="space-between">
              <CopyButton text={link.url} label="Copy link" />
              <Text size="sm" c="dimmed">
                Expires <RelativeTime at={link.expiresAt.epochMilliseconds} />
              </Text>
            </Group>
            <Alert color="yellow" variant="light">
              Everyone who has this link can enroll a device until it expires.
            </Alert>
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
