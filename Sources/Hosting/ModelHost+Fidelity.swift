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
        let models = currentModels
        guard let model = models.first else {
            return FidelitySummary(model: nil, isWithinBounds: nil, verdict: nil, components: [], events: [])
        }
        let bounds = model.monitored.bounds.relativeError
        var rows: [FidelitySummary.Row] = []
        var events: [FidelityNotice] = []
        var reports: [FidelityReport] = []
        for model in models {
            for row in await model.monitored.status.stages {
                let row = FidelitySummary.Row(
                    component: row.stage, device: row.device, precision: row.precision,
                    relativeError: row.distance?.relativeError.ifFinite, cosine: row.distance?.cosine.ifFinite, bound: bounds[row.stage],
                    speedRatio: row.speedRatio?.ifFinite, secondsSinceProbe: row.secondsSinceProbe, notice: row.notice)
                // Workers that share a device are told once.
                let isKnown = rows.contains { ($0.component, $0.device, $0.precision) == (row.component, row.device, row.precision) }
                if !isKnown { rows.append(row) }
            }
            events += await model.fidelityNotices
            if let report = await model.monitored.latestReport { reports.append(report) }
        }
        let report = reports.first { !$0.verdict.isWithinBounds } ?? reports.first
        return FidelitySummary(
            model: model.name, isWithinBounds: report?.verdict.isWithinBounds ?? true,
            verdict: report?.verdict.description ?? "Not compared yet.", components: rows,
            events: events.sorted { $0.time < $1.time })
    }

    public func checkFidelity() async throws -> FidelitySummary {
        _ = try await openCurrentModel()
        for model in currentModels { _ = try await model.monitored.check() }
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
