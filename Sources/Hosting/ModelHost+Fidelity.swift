import Diffusion
import Fidelity
import Foundation
public import Generation
import ImageCodecs
import Jobs
public import WebAPI

/// Tells how exact the current model is where it runs.
extension ModelHost {
    public func fidelity() async -> FidelitySummary {
        guard let model = currentModel else {
            return FidelitySummary(model: nil, isWithinBounds: nil, verdict: nil, components: [], events: [])
        }
        let bounds = model.monitored.bounds.relativeError
        let rows = await model.monitored.status.stages.map { row in
            FidelitySummary.Row(
                component: row.stage, device: row.device, precision: row.precision,
                relativeError: row.distance?.relativeError.ifFinite, cosine: row.distance?.cosine.ifFinite, bound: bounds[row.stage],
                speedRatio: row.speedRatio?.ifFinite, secondsSinceProbe: row.secondsSinceProbe, notice: row.notice)
        }
        let report = await model.monitored.latestReport
        return FidelitySummary(
            model: model.name, isWithinBounds: report?.verdict.isWithinBounds ?? true,
            verdict: report?.verdict.description ?? "Not compared yet.", components: rows, events: await model.fidelityNotices)
    }

    public func checkFidelity() async throws -> FidelitySummary {
        _ = try await openCurrentModel().monitored.check()
        return await fidelity()
    }

    public func compare(_ request: GenerationRequest) async throws -> ComparisonSummary {
        let model = try await openCurrentModel()
        do {
            let comparison = try await model.monitored.compare(request)
            return try await ComparisonSummary(comparison, model: model.name, bounds: model.monitored.bounds)
        } catch DiffusionError.request(let error) {
            throw error
        } catch let error as DiffusionError {
            let reason = PublicReason(error)
            throw APIError(.failed, reason: reason.reason, reason.description)
        }
    }
}

extension ComparisonSummary {
    /// Not on the host's time: encoding pictures takes some of it.
    fileprivate init(_ comparison: Comparison, model: String, bounds: FidelityBounds) async throws {
        let report = comparison.report(bounds: bounds)
        let distance = PictureDistance(from: comparison.reference, to: comparison.candidate)
        self.init(
            model: model, isWithinBounds: report.verdict.isWithinBounds, verdict: report.verdict.description,
            notices: report.verdict.shortcomings, psnr: distance.psnr.ifFinite,
            ssim: distance.ssim, isEqual: distance.isEqual, amplification: comparison.amplification,
            reference: try comparison.reference.dataURL, drawn: try comparison.candidate.dataURL,
            difference: try comparison.difference.dataURL)
    }
}

extension RGBImage {
    fileprivate var dataURL: String {
        get throws { "data:image/png;base64," + Data(try encoded(as: .png)).base64EncodedString() }
    }
}
