"""Running a program the way a user does, and watching what it takes."""
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

SAMPLE_INTERVAL_SECONDS = 0.02


class Failed(Exception):
    """A program that had to be measured did not do its work."""


@dataclass(frozen=True)
class Run:
    """One finished process."""

    seconds: float
    """From just before the process was started until it was gone."""
    output: str
    """What it printed on standard output."""
    peak_anonymous_bytes: int
    """The largest anonymous memory seen while it ran, 0 when that was not watched. A file mapped from disk does not count."""

    @property
    def last_line(self):
        return self.output.rstrip().rpartition("\n")[2]


def anonymous_bytes(process_id):
    """The process's anonymous resident memory now; 0 once it is gone."""
    try:
        for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def run(command, watch_memory=False):
    """Runs a command to its end. Raises `Failed` with the end of its error output when it does not end well."""
    words = [str(word) for word in command]
    peak = 0
    started = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while True:
        try:
            # A timeout loses no output: the next call goes on reading.
            output, errors = process.communicate(timeout=SAMPLE_INTERVAL_SECONDS if watch_memory else None)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, anonymous_bytes(process.pid))
        except BaseException:
            process.kill()
            process.wait()
            raise
    seconds = time.monotonic() - started
    if process.returncode != 0:
        raise Failed(f"{' '.join(words)} ended with {process.returncode}:\n{(errors or output)[-2000:].rstrip()}")
    return Run(seconds, output, peak)
