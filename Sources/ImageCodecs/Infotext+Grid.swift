public import Generation

extension Infotext {
    /// The text of a grid's sheet, as A1111's X/Y/Z plot writes it: that of its first picture, and the values of each axis.
    public func ofSheet(_ grid: Grid) -> Infotext {
        let script = grid.scriptParameters.map { Parameter($0.key, $0.value) }
        return Infotext(prompt: prompt, negativePrompt: negativePrompt, parameters: parameters + script)
    }
}
