import ArgumentParser
import Commands

@main
enum Easel {
    static func main() async { await EaselCommand.main() }
}
