/// A reason why a sheet cannot be made.
public enum SheetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// FreeType cannot be used.
    case noFont
    /// The sheet would be larger than `Sheet.longestSide` or `Sheet.mostPixels`.
    /// - Parameters:
    ///   - axis: the place of the axis that makes it so large: 0 for columns, 1 for rows, 2 for blocks; nil when the pictures do.
    ///   - name: of that axis.
    case tooLarge(width: Int, height: Int, axis: Int?, name: String)

    /// A sentence for the user.
    public var description: String {
        switch self {
        case .noFont: "The labels of the sheet cannot be drawn: FreeType does not work here."
        case .tooLarge(let width, let height, let axis, let name):
            "The sheet would have \(width)×\(height) pixels. It may have \(Sheet.longestSide) a side, and \(Sheet.mostPixels) in all. "
                + (axis.map { "Give the \(["x", "y", "z"][$0]) axis (\(name)) fewer values, or draw smaller pictures." }
                    ?? "Draw smaller pictures.")
        }
    }
}
