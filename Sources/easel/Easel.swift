import Commands

@main
enum Easel {
    static func main() { EaselCommand.runAndExit() }
}
