public import Generation

/// Whether a device can be relied on, in words that say what to do if not.
public struct Verdict: Sendable, Hashable, CustomStringConvertible {
    /// One sentence or two for each thing that is not as it should be. Empty: within bounds.
    public let shortcomings: [Notice]

    /// Whether nothing is beyond its bound and no picture is suspicious.
    public var isWithinBounds: Bool { shortcomings.isEmpty }

    public var description: String {
        guard !isWithinBounds else { return "Within bounds." }
        return (["Outside the bounds."] + shortcomings.map(\.description)).joined(separator: "\n")
    }

    init(_ report: FidelityReport) {
        let bounds = report.bounds
        let stages = report.stages.compactMap { row in
            Drift(row.distance, bound: bounds.relativeError[row.stage], baseline: nil).map { (row, $0) }
        }
        var shortcomings: [Notice] = stages.map { row, drift in
            let finding = FidelityEvent.Finding.drift(drift)
            return Notice(
                finding.noticeName,
                row.assignment.values(of: row.stage).merging(finding.values(error: row.distance.relativeError)) { $1 },
                "The \(row.network) on \(row.assignment) \(drift.reproach(row.distance)). \(row.assignment.advice)")
        }
        if let suspicion = report.suspicion {
            shortcomings.append(Notice(.flatDrawing, "In the picture of the device \(suspicion)."))
        }
        if let picture = report.picture, picture.psnr < bounds.minimumPSNR || picture.ssim < bounds.minimumSSIM {
            // A network that is off explains the pictures; the advice is given there.
            let advice = stages.isEmpty && !report.stages.isEmpty
                ? " Each network is within its bound: their errors add up over the steps. Try more accuracy, or other prompts: "
                    + "some pictures stand on a knife's edge."
                : ""
            shortcomings.append(Notice(
                .picturesDiffer,
                [
                    "psnr": .init(picture.psnr), "ssim": .init(picture.ssim), "min_psnr": .init(bounds.minimumPSNR),
                    "min_ssim": .init(bounds.minimumSSIM),
                ],
                "The pictures differ: \(picture.text), "
                    + "where at least \(bounds.minimumPSNR.significant(3)) dB and an SSIM of \(bounds.minimumSSIM.significant(3)) "
                        + "are wanted.\(advice)"))
        }
        self.shortcomings = shortcomings
    }
}

extension Drift {
    fileprivate func reproach(_ distance: Distance) -> String {
        switch self {
        case .nonFinite(let count): "answers with numbers that are not finite (\(count))"
        case .overBound(let bound), .overBaseline(let bound):
            "is off by \(distance.relativeError.percent), \((distance.relativeError / bound).significant(2)) times the bound of "
                + "\(bound.percent)"
        case .failed(let reason): "failed: \(reason)"
        }
    }
}

extension Place {
    /// The advice for a stage that is off here.
    fileprivate var advice: String {
        if isReference {
            "This is the reference's own device and precision: close other programs, run this again, and report it if it stays."
        } else if isFullPrecision {
            "It is in full precision already: run it on the CPU (--device CPU), and look for a newer driver of \(device)."
        } else {
            "Run it in f32 (--precision accuracy)."
        }
    }
}
