/**
 * The README's pictures show the page as it is.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { areCurrent } from "@espalier/testing/Pictures"
import { expect, test } from "vitest"
import { root } from "./rules/Workspace.ts"

test("the pictures are of the page as it is: npm run pictures makes them anew", () => {
  expect(areCurrent()).toBe(true)
})

test("every picture that the README shows is there", () => {
  const shown = [
    ...readFileSync(join(root, "README.md"), "utf8").matchAll(/!\[[^\]]+\]\(([^)]+)\)|src(?:set)?="([^"]+)"/g),
  ]
  const paths = shown.map(([, image, source]) => image ?? source ?? "")
  expect(paths.length).toBeGreaterThan(0)
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
