/// The edges of a picture that fit together, so that copies can stand side by side without a seam. Raw values are those of `--tiling`.
public enum Tiling: String, Sendable, Hashable, CaseIterable, Codable {
    /// No edges.
    case none
    /// The left and the right edge.
    case x
    /// The top and the bottom edge.
    case y
    /// All four edges.
    case both

    /// The value in a picture's parameters. A1111 knows tiling in both directions only, and writes `True` for it.
    public var label: String { self == .both ? "True" : rawValue }

    /// Whether the picture goes on at its left edge where it ends on the right.
    public var wrapsX: Bool { self == .x || self == .both }
    /// Whether the picture goes on at its top where it ends at the bottom.
    public var wrapsY: Bool { self == .y || self == .both }
}
