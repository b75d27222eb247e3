import ArgumentParser
import Commands
import Glibc

@main
enum Easel {
    /// Ends at once, whatever the command's exit code: `exit`, or to return, would run OpenVINO's C++ destructors under a
    /// compile that may still go on in the background: a crash.
    static func main() async {
        var status = EXIT_SUCCESS
        do {
            var command = try EaselCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            status = code.rawValue
        } catch {
            // Wrong usage, or --help: nothing has run.
            EaselCommand.exit(withError: error)
        }
        fflush(nil)
        _exit(status)
    }
}
