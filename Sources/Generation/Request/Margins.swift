/// Pixels that a picture gains on each side.
public struct Margins: Sendable, Hashable, Codable {
    /// Columns before the first.
    public var left: Int
    /// Rows above the first.
    public var top: Int
    /// Columns after the last.
    public var right: Int
    /// Rows below the last.
    public var bottom: Int

    /// Makes margins of 0 or more pixels each.
    public init(left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }
}
