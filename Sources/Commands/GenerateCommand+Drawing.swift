import Checkpoints
import Diffusion
import Fidelity
import FoundationEssentials
import Generation
import Hosting
import ImageCodecs
import Prompting
import Settings
import Sheets

extension GenerateCommand {
    /// Draws what the flags ask for, and tells where it is.
    func generate() async throws {
        let began = ContinuousClock.now
        let settings = try settings.load()
        settings.noteModelFolders()
        let path = try model.path(settings)
        let progress = model.progress()
        // Errors too start on a clean line.
        defer { progress.finish() }

        let resources = try promptOptions.files.open(settings)
        let sources = try pictures.sources()
        let opener = try ModelOpener(settings, inputPictures: InputFiles(sources), onNote: Terminal.note)
        var models = CommandModels(opener, resources, progress)
        let grid = try several.grid()
        let orders = try grid.map { try self.orders(for: $0, path, sources, &models, resources) }
            ?? self.orders(path, sources, &models, resources)
        // All that can be wrong with any of them, before minutes are spent.
        if orders.count > 1 { for order in orders { try order.check() } }
        if let grid { try GridRun.checkSheet(of: grid, requests: orders.map(\.request)) }
        let pictureCount = orders.reduce(0) { $0 + $1.request.batchSize }
        let destination = try OutputDestination(
            output, format: format, count: grid != nil && !keepsCells ? 1 : pictureCount, onNote: progress.note)

        let taken = fields(from: orders[0].model.defaults)
        if !taken.isEmpty { progress.note("Defaults of this model: \(orders[0].model.defaults.text(of: taken))") }
        let drawn = if let grid {
            try await draw(grid, orders, &models, to: destination, progress)
        } else {
            try await draw(orders, &models, to: destination, progress)
        }
        if json, let whole = drawn.result {
            let report = GenerationReport(
                paths: drawn.paths, sheet: drawn.sheet, model: Set(orders.map(\.model.checkpoint.name)).sorted().joined(separator: ", "),
                modelDefaults: taken.map(\.key), result: whole, precisionTables: models.tables,
                total: (ContinuousClock.now - began).seconds)
            Terminal.write(report.text + "\n", to: .standardOutput)
        }
        if let failure = drawn.failure { throw failure }
        if !drawn.misplaced.isEmpty { throw CommandFailure(.cannotWrite, drawn.misplaced.joined(separator: "\n")) }
    }

    /// Whether each picture of a grid gets a file of its own.
    private var keepsCells: Bool { !several.noCells && output != "-" }

    // MARK: Requests

    /// A request with the model that draws it.
    private struct Order {
        let model: CommandModels.Model
        var request: GenerationRequest
        /// The name of its files in a folder; nil names them by seed.
        var name: String?
        /// The line of a file of prompts that it is.
        var line: PromptLine?

        /// - Throws: for a request that the model cannot draw.
        func check() throws {
            do throws(InvalidRequest) {
                try request.validate()
                try model.reference.validate(request)
            } catch {
                throw line?.failure(error) ?? CommandFailure(error)
            }
        }
    }

    private func request(
        _ model: CommandModels.Model, _ source: PictureFlags.Source?, _ resources: PromptResources
    ) throws -> GenerationRequest {
        try request(
            defaultSize: model.checkpoint.nativeSize, source: source,
            isForInpainting: model.checkpoint.takesMaskedPicture, styles: resources.styles, defaults: model.defaults)
    }

