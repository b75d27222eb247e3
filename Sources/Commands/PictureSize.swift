import ArgumentParser

/// Width and height in pixels, as `512` or `768x512`.
struct PictureSize: ExpressibleByArgument, CustomStringConvertible {
    let width: Int
    let height: Int

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    init?(argument: String) {
        let sides = argument.lowercased().split(whereSeparator: { "x×".contains($0) }).map { Int($0) }
        guard 1...2 ~= sides.count, let width = sides[0], let height = sides[sides.count - 1] else { return nil }
        self.init(width: width, height: height)
    }

    var description: String { "\(width)×\(height)" }
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
