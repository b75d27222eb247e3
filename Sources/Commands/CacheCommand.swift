import ArgumentParser
import Compilation
import FoundationEssentials
import Hosting
import Settings

struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Show or delete the compiled models that are kept on disk.",
        discussion: """
            On GPUs and NPUs compiling takes minutes, so what was compiled is kept in ~/.cache/easel/compiled (or below XDG_CACHE_HOME) \
            and loaded at the next start. On CPUs nothing is kept: compiling is as quick there as loading.

              easel cache list              what is kept, the latest used first
              easel cache prune             delete what is over the limit
              easel cache prune --limit 5GB
              easel cache clear             delete everything

            Nothing needs to be deleted by hand: the cache stays within the setting disk_cache_bytes by itself, a changed checkpoint \
            file or another OpenVINO never meets an old entry, and a damaged entry is dropped. It is safe to delete while Easel is \
            running.
            """,
        subcommands: [List.self, Prune.self, Clear.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List what is kept, the most recently used first.")

        @OptionGroup var settings: SettingsOptions

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() {
            do {
                let report = CacheReport(DiskCache(try settings.load()), now: Date())
                Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
            } catch {
                CommandFailure(error).end()
            }
        }
    }

    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Delete what was not used for longest, until the rest is within a limit.",
            discussion: "Also deletes what compiles that were interrupted have left behind.")

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("Bytes that may stay, such as 5GB, 512MiB or 0. Otherwise the setting disk_cache_bytes.", valueName: "size"))
        var limit: ByteLimit?

        @OptionGroup var settings: SettingsOptions

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() {
            do {
                let cache = DiskCache(try settings.load())
                Deletion(cache.prune(to: limit?.byteCount)).write(asJSON: json)
            } catch {
                CommandFailure(error).end()
            }
        }
    }

    struct Clear: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clear",
            abstract: "Delete everything that is kept.",
            discussion: "What another process is compiling at this moment stays.")

        @OptionGroup var settings: SettingsOptions

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() {
            do {
                Deletion(DiskCache(try settings.load()).clear()).write(asJSON: json)
            } catch {
                CommandFailure(error).end()
            }
        }
    }
}

/// A number of bytes as it is typed: `5GB`.
struct ByteLimit: ExpressibleByArgument, CustomStringConvertible {
    let byteCount: Int
    /// Stands as the default in a command's help.
    var description: String { byteCount.inBytes }

    init(byteCount: Int) { self.byteCount = byteCount }

    init?(argument: String) {
        guard let byteCount = Int(byteText: argument) else { return nil }
        self.byteCount = byteCount
    }
}

/// The entries that a command has deleted, in words or as JSON.
private struct Deletion: Encodable {
    let deletedEntries: Int
    let deletedBytes: Int

    private enum CodingKeys: String, CodingKey {
        case deletedEntries = "deleted_entries"
        case deletedBytes = "deleted_bytes"
    }

    init(_ items: [DiskCacheItem]) {
        deletedEntries = items.count
        deletedBytes = items.reduce(0) { $0 + $1.byteCount }
    }

    func write(asJSON: Bool) {
        let text = deletedEntries == 0 ? "Nothing to delete." : "Deleted \(deletedEntries) of \(deletedBytes.inBytes)."
        Terminal.write((asJSON ? jsonLine(self) : text) + "\n", to: .standardOutput)
    }
}
