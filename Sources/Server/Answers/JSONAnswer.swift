internal import FoundationEssentials
internal import Hummingbird
internal import WebAPI

extension Response {
    /// - Parameter json: text.
    init(json: Data, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        headers[.contentLength] = "\(json.count)"
        self.init(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json)))
    }

    /// - Parameter value: with a JSON form.
    init(json value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        self.init(json: WebJSON.data(value), status: status, headers: headers)
    }
}
