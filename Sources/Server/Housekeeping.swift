import Logging
import ServiceLifecycle
import Settings
import Store

/// Keeps a data folder tidy while a server runs. Once, it removes what a crash has left behind; every ten minutes, pictures that are too
/// old or too many.
struct Housekeeping: Service {
    let archive: Archive
    let settings: LiveSettings
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await sweep()
            while !Task.isCancelled {
                await removeOld()
                try? await Task.sleep(for: .seconds(600))
            }
        }
    }

    private func sweep() async {
        do {
            let report = try await archive.sweep()
            guard report.removedFiles + report.hiddenPictures + report.shownPictures > 0 else { return }
            logger.notice("data folder tidied", metadata: [
                "removed_files": "\(report.removedFiles)", "pictures_without_files": "\(report.hiddenPictures)",
                "pictures_found_again": "\(report.shownPictures)",
            ])
        } catch {
            logger.error("data folder cannot be tidied", metadata: ["reason": "\(error)"])
        }
    }

    private func removeOld() async {
        do {
            let pictures = settings.current.pictures
            let count = try await archive.applyRetention(keepCount: pictures.keepCount, keepDays: pictures.keepDays)
            if count > 0 { logger.info("old pictures removed", metadata: ["pictures": "\(count)"]) }
        } catch {
            logger.error("old pictures cannot be removed", metadata: ["reason": "\(error)"])
        }
    }
}
