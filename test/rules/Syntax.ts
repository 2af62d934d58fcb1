/**
 * Walks the syntax tree of a TypeScript file.
 */
import { parseSync } from "vite"

/** A node of the tree: it has a `type`, its place, and members by type. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

/** A comment without its delimiters. */
export interface Comment {
  readonly type: string
  readonly value: string
  readonly start: number
  readonly end: number
}

export interface Parsed {
  readonly body: ReadonlyArray<Node>
  readonly comments: ReadonlyArray<Comment>
  /** The line of an offset, from 1. */
  readonly lineOf: (offset: number) => number
}

export const isNode = (u: unknown): u is Node =>
  typeof u === "object" && u !== null && "type" in u && typeof u.type === "string" && "start" in u

/** Parses a file. Throws when it does not parse. */
export const parse = (file: string, source: string): Parsed => {
  const { errors, program, comments } = parseSync(file, source, { lang: file.endsWith(".tsx") ? "tsx" : "ts" })
  const [error] = errors
  if (error !== undefined) throw new Error(`${file} does not parse: ${error.message}`)
  const body: unknown = program.body
  return {
    body: Array.isArray(body) ? body.filter(isNode) : [],
    comments,
    lineOf: (offset) => source.slice(0, offset).split("\n").length,
  }
}

/** Calls `visit` with every node below `node`, itself included. */
export const walk = (node: unknown, visit: (node: Node) => void): void => {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visit)
  } else if (isNode(node)) {
    visit(node)
    for (const child of Object.values(node)) if (typeof child === "object") walk(child, visit)
  }
}