    /// The requests of all pictures to begin with, or of all lines of a file, or of each line with each picture.
    private func orders(
        _ path: String, _ sources: [PictureFlags.Source], _ models: inout CommandModels, _ resources: PromptResources
    ) throws -> [Order] {
        let lines = try several.lines()
        let library = models.library
        let seed = self.seed.number ?? .random(in: Seed.drawn)
        var orders: [Order] = []
        for line in lines.map({ $0.map(Optional.some) }) ?? [nil] {
            let model = try models.look(at: line?.model.map { try library.path(of: $0) } ?? path)
            // As in A1111, lines have seeds of their own where none is said.
            let seed = line != nil && self.seed.number == nil ? .random(in: Seed.drawn) : seed
            for source in sources.isEmpty ? [nil] : sources.map(Optional.some) {
                var order = Order(model: model, request: try request(model, source, resources), name: source?.name, line: line)
                order.request.seed = seed
                try line?.apply(to: &order.request)
                if order.request.prompt.isEmpty, prompt == nil, let line {
                    throw CommandFailure(
                        .badInput, "Line \(line.number) has no prompt. Write --prompt \"…\" there, or a prompt for all lines.")
                }
                orders.append(order)
            }
        }
        return orders
    }

    /// The requests of a grid, by cell.
    private func orders(
        for grid: Grid, _ path: String, _ sources: [PictureFlags.Source], _ models: inout CommandModels, _ resources: PromptResources
    ) throws -> [Order] {
        guard sources.count <= 1 else {
            throw CommandFailure(.usage, "--grid takes one picture to begin with, not \(sources.count). Name one with --image.")
        }
        let library = models.library
        let seed = self.seed.number ?? .random(in: Seed.drawn)
        return try (0..<grid.count).map { cell in
            let model = try models.look(at: grid.model(of: cell).map { try library.path(of: $0) } ?? path)
            var request = try request(model, sources.first, resources)
            request.seed = seed
            return Order(
                model: model, request: try grid.request(of: cell, from: request), name: "easel-grid-\(seed)-\(cell + 1)")
        }
    }

    // MARK: Drawing

    /// Pictures that were drawn, and the places of their files.
    private struct Drawn {
        var result: GenerationResult?
        /// Files of pictures.
        var paths: [String] = []
        /// File of a grid's sheet.
        var sheet: String?
        /// Sentences on files that are not where they should be: what fails for one picture must not lose the next.
        var misplaced: [String] = []
        /// Warnings that were told: each is told once.
        var told: Set<Notice> = []
        /// Why some of a grid is not drawn.
        var failure: CommandFailure?
    }

    /// Draws requests one after another.
    private func draw(
        _ orders: [Order], _ models: inout CommandModels, to destination: OutputDestination, _ progress: ProgressReporter
    ) async throws -> Drawn {
        var drawn = Drawn()
        var index = 0
        let count = orders.reduce(0) { $0 + $1.request.batchSize }
        for (number, order) in orders.enumerated() {
            let isForOneRequest = orders.count == 1
            let pipeline = try await models.pipeline(of: order.model, isForOneRequest: isForOneRequest)
            // Told before minutes are spent, and in flags.
            if number == 0 { warn(about: orders.map(\.request), pipeline, progress) }
            if !isForOneRequest {
                let title = order.name ?? order.request.prompt
                progress.note("Picture \(number + 1) of \(orders.count): \(title)")
            }
            let result = try await draw(order, pipeline, progress, toldOf: &drawn)
            for picture in result.pictures {
                save(picture, at: index, of: count, named: order.name, to: destination, &drawn)
                index += 1
            }
            drawn.result = drawn.result?.joined(with: result) ?? result
        }
        return drawn
    }

