public import ArgumentParser
public import Generation

extension PictureSize: ExpressibleByArgument {
    /// Reads `768x512`, and `512` for a square.
    public init?(argument: String) {
        let sides = argument.lowercased().split(whereSeparator: { "x×".contains($0) }).map { Int($0) }
        guard 1...2 ~= sides.count, let width = sides[0], let height = sides[sides.count - 1] else { return nil }
        self.init(width: width, height: height)
    }
}

extension CropOffset: ExpressibleByArgument {
    /// Reads `0,128`: top and left.
    public init?(argument: String) { self.init(text: argument) }
}

/// Several sizes, as `512x512,768x512`.
struct PictureSizes: ExpressibleByArgument {
    var sizes: [PictureSize] = []

    init() {}

    init?(argument: String) {
        for text in argument.split(separator: ",") {
            guard let size = PictureSize(argument: String(text)) else { return nil }
            sizes.append(size)
        }
        if sizes.isEmpty { return nil }
    }

    var defaultValueDescription: String { "" }
}
