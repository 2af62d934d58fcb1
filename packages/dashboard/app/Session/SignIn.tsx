/**
 * Takes an API key and makes a session of it.
 */
import { Alert, PasswordInput, Stack, Text, Title } from "@mantine/core"
import { type FormEvent, useState } from "react"
import { commonSentence } from "../Api/CommonFailure.ts"
import { Brand } from "../parts/Brand.tsx"
import { PendingButton } from "../parts/PendingButton.tsx"
import { useSignIn } from "./Session.ts"
import "./SignIn.css"

const refusedSentence = "No such key, or it was revoked. Ask whoever runs this service for another."

const problemWith = (key: string): string | undefined => {
  if (key === "") return "Enter your API key."
  return key.startsWith("ek_") ? undefined : "An API key begins with ek_."
}

export const SignIn = ({ ended, refused }: { readonly ended: boolean; readonly refused: boolean }) => {
  const [key, setKey] = useState("")
  const [problem, setProblem] = useState<string | undefined>(refused ? refusedSentence : undefined)
  const signIn = useSignIn()

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = problemWith(key.trim())
    setProblem(found)
    if (found !== undefined) return
    signIn.mutate(key.trim(), {
      onError: (error) => setProblem(error._tag === "Unauthorized" ? refusedSentence : commonSentence(error)),
    })
  }

  return (
    <main className="sign-in">
      <title>Sign in</title>
      <form className="sign-in-card" onSubmit={submit} noValidate>
        <Stack gap="md">
          <Brand />
          <div>
            <Title order={1} size="h3">
              Sign in
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              With the API key of your workspace.
            </Text>
          </div>
          {ended ? (
            <Alert color="yellow" variant="light" role="alert" title="Your session has ended">
              Sign in again and you are back where you were.
            </Alert>
          ) : null}
          <PasswordInput
            label="API key"
            description="It begins with ek_ and is kept where no script can read it."
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
