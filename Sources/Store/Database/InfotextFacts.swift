import GRDB
import ImageCodecs

/// The parameters of a picture that the gallery searches and filters by, read from its infotext.
struct InfotextFacts: Hashable {
    /// nil where the infotext does not name one.
    var sampler: String?
    var steps: Int?
    var cfgScale: Double?
    /// The values of all parameters, separated by spaces. Names are left out: every picture has a `Seed` and a `Model`.
    var values: String

    init(_ infotext: String) {
        let infotext = Infotext(parsing: infotext)
        sampler = infotext["Sampler"].flatMap { $0.isEmpty ? nil : $0 }
        steps = infotext["Steps"].flatMap { Int($0) }
        cfgScale = infotext["CFG scale"].flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
        values = infotext.parameters.map(\.value).joined(separator: " ")
    }
}
