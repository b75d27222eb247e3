// Stands in for the OpenVINO runtime when that is not to be found, and says so in place of the loader.
//
// `make build` compiles this under the runtime's own name into a folder that comes last on the search path of `easel`.
// The loader takes it only when no other folder has the library, and then runs the constructor before anything else.

#include <unistd.h>

#ifndef CHECKOUT
#error "CHECKOUT is the folder whose .openvino is missing"
#endif

static const char message[] =
    "easel: the OpenVINO runtime is missing. It was expected in " CHECKOUT "/.openvino/lib.\n"
    "Run `make setup` in " CHECKOUT ", or add the folder that holds libopenvino_c.so to LD_LIBRARY_PATH.\n";

enum { deviceUnavailable = 69 };

__attribute__((constructor)) static void explain(void) {
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(deviceUnavailable);
}
