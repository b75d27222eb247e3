/// Sets text for people off: with the colours of a terminal, or not at all.
enum TextStyle {
    case terminal, plain

    func heading(_ text: String) -> String { sequence("1", text) }
    func faint(_ text: String) -> String { sequence("2", text) }
    func more(_ text: String) -> String { sequence("33", text) }
    func less(_ text: String) -> String { sequence("36", text) }
    func warning(_ text: String) -> String { sequence("31", text) }

    /// In the colour of a weight: none for 1.
    func weighted(_ text: String, by weight: Double) -> String {
        weight > 1 ? more(text) : weight < 1 ? less(text) : text
    }

    private func sequence(_ code: String, _ text: String) -> String {
        self == .plain || text.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
