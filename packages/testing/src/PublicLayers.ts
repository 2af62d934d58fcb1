/**
 * Types over the exports of a package, for the type test that every public layer can be used from outside: what it requires, provides and
 * fails with is exported by name.
 */
import type { Context, Layer } from "effect"

type AnyLayer = Layer.Layer<never, unknown, unknown>

/** A layer itself, or the layer that a function returns. */
type LayerOf<Value> = Value extends AnyLayer
  ? Value
  : Value extends (...args: never) => infer Returned
    ? Extract<Returned, AnyLayer>
    : never

type LayersAmong<Values> = { readonly [Name in keyof Values]: LayerOf<Values[Name]> }[keyof Values]

/** The layers among the exports, and among the members of exported namespaces and classes. */
type LayersOf<Module> =
  | LayersAmong<Module>
  | { readonly [Name in keyof Module]: LayersAmong<Module[Name]> }[keyof Module]

/** In the layer of a generic function this is up to its argument. */
type Known<Type> = unknown extends Type ? never : Type

type RequirementOf<L> = L extends Layer.Layer<infer _A, infer _E, infer R> ? Known<R> : never
type ProvisionOf<L> = L extends Layer.Layer<infer A, infer _E, infer _R> ? A : never
type FailureOf<L> = L extends Layer.Layer<infer _A, infer E, infer _R> ? Known<E> : never

/** The services that the public layers of a module require. */
export type Requirements<Module> = RequirementOf<LayersOf<Module>>

/** The services that the public layers of a module provide. */
export type Provisions<Module> = ProvisionOf<LayersOf<Module>>

/** The errors that the public layers of a module fail with. */
export type Failures<Module> = FailureOf<LayersOf<Module>>

type ServiceOf<Value> = Value extends Context.Service<infer Id, infer _> ? Id : never
type ServicesAmong<Values> = { readonly [Name in keyof Values]: ServiceOf<Values[Name]> }[keyof Values]

/** The services that a module exports, also those in its namespaces. */
export type Services<Module> =
  | ServicesAmong<Module>
  | { readonly [Name in keyof Module]: ServicesAmong<Module[Name]> }[keyof Module]
