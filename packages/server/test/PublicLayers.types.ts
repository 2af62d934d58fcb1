/**
 * Every public layer can be used with the package's exports alone: what it requires can be provided. This file imports from the package's entry points
 * only, so it does not compile when an export that a layer requires is removed.
 */
import type { Authorization } from "@espalier/api-keys/api"
import type { Push } from "@espalier/apple"
import {
  Authority,
  type AuthorityError,
  BackendAddress,
  ConfiguredKeys,
  DeviceIdentity,
  EnrollmentSettings,
  ExchangeRecorder,
  type InvalidOrigin,
  MdmService,
  Origins,
  PushHttp,
  Server,
  type Store,
  StoreMemory,
  StoreSql,
} from "@espalier/server"
import { type InvalidBackendOptions, ManagementBackend } from "@espalier/server/client"
import type { DatabaseError, MigrationError } from "@espalier/sql"
import { type Config, Layer } from "effect"
import type { HttpClient, HttpRouter, HttpServer } from "effect/http"
import type { SqlClient, SqlError } from "effect/sql"
import { expectTypeOf } from "vitest"

/** The routes for devices require exported services. */
expectTypeOf(Server.routes).toExtend<
  Layer.Layer<
    never,
    never,
    | Authority
    | BackendAddress
    | DeviceIdentity
    | EnrollmentSettings
    | HttpClient.HttpClient
    | HttpRouter.HttpRouter
    | ManagementBackend
    | Origins
    | Store
  >
>()

/** An app can provide everything that the routes require. */
const routes = Server.routes.pipe(
  Layer.provide([
    DeviceIdentity.layer({ mode: "required", roots: [], proxy: undefined, unknown: "reject" }),
    Layer.succeed(EnrollmentSettings, {
      mode: "token",
      branding: {},
      topic: "com.apple.mgmt.External.example",
      signer: undefined,
      tlsRoots: [],
      deviceRoots: undefined,
      capabilities: undefined,
      renewIdentities: false,
    }),
    Layer.succeed(BackendAddress, "https://backend.example.com"),
    ManagementBackend.layer({ baseUrl: "https://backend.example.com", secrets: [] }),
    Origins.layer(["https://mdm.example.com"]),
    StoreMemory.layer,
  ]),
  Layer.provide(Authority.layer("/var/lib/espalier")),
)
expectTypeOf(routes).toExtend<
  Layer.Layer<
    never,
    AuthorityError | InvalidBackendOptions | InvalidOrigin,
    HttpClient.HttpClient | HttpRouter.HttpRouter
  >
>()

/** The other layers require exported services. */
expectTypeOf(MdmService.layer).toExtend<
  Layer.Layer<MdmService, never, Authority | DeviceIdentity | EnrollmentSettings | ManagementBackend | Store>
>()
expectTypeOf(PushHttp.layer).toExtend<Layer.Layer<never, never, Authorization | HttpRouter.HttpRouter | Push.Push>>()
expectTypeOf(ConfiguredKeys.layer(["key"])).toExtend<Layer.Layer<Authorization>>()
expectTypeOf(ExchangeRecorder.layer).returns.toExtend<Layer.Layer<never, never, HttpRouter.HttpRouter>>()
expectTypeOf(StoreSql.layer).toExtend<Layer.Layer<Store, MigrationError | SqlError.SqlError, SqlClient.SqlClient>>()
expectTypeOf(Origins.layerLoopback).returns.toExtend<Layer.Layer<Origins, InvalidOrigin, HttpServer.HttpServer>>()
expectTypeOf(Server.state).returns.toExtend<
  Layer.Layer<Authority | Store, AuthorityError | DatabaseError | MigrationError | SqlError.SqlError>
>()

/** A layer that takes a secret or a URL can read it from the Config. */
expectTypeOf(Server.layerConfig).returns.toExtend<
  Layer.Layer<HttpServer.HttpServer, Server.StartError | Config.ConfigError>
>()
expectTypeOf(ManagementBackend.layerConfig).returns.toExtend<
  Layer.Layer<ManagementBackend, InvalidBackendOptions | Config.ConfigError>
>()
