internal import Hummingbird
internal import WebAPI

/// A request that is not done for a reason that HTTP has a status or a header for.
struct Refusal: Error {
    let error: APIError
    let headers: HTTPFields
    /// Instead of the error's own.
    let status: HTTPResponse.Status?

    init(_ error: APIError, status: HTTPResponse.Status? = nil, headers: HTTPFields = [:]) {
        self.error = error
        self.headers = headers
        self.status = status
    }
}
