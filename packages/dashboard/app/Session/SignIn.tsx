/**
 * Exchanges an API key for a session.
 */
import { Alert, PasswordInput, Stack, Text, Title } from "@mantine/core"
import { type FormEvent, useState } from "react"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Brand } from "../components/Brand.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { DocumentTitle } from "../layout/DocumentTitle.tsx"
import { useSignIn } from "./Session.ts"
import "./SignIn.css"

const invalidKeyMessage = "This key is invalid or was revoked. Ask the operator of this service for a new one."

const problemWith = (key: string): string | undefined => {
  if (key === "") return "Enter your API key."
  return key.startsWith("ek_") ? undefined : "An API key starts with ek_."
}

export const SignIn = ({ ended, invalidKey }: { readonly ended: boolean; readonly invalidKey: boolean }) => {
  const [key, setKey] = useState("")
  const [problem, setProblem] = useState<string | undefined>(invalidKey ? invalidKeyMessage : undefined)
  const signIn = useSignIn()

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = problemWith(key.trim())
    setProblem(found)
    if (found !== undefined) return
    signIn.mutate(key.trim(), {
      onError: (error) => setProblem(error._tag === "Unauthorized" ? invalidKeyMessage : commonErrorMessage(error)),
    })
  }

  return (
    <main className="sign-in">
      <DocumentTitle title="Sign in" />
      <form className="sign-in-card" onSubmit={submit} noValidate>
        <Stack gap="md">
          <Brand />
          <div>
            <Title order={1} size="h3">
              Sign in
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              Use the API key of your workspace.
            </Text>
          </div>
          {ended ? (
            <Alert color="yellow" variant="light" role="alert" title="Your session has ended">
              Sign in again to continue where you were.
            </Alert>
          ) : null}
          <PasswordInput
            label="API key"
            description="It starts with ek_ and is stored where scripts cannot read it."
            placeholder="ek_…"
            autoComplete="current-password"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            error={problem}
            errorProps={{ role: "alert" }}
            visibilityToggleButtonProps={{ "aria-label": "Show the key", "aria-hidden": false, tabIndex: 0 }}
            size="md"
          />
          <PendingButton type="submit" size="md" pending={signIn.isPending}>
            Sign in
          </PendingButton>
        </Stack>
      </form>
    </main>
  )
}
