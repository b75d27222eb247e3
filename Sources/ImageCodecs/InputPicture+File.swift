import Crypto
import Files
public import Generation

extension InputPicture {
    /// Names a file by its content.
    /// - Parameter contents: all bytes of the file.
    public init(contents: [UInt8]) {
        guard let picture = InputPicture(sha256: SHA256.hash(data: contents).hexadecimal) else {
            preconditionFailure("a SHA-256 has 64 hexadecimal digits")
        }
        self = picture
    }
}

extension InputImage {
    /// The pixels of a picture file, and the text that says how they were made.
    public init(_ decoded: DecodedImage) { self.init(decoded.image, alpha: decoded.alpha, parameters: decoded.parameters) }
}