    /// Draws the cells of a grid, in the order that compiles and loads least, and the sheet of all.
    private func draw(
        _ grid: Grid, _ orders: [Order], _ models: inout CommandModels, to destination: OutputDestination, _ progress: ProgressReporter
    ) async throws -> Drawn {
        var drawn = Drawn()
        var run = GridRun(grid)
        let order = Grid.drawingOrder(of: orders.map { ($0.model.path, $0.request) })
        var cancellation: CancellationError?
        for (number, cell) in order.enumerated() {
            do {
                let pipeline = try await models.pipeline(of: orders[cell].model, isForOneRequest: orders.count == 1)
                if number == 0 { warn(about: orders.map(\.request), pipeline, progress) }
                progress.note("Cell \(number + 1) of \(grid.count): \(run.title(of: cell))")
                let result = try await draw(orders[cell], pipeline, progress, toldOf: &drawn)
                run.add(result, for: cell)
                if keepsCells { save(cell, of: run, orders[cell], to: destination, &drawn) }
            } catch {
                let failure = CommandFailure(error)
                // Finished pictures are kept.
                if failure.reason == .interrupted {
                    cancellation = CancellationError()
                    break
                }
                progress.warn("\(run.title(of: cell)): \(failure.description)")
                run.fail(cell, failure)
            }
        }
        do throws(SheetError) {
            if let sheet = try run.sheet() {
                if !sheet.missingCharacters.isEmpty {
                    progress.warn(
                        "No font here has \(sheet.missingCharacters): boxes stand for them on the sheet. Install a font such as Noto Sans "
                            + "CJK.")
                }
                var saved = Drawn()
                save(
                    sheet.picture, at: 0, of: 1, named: "easel-grid-\(sheet.picture.seed)", to: destination, &saved)
                drawn.sheet = saved.paths.first
                drawn.misplaced += saved.misplaced
            }
        } catch {
            // Nothing that was drawn is lost.
            if !keepsCells { for cell in run.results.keys.sorted() { save(cell, of: run, orders[cell], to: destination, &drawn) } }
            drawn.misplaced.append(error.description)
        }
        if let cancellation { throw cancellation }
        drawn.result = run.joined
        drawn.failure = run.failure
        return drawn
    }

    /// Draws a request, tells what is wrong, and writes the parameters.
    private func draw(
        _ order: Order, _ pipeline: DiffusionPipeline, _ progress: ProgressReporter, toldOf drawn: inout Drawn
    ) async throws -> GenerationResult {
        async let hash = pipeline.checkpoint.publishedHash(rememberedIn: UserFolders().cache)
        async let parts = pipeline.checkpoint.parts(rememberedIn: UserFolders().cache)
        var result = try await pipeline.generate(order.request) { progress.report($0) }
        progress.finish()
        let told = pipeline.checkpoint.suggestion?.preset.warning(about: order.request)
        let before = drawn.told
        for warning in result.allWarnings(asked: pipeline.placements) where warning != told && !before.contains(warning) {
            progress.warn(warning.description)
            drawn.told.insert(warning)
        }
        result.writeInfotexts(
            for: order.request, model: pipeline.checkpoint.name, modelHash: await hash, parts: await parts,
            version: "Easel \(Version.current)")
        return result
    }

    private func save(_ cell: Int, of run: GridRun, _ order: Order, to destination: OutputDestination, _ drawn: inout Drawn) {
        let pictures = run.results[cell]?.pictures ?? []
        for (index, picture) in pictures.enumerated() {
            save(
                picture, at: cell * pictures.count + index, of: max(2, run.grid.count * pictures.count), named: order.name, to: destination,
                &drawn)
        }
    }

    private func save(
        _ picture: Picture<RGBImage>, at index: Int, of count: Int, named name: String?, to destination: OutputDestination,
        _ drawn: inout Drawn
    ) {
        do throws(CommandFailure) {
            let saved = try destination.save(picture, index: index, of: count, named: name)
            drawn.paths.append(saved.path)
            if let detour = saved.detour { drawn.misplaced.append(detour) }
            if !json, destination.place != .standardOutput { Terminal.write("\(saved.path)\n", to: .standardOutput) }
        } catch {
            drawn.misplaced.append(error.description)
        }
    }

    /// Warns of what takes more memory than there is, and of settings that do not suit the model; of each once.
    private func warn(about requests: [GenerationRequest], _ pipeline: DiffusionPipeline, _ progress: ProgressReporter) {
        guard let largest = requests.max(by: { $0.width * $0.height < $1.width * $1.height }) else { return }
        let forecast = pipeline.memoryForecast(for: largest)
        if let warning = forecast.warning(for: "\(largest.width)×\(largest.height)") { progress.warn(warning) }
        if let preset = pipeline.checkpoint.suggestion?.preset, let warning = preset.warning(about: largest, use: preset.flags) {
            progress.warn(warning.description)
        }
    }
}
