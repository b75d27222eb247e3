import Glibc

/// The noise levels of Align Your Steps and GITS, which were found for a family of models by optimisation.
///
/// Source: Sabour and others, "Align your steps", 2024, with its tables for ten steps; Chen and others, "On the trajectory regularity
/// of ODE-based diffusion sampling", 2024, in Forge's tables.
public enum AlignedSteps: Sendable, Hashable {
    case sd1, sdxl

    /// Falling levels without the last 0.
    var sigmas: [Double] {
        switch self {
        case .sd1: [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029]
        case .sdxl: [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029]
        }
    }

    /// The same by GITS.
    var trajectorySigmas: [Double] {
        switch self {
        case .sd1: [14.615, 4.617, 2.507, 1.236, 0.702, 0.402, 0.240, 0.156, 0.104, 0.094, 0.029]
        case .sdxl: [14.615, 4.734, 2.567, 1.529, 0.987, 0.652, 0.418, 0.268, 0.179, 0.127, 0.029]
        }
    }

    /// A table with another number of levels: log σ is interpolated.
    static func stretched(_ table: [Double], to count: Int) -> [Double] {
        if count == table.count { return table }
        let last = table.count - 1
        // Counted from the least, as the original does: a single level is the least.
        return (0..<count).reversed().map { index in
            let place = count > 1 ? Double(index) / Double(count - 1) * Double(last) : 0
            let below = min(Int(place), last - 1)
            let (a, b) = (log(table[last - below]), log(table[last - below - 1]))
            return exp(a + (b - a) * (place - Double(below)))
        }
    }
}
