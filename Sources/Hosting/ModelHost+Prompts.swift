import Checkpoints
import Diffusion
import Files
import Foundation
import Generation
import Jobs
import Logging
import Prompting
public import WebAPI

/// Reads prompts, and keeps what they can name.
extension ModelHost {
    public func explain(_ request: PromptRequest) async throws -> PromptSummary {
        let pipeline = currentModel?.pipeline
        return PromptSummary(
            request, resources: resources.current, tokenizer: pipeline?.opened.tokenizer ?? .bundled,
            paddingToken: pipeline?.opened.paddingToken ?? CLIPTokenizer.bundled.endToken,
            widths: pipeline?.checkpoint.textEncoders.map(\.configuration.width))
    }

    public func promptResources() async -> PromptResourceSummary {
        let resources = resources.current
        return PromptResourceSummary(
            styles: resources.styles.styles.map { .init(name: $0.name, prompt: $0.prompt, negativePrompt: $0.negativePrompt) },
            embeddings: (resources.embeddings?.names ?? []).compactMap { name in
                guard let inversion = try? resources.embeddings?.inversion(named: name) else { return nil }
                return .init(name: name, vectorCount: inversion.vectorCount, width: inversion.width)
            },
            wildcards: resources.wildcards.folder?.names ?? [], loras: (resources.loras?.entries ?? []).map(\.name))
    }

    public nonisolated var loraFolders: [String] { get async { resources.current.loras?.folders ?? [] } }

    public nonisolated func loraPreview(_ name: String) async -> [UInt8]? {
        guard let entry = resources.current.loras?.entries.first(where: { $0.name == name }),
            let path = LoRANotes(beside: entry.path).previewPath,
            let file = try? OpenFile.contents(of: path, atMost: Self.largestPreview), ImageFormat(signatureOf: file) != nil
        else { return nil }
        return file
    }

    /// Bytes of a larger picture beside a LoRA, which is not shown.
    private static let largestPreview = 16 << 20

    public nonisolated var loras: [LoRASummary] {
        get async {
            guard let library = resources.current.loras else { return [] }
            return library.entries.map { LoRASummary($0, library.metadata(of: $0)) }
        }
    }

    public func saveStyle(_ style: PromptResourceSummary.Style, replaces: Bool) async throws {
        guard let write = resources.styleWriter else {
            throw APIError(.failed, "This server has no styles file.")
        }
        do throws(StyleError) {
            try write(Style(name: style.name, prompt: style.prompt, negativePrompt: style.negativePrompt), replaces)
        } catch {
            logger.warning("style not saved", metadata: ["reason": "\(error)"])
            if case .nameTaken(let name) = error {
                throw APIError(
                    .nameTaken, field: "name", reason: ErrorReason(.nameTaken, ["name": .init(name)]),
                    "There is a style \"\(name)\" already. Use another name, or send \"replace\": true.")
            }
            let reason = PublicReason(error)
            throw APIError(.failed, reason: reason.reason, reason.description)
        }
    }
}

extension LoRASummary {
    fileprivate init(_ entry: LoRALibrary.Entry, _ metadata: LoRAMetadata) {
        let notes = LoRANotes(beside: entry.path)
        self.init(
            name: entry.name, alias: metadata.outputName,
            file: (entry.subfolder.isEmpty ? "" : entry.subfolder + "/") + entry.path.lastPathComponent, family: metadata.family,
            triggerWords: metadata.words(with: notes), preferredWeight: notes.preferredWeight,
            activationText: notes.activationText ?? "", notes: notes.notes ?? "", hasPreview: notes.previewPath != nil,
            metadata: metadata.values)
    }
}

