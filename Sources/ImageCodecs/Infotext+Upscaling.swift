public import Generation

extension Infotext {
    /// Changes to a picture that was enlarged, as A1111 tells them under `postprocessing`; empty for one that was left as it is.
    public static func enlarging(_ request: GenerationRequest) -> [Parameter] {
        guard request.upscaling.isOn, !request.upscaling.leavesPictures else { return [] }
        return GenerationField.upscaling.compactMap { field in field.infotext(of: request).map { Parameter(field.name, $0) } }
    }

    /// One text of two, for files and lists that have a place for one alone. Settings at the end of the first go on with the second, where
    /// readers of infotexts find them.
    /// - Parameters:
    ///   - parameters: how the picture was made; nil or empty when nothing is known.
    ///   - postprocessing: how it was changed after that; nil or empty when it was not.
    static func joined(_ parameters: String?, _ postprocessing: String?) -> String? {
        guard let postprocessing, !postprocessing.isEmpty else { return parameters }
        guard let parameters, !parameters.isEmpty else { return postprocessing }
        return parameters + (Infotext(parsing: parameters).parameters.isEmpty ? "\n" : ", ") + postprocessing
    }
}

extension Picture {
    /// `infotext`, and behind it `postprocessing`.
    public var wholeInfotext: String { Infotext.joined(infotext, postprocessing) ?? "" }
}
