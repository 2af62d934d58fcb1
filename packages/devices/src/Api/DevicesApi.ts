/**
 * The definition of the Devices API: devices, commands, declarations, assets and live exchanges of a workspace.
 */
import { HttpApi, HttpApiMiddleware, OpenApi } from "effect/http-api"
import { AssetsApiGroup } from "../Assets/AssetsApiGroup.ts"
import { CommandsApiGroup } from "../Commands/CommandsApiGroup.ts"
import { DeclarationsApiGroup } from "../Declarations/DeclarationsApiGroup.ts"
import { DevicesApiGroup } from "../Devices/DevicesApiGroup.ts"
import { EnrollmentApiGroup } from "../Enrollment/EnrollmentApiGroup.ts"
import { ExchangesApiGroup } from "../Exchanges/ExchangesApiGroup.ts"

/**
 * @category api
 * @since 0.1.0
 */
export class DevicesApi extends HttpApi.make("devices")
  .add(DevicesApiGroup, CommandsApiGroup, DeclarationsApiGroup, AssetsApiGroup, ExchangesApiGroup, EnrollmentApiGroup)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .annotateMerge(
    OpenApi.annotations({
      title: "Devices",
      version: "1.0.0",
      description: "Devices of a workspace, their commands, declarations and assets, and their live exchanges",
      license: { name: "MIT" },
    }),
  ) {}
