extension GenerationRequest {
    /// The names among `names` that are those of styles: clients write "None" and nothing at all where none is chosen.
    public static func styles(named names: [String]) -> [String] {
        names.filter { name in name != "None" && name.contains { !$0.isWhitespace } }
    }
}
