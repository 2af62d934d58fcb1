/**
 * The words that the glossary replaced: as declared names and file names, and as texts.
 */
import { basename } from "node:path"
import { isNode, type Node, parse, walk } from "./Syntax.ts"

/** Old names and their successors. Only words that have no other meaning here; they are compared exactly. */
const names: Record<string, string> = {
  Lanes: "Dispatcher",
  lane: "integration queue",
  lanes: "integration queues",
  Stretches: "KeysetBatches",
  Settlement: "AttemptRecorder",
  Tried: "AttemptResult",
  judge: "updateIntegrationHealth",
  Verdict: "Outcome",
  tries: "attempts",
  excerpt: "bodyExcerpt",
  Claims: "Leases",
  InsertValues: "InsertMany",
  DeliveryFigures: "DeliveryStatistics",
  Seen: "IdempotencyStore",
  Cases: "EventHandlers",
  Published: "PublishResult",
  repeated: "duplicate",
  waits: "retryDelays",
  Said: "SilentExit",
  deed: "effect",
  sentence: "message",
  sentenceOf: "errorMessage",
  forReaders: "normalizeForCodegen",
  OpenApiForReaders: "NormalizeForCodegen",
  Opening: "Disclosure",
  Arrival: "FocusOnMount",
  useCall: "useEffectQuery",
  useAction: "useEffectMutation",
  Shown: "ExchangeBody",
  blot: "redact",
  CallObserver: "CallHook",
  BodyHeard: "onBody",
  heard: "received",
  Heard: "Received",
  hear: "sendEvent",
  hears: "receives",
  StoreGuard: "StoreValidation",
  guarded: "validated",
  StoreSchema: "migrations",
  mayEnroll: "isTokenUsable",
  Pins: "CertificatePinning",
  Astray: "NotFound",
  astray: "notFound",
  OtherPages: "Cors",
  Boundary: "RequestLimits",
  Availability: "DatabaseUnavailable",
  Observation: "Telemetry",
  Refusal: "Problem",
  refuse: "fail",
  refusal: "error",
  BadAnswer: "InvalidResponse",
  TryFailure: "AttemptFailure",
  mayRepeat: "isRetryable",
  patience: "queueTimeout",
  ScopeOf: "Scope.fromMessage",
  Speaker: "EnrollmentIds",
  speaker: "enrollmentIds",
  comeAgain: "shuttingDown",
  asTheyStand: "routerConfig",
  Facts: "DeviceProfile",
  Machine: "DeviceContext",
  Polling: "CommandLoop",
  Life: "Scenario",
  Declared: "DemoDeclarations",
  Contestants: "Participants",
  ImportTable: "Layering",
  importTable: "layering",
  stranger: "another or unknown",
  nobody: "unknown or none",
  somebody: "another",
}

/** Errors have one of four forms. */
const oldError = /^[A-Z][A-Za-z]*(?:Unknown|Refused)$/

/** Texts that the glossary replaced, and the dialect of its section “Sentences”. */
const phrases: ReadonlyArray<readonly [pattern: RegExp, instead: string]> = [
  [/\b(?:is|are|was|were|be|been) told\b/i, "receives, or the verb for what happens"],
  [/\bhears\b|\bhas heard\b|\bhave heard\b|\bwas heard\b|\bis heard\b/i, "receives"],
  [/\b(?:says?|said|tells?) of (?:itself|themselves)\b/i, "reports"],
  [/\b(?:is|are) none\b/i, "is not a …, is invalid"],
  [/\bone that counts\b|\bcounts no (?:more|longer)\b/i, "is valid"],
  [/(?<![`"])\bnobody\b|\bno one\b/i, "no caller, no process, …"],
  [/\bsomebody\b|\bsomeone\b/i, "a user, a process, …"],
  [/\bwhoever\b|\bwhomever\b/i, "anyone who, the caller"],
  [/\bstrangers?\b/i, "another device, an unknown caller"],
  [/\bin vain\b/i, "timed out, without success"],
  [/\bfor ever\b/i, "always, without end"],
  [/\bby (?:itself|themselves)\b/i, "automatically"],
  [/\bcomes? (?:again|back)\b/i, "retry, retries"],
  [/\bmend(?:s|ed|ing)?\b/i, "fix"],
  [/\bunder way\b/i, "in progress"],
  [/Change where to, or which events/, "Update an integration"],
  [/Try a finished one once more/, "Retry a delivery"],
  [/Send a range of time again/, "Replay deliveries"],
  [/How the workspace's deliveries fare/, "Delivery health"],
  [/What became of/i, "the outcome of, Get …"],
  [/Put up an asset/, "Upload an asset"],
  [/Declare it no longer/, "Delete a declaration"],
  [/This key does not open/, "The API key does not grant access to this workspace"],
  [/that a page gave/, "Invalid cursor"],
  [/A range of time ends/, "Invalid time range"],
  [/cannot do this now/, "Service temporarily unavailable"],
  [/Who is told what happens/, "Send workspace events to your tools"],
  [/Nothing said yet/, "No traffic yet"],
  [/That is all: /, "14 deliveries"],
  [/Take a (?:token|key) back/, "Revoke"],
]

/** Where a name is declared: variables, functions, types, members, parameters, imports under another name. */
const declaredIn = (node: Node): ReadonlyArray<unknown> => {
  switch (node.type) {
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return [node["id"]]
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "PropertyDefinition":
    case "MethodDefinition":
      return [node["key"]]
    case "ImportNamespaceSpecifier":
      return [node["local"]]
    default:
      return []
  }
}

const nameOf = (node: unknown): string | undefined =>
  isNode(node) && node.type === "Identifier" && typeof node["name"] === "string" ? node["name"] : undefined

const successorOf = (name: string): string | undefined => {
  if (Object.hasOwn(names, name)) return names[name]
  return oldError.test(name) ? "XNotFound, InvalidX, XConflict or XError" : undefined
}

/** Returns one sentence for each old name that a file declares or has. */
export const oldNames = (file: string, source: string): ReadonlyArray<string> => {
  const { body, lineOf } = parse(file, source)
  const found: Array<string> = []
  const base = basename(file).replace(/(?:\.test|\.types)?\.tsx?$/, "")
  const better = successorOf(base)
  if (better !== undefined) found.push(`${file} is named "${base}": use "${better}"`)
  walk(body, (node) => {
    for (const declared of declaredIn(node)) {
      const name = nameOf(declared)
      const successor = name === undefined ? undefined : successorOf(name)
      if (successor !== undefined) found.push(`${file}:${lineOf(node.start)} declares "${name}": use "${successor}"`)
    }
  })
  return found
}

/** Returns one sentence for each old text of a file: comments, strings, Markdown. */
export const oldPhrases = (file: string, source: string): ReadonlyArray<string> =>
  source.split("\n").flatMap((line, index) =>
    phrases.flatMap(([pattern, instead]) => {
      const [match] = pattern.exec(line) ?? []
      return match === undefined ? [] : [`${file}:${index + 1} says "${match}": write "${instead}"`]
    }),
  )
