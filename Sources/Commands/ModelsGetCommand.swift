import ArgumentParser
import Checkpoints
import Downloads
import FoundationEssentials
import Hosting

extension ModelsCommand {
    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Fetch a model from Hugging Face, ModelScope, CivitAI or any https address.",
            discussion: """
                easel models get stabilityai/sdxl-turbo --dry-run
                easel models get civitai:4384

                A source is one of these:

                  org/name                        a repository of Hugging Face
                  org/name@v1.0                   its branch, tag or commit; also --revision
                  org/name/file.safetensors       one file in it; also --file
                  modelscope:org/name             a repository of ModelScope
                  civitai:4384                    a model of CivitAI, by its page's number
                  civitai:4384@128713             a version of it
                  A5F58EB1C3                      a hash as CivitAI and A1111 show it
                  urn:air:sdxl:lora:civitai:1@2   CivitAI's name for a resource
                  https://…                       a page of these hubs, or any file

                Of a diffusers repository those files are fetched that Easel reads, each network once: in fp16 where there is such a \
                file. Of several single files one is named with --file. Checkpoints, LoRAs, VAEs, embeddings and upscalers go to folders \
                of their own below ~/.local/share/easel. Nothing has its name before it is whole and its SHA-256 is the one that the hub \
                states. After an interruption the same command goes on with what has come. NAME.source.json beside the model keeps its \
                source, license, base model and hashes.

                Models for members only need a token: HF_TOKEN (or what `hf auth login` has stored), CIVITAI_API_TOKEN, \
                MODELSCOPE_API_TOKEN. HF_ENDPOINT names a mirror of Hugging Face, such as https://hf-mirror.com.

                Exit codes: 0 done, 64 wrong usage, 65 no such model or not the right file, 69 server unavailable, 74 cannot write, \
                130 interrupted.
                """)

        @Argument(help: ArgumentHelp("The model, in one of the ways above.", valueName: "source"))
        var source: String

        @Option(help: ArgumentHelp("The folder to put it into, instead of the one for its kind.", valueName: "folder"))
        var into: String?

        @Option(help: ArgumentHelp("One file of the repository or version, by its path or name.", valueName: "file"))
        var file: String?

        @Option(help: ArgumentHelp("A branch, a tag or a commit of a repository. The main branch when left out.", valueName: "name"))
        var revision: String?

        @Option(help: ArgumentHelp(
            "fp16, bf16, fp32, non_ema or another variant of the files; default: the plain ones. fp16 if there is one, when left out.",
            valueName: "name"))
        var variant: String?

        @Flag(help: "Show what would be fetched, and fetch nothing.")
        var dryRun = false

        @Flag(name: [.short, .long], help: "Show no progress, only warnings and errors.")
        var quiet = false

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() async throws {
            do {
                try await cancellingOnInterrupt { try await get() }
            } catch {
                CommandFailure(error).end()
            }
        }

        private func get() async throws {
            var wanted = try ModelSource(source)
            if let revision { wanted = try wanted.at(revision: revision) }
            let web = WebClient()
            do {
                let plan = try await DownloadPlan(
                    wanted, named: source, choice: FileChoice(file: file, variant: variant), access: HubAccess(), web: web)
                let folder = try folder(for: plan)
                if dryRun {
                    let report = DownloadReport(plan, folder: folder)
                    Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
                } else {
                    try await fetch(plan, into: folder, web: web)
                }
            } catch {
                await web.close()
                throw error
            }
            await web.close()
        }

        private func fetch(_ plan: DownloadPlan, into folder: String, web: WebClient) async throws {
            let reporter = ProgressReporter(ProgressReporter.style(quiet: quiet))
            reporter.note(DownloadReport(plan, folder: folder).summary)
            for note in plan.notes { reporter.warn(note) }
            let progress = ByteProgressLine(isInteractive: Terminal.Stream.standardError.isInteractive)
            let fetched: FetchedModel
            do throws(DownloadError) {
                fetched = try await Downloader(web: web).fetch(plan, into: folder) { event in
                    switch event {
                    case .progress(let state): if let line = progress.line(state, at: .now) { reporter.report(line) }
                    case .notice(let text): reporter.note(text)
                    }
                }
            } catch {
                reporter.finish()
                throw error
            }
            reporter.finish()
            HashMemory(folder: UserFolders().cache).remember(fetched)
            let report = DownloadReport(fetched, folder: folder)
            Terminal.write(json ? report.json + "\n" : report.result, to: .standardOutput)
        }

        /// The folder that `--into` names, or the user's folder for the kind of model.
        private func folder(for plan: DownloadPlan) throws(CommandFailure) -> String {
            let user = UserFolders()
            if let into {
                guard !into.isEmpty else { throw CommandFailure(.usage, "--into names no folder. Use --into . for the current one.") }
                return user.path(into)
            }
            guard let folder = user.folder(for: plan.kind) else {
                throw CommandFailure(
                    .usage,
                    "\"\(source)\" is of the kind \(plan.kind), which this version does not use. --into FOLDER fetches it all the same.")
            }
            guard user.knowsData else {
                throw CommandFailure(.usage, "There is no place for models: HOME is not set. Name a folder with --into.")
            }
            return folder.path
        }
    }
}
