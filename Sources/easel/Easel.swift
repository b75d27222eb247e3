import ArgumentParser
import Commands
import Glibc

@main
enum Easel {
    static func main() async {
        await EaselCommand.main()
        // To return would run OpenVINO's C++ destructors under a compile that may still go on in the background: a crash.
        fflush(nil)
        _exit(EXIT_SUCCESS)
    }
}
