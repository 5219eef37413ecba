"""The disk under the artifacts: one maker at a time, room for what is made, nothing left of dead makers."""
import contextlib
import errno
import os
import shutil
import socket
import time
from pathlib import Path

from filelock import FileLock, Timeout

from lib.store import progress

SECONDS_BETWEEN_LOOKS = 0.5                    # ours: at a lock that another process holds
LOCKS = ".locks"                               # the folder beside an artifact in which its lock is
FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
UNLOCKABLE = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}      # file systems without locks


class Unwritable(OSError):
    """The disk is full or the folder may not be written: one sentence with file, need and free space."""

    def __str__(self):
        return self.strerror


@contextlib.contextmanager
def explained(path, need=0):
    """Turn a full disk or a read-only folder in this block into `Unwritable`; `need`: bytes of `path`."""
    try:
        yield
    except Unwritable:
        raise
    except OSError as error:
        if error.errno in FULL:
            raise _full(path, need) from error
        at = None if error.filename is None else Path(os.fsdecode(error.filename)).absolute()
        if error.errno in FORBIDDEN and (at is None or _existing(path) in at.parents):
            raise _forbidden(path) from error
        raise


def room(path, need):
    """Raise `Unwritable`, before any work, if `path` cannot be written or its disk lacks `need` bytes."""
    if not os.access(_existing(path), os.W_OK):
        raise _forbidden(path)
    if shutil.disk_usage(_existing(path)).free < need:
        raise _full(path, need)


@contextlib.contextmanager
def temporary(path):
    """Yield the hidden file `.NAME.PROCESS.tmp` beside `path`, removed at the end unless it was renamed.

    Those that dead processes left of the same NAME are cleared away first.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        number = left.name.split(".")[-2]
        if number.isdigit() and not _alive(int(number)):
            left.unlink(missing_ok=True)
    name = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        name.touch()
        yield name
    finally:
        with contextlib.suppress(OSError):                           # renamed, or read-only meanwhile
            name.unlink()


@contextlib.contextmanager
def held(path, what=None):
    """Hold the lock of `path` while the block runs; if another process has it, wait, and soon say for whom.

    The lock is the kernel's (filelock): it ends with its holder, however that dies. Its file only names the
    holder, and tells when a dead one's lock is taken over. Where the file system has no locks a line says so
    and the block runs without, as it does where nothing can be written. `what`: in words; else path's name.
    """
    path = Path(path)
    what, note = what or path.name, path.parent / LOCKS / f"{path.name}.lock"
    if not os.access(_existing(path), os.W_OK):
        yield
        return
    with explained(path):
        note.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(note, poll_interval=SECONDS_BETWEEN_LOOKS, fallback_to_soft=False)
        try:
            try:
                lock.acquire(timeout=SECONDS_BETWEEN_LOOKS)          # by then the holder has given its name
            except Timeout:
                progress.log(f"{what}: waiting for {_holder(note) or 'another process'}, which is making it")
                lock.acquire()
            if left := _holder(note):
                progress.log(f"{what}: taken over from {left}, which ended before it was done")
        except OSError as error:
            if error.errno not in UNLOCKABLE:
                raise
            progress.log(f"{what}: {path.parent} is on a file system without locks; "
                         "start only one run at a time there")
    try:
        with contextlib.suppress(OSError):                           # a full disk: it holds without a name
            since = time.strftime("%Y-%m-%d %H:%M:%S")
            note.write_text(f"process {os.getpid()} on {socket.gethostname()} since {since}")
        yield
    finally:
        with contextlib.suppress(OSError):                           # it may be read-only meanwhile
            note.write_text("")
        lock.release()


def _holder(note):
    return note.read_text(encoding="utf-8", errors="replace").strip() if note.exists() else ""


def _alive(process):
    try:
        os.kill(process, 0)
    except OSError as error:
        return isinstance(error, PermissionError)                    # another user's
    return True


def _existing(path):
    """The nearest folder above `path` that exists."""
    return next(folder for folder in Path(path).absolute().parents if folder.exists())


def _forbidden(path):
    return Unwritable(errno.EROFS, f"{Path(path).name} cannot be written: {_existing(path)} is read-only or "
                                   "not yours; allow writing there and run the same command again")


def _full(path, need):
    folder = _existing(path)
    free = size(shutil.disk_usage(folder).free)
    needs = f"{size(need)}, and {free} are free" if need else f"more than the {free} that are free"
    return Unwritable(errno.ENOSPC, f"the disk is full: {Path(path).name} needs {needs} in {folder}; "
                                    "make room and run the same command again")


def size(count):
    """Bytes in words, as "12.3 MB"."""
    for unit, digits in (("bytes", 0), ("kB", 1), ("MB", 1), ("GB", 1)):
        if count < 1000 or unit == "GB":
            return f"{count:.{digits}f} {unit}"
        count /= 1000
