public import Generation

/// The result of comparing a device with the reference: CPU, f32, same checkpoint and inputs.
public struct FidelityReport: Sendable, Hashable {
    /// The networks that were compared; empty when only pictures were.
    public let stages: [StageFidelity]
    /// The distance of the pictures drawn on both; nil when only networks were compared.
    public let picture: PictureDistance?
    /// A fault of the device's picture by itself; nil when there is none.
    public let suspicion: Suspicion?
    /// The bounds that the verdict goes by.
    public let bounds: FidelityBounds

    /// Makes a report from what was measured.
    public init(
        stages: [StageFidelity], picture: PictureDistance? = nil, suspicion: Suspicion? = nil, bounds: FidelityBounds = .init()
    ) {
        self.stages = stages
        self.picture = picture
        self.suspicion = suspicion
        self.bounds = bounds
    }

    /// The judgement of the report by its bounds.
    public var verdict: Verdict { Verdict(self) }

    /// Titles of the columns of a table for people.
    public static let tableHeader = ["COMPONENT", "DEVICE", "PRECISION", "RELATIVE ERROR", "MAXIMUM ERROR", "COSINE", "NOT FINITE", "SPEED"]

    /// A row for each stage, in the columns of `tableHeader`.
    public var tableRows: [[String]] { stages.map(\.tableRow) }
}

/// One stage on one device against the reference.
public struct StageFidelity: Sendable, Hashable {
    /// The network that was compared.
    public let network: NetworkID
    /// The device that it ran on, and the precision that it computed in.
    public let assignment: Place
    /// The worst of all calls that were compared.
    public let distance: Distance
    /// How many times as fast as the reference; nil when it was not measured.
    public let speedRatio: Double?
    /// Seconds per call (for a UNet: per step). nil when not measured.
    public let seconds: Double?

    /// Makes the result of one network.
    public init(_ network: NetworkID, on assignment: Place, distance: Distance, speedRatio: Double? = nil, seconds: Double? = nil) {
        self.network = network
        self.assignment = assignment
        self.distance = distance
        self.speedRatio = speedRatio
        self.seconds = seconds
    }

    /// The stage that the network belongs to.
    public var stage: Stage { network.stage }

    fileprivate var tableRow: [String] {
        [
            network.description, assignment.device, assignment.precision, distance.relativeError.percent,
            distance.maximumError.significant(2), distance.cosine.significant(6), "\(distance.nonFiniteCount)",
            speedRatio.map { "\($0.significant(2))×" } ?? "-",
        ]
    }
}

extension PictureDistance {
    /// `41.2 dB, SSIM 0.9983`, or `equal`.
    public var text: String { isEqual ? "equal" : "\(psnr.significant(3)) dB, SSIM \(ssim.significant(4))" }
}

extension FidelityReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case components, picture, suspicion, bounds
        case isWithinBounds = "within_bounds"
        case verdict
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stages, forKey: .components)
        try container.encodeIfPresent(picture, forKey: .picture)
        try container.encodeIfPresent(suspicion?.description, forKey: .suspicion)
        try container.encode(bounds, forKey: .bounds)
        try container.encode(verdict.isWithinBounds, forKey: .isWithinBounds)
        try container.encode(verdict.description, forKey: .verdict)
    }
}

extension StageFidelity: Encodable {
    private enum CodingKeys: String, CodingKey {
        case component, device, precision, distance, seconds
        case speedRatio = "speed_ratio"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stage, forKey: .component)
        try container.encode(assignment.device, forKey: .device)
        try container.encode(assignment.precision, forKey: .precision)
        try container.encode(distance, forKey: .distance)
        try container.encodeIfPresent(speedRatio, forKey: .speedRatio)
        try container.encodeIfPresent(seconds, forKey: .seconds)
    }
}
