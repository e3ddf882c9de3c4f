"""A program of its own that decodes a sound: foreign bytes never meet a C decoder in our process.

Decoders of compressed sound have had memory faults; one that dies here takes nobody along. Reads a
file from its input, writes 16-bit mono samples to its output, ends with `BROKEN` where the file
cannot be decoded. Run by `sound.decoded`; imports nothing of the project.
"""

import contextlib
import sys

RATE = 8000
"""Samples in a second: what a telephone line carries."""
BROKEN = 3
MEMORY = 512 * 1024 * 1024
SECONDS = 15


def main() -> int:
    """Decode, at most as many seconds as the first argument says."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limits.
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import miniaudio

    frames = int(sys.argv[1]) * RATE
    try:
        stream = miniaudio.stream_memory(
            sys.stdin.buffer.read(),
            output_format=miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=RATE,
            frames_to_read=RATE,
        )
        for samples in stream:
            sys.stdout.buffer.write(samples.tobytes())
            frames -= len(samples)
            if frames <= 0:
                break
    except (miniaudio.MiniaudioError, MemoryError):
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main())
