/**
 * Deletes an integration.
 */
import { Stack } from "@mantine/core"
import { Confirm } from "../components/Confirm.tsx"
import { Failure } from "../components/Failure.tsx"
import { useToast } from "../components/Toaster.tsx"
import { problemOf } from "./InputProblem.ts"
import { useDelete } from "./IntegrationQueries.ts"

interface DeleteIntegrationProps {
  readonly workspace: string
  readonly id: string
  readonly onDeleted: () => void
}

export const DeleteIntegration = ({ workspace, id, onDeleted }: DeleteIntegrationProps) => {
  const remove = useDelete(workspace, id)
  const toast = useToast()
  return (
    <Stack gap="xs" align="flex-start">
      <Confirm
        label="Delete"
        question="Delete this integration and all of its deliveries? This cannot be undone."
        yes="Delete integration"
        pending={remove.isPending}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              toast("Integration deleted")
              onDeleted()
            },
          })
        }
      />
      {remove.error === null ? null : <Failure message={problemOf(remove.error).message} />}
    </Stack>
  )
}