extension PromptSummary {
    /// Reads a prompt as drawing would, but for what cannot be read: that is a problem of the answer.
    ///
    /// The longest text that it comes to is counted, as A1111 does.
    /// - Parameter widths: of the model's embeddings, which decide what textual inversions it can use; nil for none.
    init(_ request: PromptRequest, resources: PromptResources, tokenizer: CLIPTokenizer, paddingToken: Int32, widths: [Int]?) {
        var problems = Prompt.unclosedBrackets(in: request.prompt, isNegative: request.isNegative).map(Problem.init)
        var notices: [Notice] = []

        let text = Self.styled(request, resources.styles, &problems, &notices)
        let unknown = resources.wildcards.unknownNames(in: text)
        problems += unknown.map { Problem(.unknownWildcard, "There is no wildcard \"\($0)\". It stays as typed.", name: $0) }
        let purpose: Wildcards.Purpose = request.isNegative ? .negativePrompt : .prompt
        let drawn = request.seed.map { resources.wildcards.expand(text, seed: $0, purpose: purpose) }
        // A warning about a wildcard that is not there would tell the same twice.
        notices += (drawn?.warnings ?? []).filter { warning in !unknown.contains { warning.values["name"] == .init($0) } }
        let shown = drawn.map { OpenWildcards(drawn: $0.text) } ?? resources.wildcards.leavingOpen(text)

        let prompt = Prompt(shown.text)
        problems += prompt.tags.compactMap { tag in
            let isThere = !request.isNegative && LoRATag(tag).map { (try? resources.loras?.file(named: $0.name)) != nil } == true
            return isThere ? nil : Problem(tag, restoring: shown)
        }
        let inversions = widths.map { resources.inversionWords(in: [prompt.text], tokenizer: tokenizer, widths: $0) }
        notices += inversions?.warnings ?? []
        let report = PromptReport(
            prompt, isNegative: request.isNegative, steps: request.steps, sampler: request.sampler, counting: request.scheduleCounting,
            chunker: PromptChunker(tokenizer: tokenizer, paddingToken: paddingToken, inversions: inversions?.words ?? [],
                standIns: shown.sources))
        if let warning = Prompt.warning(ofUnreadable: report.unreadableCharacterCount, isNegative: request.isNegative) {
            problems.append(.init(.unknownLanguage, warning.description, characters: report.unreadableCharacterCount))
        }
        let longest = report.parts.map { report.longestText(of: $0) }
        let parts = zip(report.parts, longest).map { part, chunked in
            Part(
                weight: part.weight, text: shown.restored(part.text), chunks: chunked.chunks.map { Self.tokens(of: $0, report.chunker) },
                schedule: part.schedule.entries.map { .init(until: $0.until, text: shown.restored(part.schedule.texts[$0.text])) })
        }
        let sizes = longest.map { ($0.chunks.count, $0.tokenCount) }
        let most = longest.indices.max { sizes[$0] < sizes[$1] }
        self.init(
            tokenCount: most.map { longest[$0].tokenCount } ?? 0,
            tokenCapacity: (most.map { longest[$0].chunks.count } ?? 1) * PromptChunk.capacity,
            chunks: most.map { parts[$0].chunks } ?? [], schedules: parts.map(\.schedule), parts: parts,
            expanded: shown.restored(shown.text), problems: problems, notices: notices.map { $0.mapTexts(PublicReason.withoutFolders) })
    }

    /// The prompt with its styles, as far as there are styles of the names.
    private static func styled(
        _ request: PromptRequest, _ library: StyleLibrary, _ problems: inout [Problem], _ notices: inout [Notice]
    ) -> String {
        var names: [String] = []
        for name in request.styles {
            do throws(StyleError) {
                _ = try library.style(named: name)
                names.append(name)
            } catch {
                problems.append(.init(.unknownStyle, error.description, name: name))
            }
        }
        guard !names.isEmpty,
            let styled = try? library.apply(
                names, prompt: request.isNegative ? "" : request.prompt, negativePrompt: request.isNegative ? request.prompt : "")
        else { return request.prompt }
        notices += styled.warnings
        return request.isNegative ? styled.negativePrompt : styled.prompt
    }

    private static func tokens(of chunk: PromptChunk, _ chunker: PromptChunker) -> [Token] {
        chunker.spellings(of: chunk).map { Token(text: $0.text, weight: $0.weight, tokens: $0.positions.count) }
    }
}

extension PromptSummary.Problem {
    fileprivate init(_ bracket: UnclosedBracket) {
        self.init(.unclosed, "\(bracket)", sign: String(bracket.sign), at: bracket.position)
    }

    fileprivate init(_ tag: NetworkTag, restoring text: OpenWildcards) {
        let isLoRA = LoRATag(tag) != nil
        self.init(
            isLoRA ? .loraIgnored : .tagIgnored,
            isLoRA
                ? "There is no LoRA \"\(text.restored(tag.name))\" that can be used."
                : "\(text.restored(tag.description)) has no effect.",
            name: text.restored(tag.name))
    }
}
