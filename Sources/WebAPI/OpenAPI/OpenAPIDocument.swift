import Files
public import FoundationEssentials
public import Settings

/// The OpenAPI 3.1 document of every route, as JSON.
public enum OpenAPIDocument {
    /// - Parameters:
    ///   - version: of the program: `0.1.0`.
    ///   - limits: of the server, which narrow the ranges of fields.
    public static func data(version: String, limits: EaselSettings.Limits = EaselSettings().limits) -> Data {
        let paths = Dictionary(grouping: Route.all, by: \.path).mapValues { routes in
            JSONValue.object(Dictionary(uniqueKeysWithValues: routes.map { ($0.method.rawValue, operation($0)) }))
        }
        return WebJSON.data([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Easel"), "version": .string(version),
                    "description": .string(
                        "Stable Diffusion on OpenVINO: A1111's API under /sdapi/v1, OpenAI's under /v1, Easel's own under /api/v1.")
            ]),
            "paths": .object(paths),
            "components": .object(["schemas": .object(components(limits)), "securitySchemes": .object(securitySchemes)]),
        ] as [String: JSONValue])
    }

    private static func operation(_ route: Route) -> JSONValue {
        var operation: [String: JSONValue] = [
            "summary": .string(route.summary), "tags": .array([.string(route.face.title)]), "operationId": .string(route.operationID),
            "responses": .object(answers(route)),
        ]
        if !route.parameters.isEmpty { operation["parameters"] = .array(route.parameters.map(parameter)) }
        if let body = route.body {
            let mediaTypes = [body.mediaType] + (body.isFormToo ? ["application/x-www-form-urlencoded"] : [])
            let schema: JSONValue = .object(["schema": Schema.component(body.name).json])
            operation["requestBody"] = .object([
                "required": .bool(body.isRequired),
                "content": .object(Dictionary(uniqueKeysWithValues: mediaTypes.map { ($0, schema) })),
            ])
        }
        // Credentials are asked for only where the server was told to: hence the empty alternative.
        if !route.isOpen {
            operation["security"] = .array(([[:]] + securitySchemes.keys.sorted().map { [$0: .array([])] }).map(JSONValue.object))
        }
        return .object(operation)
    }

    private static func parameter(_ parameter: Route.Parameter) -> JSONValue {
        .object([
            "in": .string(parameter.place.rawValue), "name": .string(parameter.name), "required": .bool(parameter.place == .path),
            "description": .string(parameter.meaning), "schema": parameter.schema.json,
        ])
    }

    private static func answers(_ route: Route) -> [String: JSONValue] {
        let error = Schema.component(route.face.errorName)
        var answers = route.errorKinds.mapValues { kinds in
            var answer: [String: JSONValue] = [
                "description": .string(kinds.map(\.rawValue).joined(separator: ", ")), "content": content("application/json", error),
            ]
            if route.isForPeople {
                answer["content"] = .object(["application/json", "text/html"].reduce(into: [:]) {
                    $0[$1] = .object(["schema": ($1 == "text/html" ? .text : error).json])
                })
            }
            if kinds.contains(where: \.hasRetryAfter) {
                answer["headers"] = .object(["Retry-After": .object(["description": .string("seconds"), "schema": Schema.whole.json])])
            }
            return JSONValue.object(answer)
        }
        let schema = route.answer.name.map(Schema.component) ?? route.answer.schema
        var contents = route.answer.mediaType.isEmpty ? [:] : [route.answer.mediaType: schema]
        if let events = route.answer.events { contents["text/event-stream"] = .component(events.name) }
        let success = JSONValue.object([
            "description": .string(route.summary), "content": .object(contents.mapValues { .object(["schema": $0.json]) }),
        ])
        if route.isForPeople {
            let location = JSONValue.object(["Location": .object(["schema": Schema.text.json])])
            answers[303] = .object(["description": .string("leads elsewhere"), "headers": location])
        }
        if !contents.isEmpty { answers[route.answer.status] = success }
        if route.path == "/readyz" { answers[503] = success }
        if route.parameters.contains(where: { $0.name == "Range" }) {
            answers[206] = success
            answers[416] = .object([
                "description": .string("the piece begins behind the end"), "content": content("application/json", error),
            ])
        }
        return Dictionary(uniqueKeysWithValues: answers.map { ("\($0.key)", $0.value) })
    }

    private static func content(_ mediaType: String, _ schema: Schema) -> JSONValue {
        .object([mediaType: .object(["schema": schema.json])])
    }

    private static func components(_ limits: EaselSettings.Limits) -> [String: JSONValue] {
        var schemas: [String: Schema] = [
            Face.a1111.errorName: Schema(of: A1111Error.self), Face.openAI.errorName: Schema(of: OpenAIError.self),
            Face.easel.errorName: Schema(of: EaselError.self), "EventDetails": Schema(of: EventDetails.self),
        ]
        for route in Route.all {
            if let name = route.answer.name { schemas[name] = route.answer.schema }
            if let events = route.answer.events { schemas[events.name] = events.schema }
            if let body = route.body { schemas[body.name] = body.schema.limited(by: limits) }
        }
        return schemas.mapValues(\.json)
    }

    private static let securitySchemes: [String: JSONValue] = [
        "password": .object(["type": .string("http"), "scheme": .string("basic")]),
        "key": .object(["type": .string("http"), "scheme": .string("bearer")]),
    ]
}

extension Route {
    /// `get_api_v1_jobs_id`
    fileprivate var operationID: String {
        ([method.rawValue] + path.split { !($0.isLetter || $0.isNumber) }.map(String.init)).joined(separator: "_")
    }
}

extension Face {
    fileprivate var title: String {
        switch self {
        case .a1111: "A1111"
        case .openAI: "OpenAI"
        case .easel: "Easel"
        }
    }

    fileprivate var errorName: String { "\(title)Error" }
}

extension APIError.Kind {
    fileprivate var hasRetryAfter: Bool { status == 429 }
}
