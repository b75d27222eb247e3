#pragma once
#include <stdbool.h>
#include <stddef.h>

// Mapped files that another program may shorten.
//
// Reading a page that the file has lost raises SIGBUS, which ends the process. For a guarded range, the handler puts zeros in the place
// of the rest of the range instead, and notes that it did: native code then runs on to its end, and its answer is thrown away.
// Faults elsewhere go to the handler that was there before.

/// A range of addresses that the handler knows.
typedef struct file_guard file_guard;

/// Guards a mapped file. The first call installs the handler of the process.
/// - `start`: a page boundary.
/// - `length`: bytes; the last page may be covered in part.
/// - Returns NULL when there is no memory, or no handler can be installed.
file_guard *_Nullable file_guard_add(const void *_Nonnull start, size_t length);

/// Whether a read of the range found a page gone. It then stays so.
bool file_guard_is_damaged(const file_guard *_Nonnull guard);

/// Ends the guarding; to be called before the range is unmapped.
void file_guard_remove(file_guard *_Nonnull guard);
