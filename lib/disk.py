"""The disk under the artifacts: one maker at a time, room for what is made, nothing left of who died making it."""
import contextlib
import errno
import fcntl
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path

from lib import progress

SECONDS_BETWEEN_LOOKS = 0.5                    # ours: at a lock that another process holds
FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
UNLOCKABLE = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}      # file systems without locks


class Unwritable(OSError):
    """The disk is full or the folder may not be written: one sentence with file, need and free space."""

    def __str__(self):
        return self.strerror


@contextlib.contextmanager
def explained(path, need=0):
    """Turn the error of a full disk or a read-only folder in this block into `Unwritable`. `need`: bytes of `path`."""
    try:
        yield
    except Unwritable:
        raise
    except OSError as error:
        if error.errno in FULL:
            raise _full(path, need) from error
        inside = error.filename is None or _existing(path) in Path(os.fsdecode(error.filename)).absolute().parents
        if error.errno in FORBIDDEN and inside:
            raise _forbidden(path) from error
        raise


def room(path, need):
    """Raise `Unwritable` before any work is done if `path` cannot be written or its disk has fewer than `need` bytes free."""
    if not os.access(_existing(path), os.W_OK):
        raise _forbidden(path)
    if shutil.disk_usage(_existing(path)).free < need:
        raise _full(path, need)


@contextlib.contextmanager
def temporary(path):
    """Yield a new hidden file beside `path`, removed at the end unless it was renamed; clears away those of the dead.

    Its writer holds a lock on it, so `sweep` can tell a file in use from one whose writer was killed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        if _locked(handle, wait=True) is None or _is(handle, name):  # else: swept between these two steps, once more
            break
        os.close(handle)
    try:
        yield Path(name)
    finally:
        with contextlib.suppress(OSError):                           # renamed, or the folder became read-only meanwhile
            os.unlink(name)
        os.close(handle)


def sweep(folder):
    """Remove the hidden temporary files in `folder` whose writer is dead; return their names."""
    gone = []
    for entry in os.scandir(folder):
        if entry.name.startswith(".") and entry.name.endswith(".tmp") and entry.is_file(follow_symlinks=False):
            with contextlib.suppress(OSError):                       # gone, or another user's: not ours to clear away
                handle = os.open(entry.path, os.O_RDWR)
                try:
                    if _locked(handle):
                        os.unlink(entry.path)
                        gone.append(entry.name)
                finally:
                    os.close(handle)
    return gone


@contextlib.contextmanager
def held(path, what=None):
    """Hold the lock `.NAME.lock` beside `path` while the block runs; say who has it, and wait, if another process does.

    The lock is the kernel's (flock): it ends with its holder, however that dies; what is written in the file only names
    the holder, and says so when a dead one's lock is taken over. On NFS this needs a server that keeps locks (version 4);
    where the file system has none, a line says so and the block runs without. Nor is there a lock where nothing can be
    written. `what`: in words, the name of `path` if None.
    """
    path, said = Path(path), False
    what, lock = what or path.name, path.with_name(f".{path.name}.lock")
    if not os.access(_existing(path), os.W_OK):
        yield
        return
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
            got = _locked(handle)
            if got is None or (got and _is(handle, lock)):
                break
            holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
            os.close(handle)
            if not got:
                if not said:
                    progress.log(f"{what}: waiting for {holder or 'another process'}, which is making it")
                    said = True
                time.sleep(SECONDS_BETWEEN_LOOKS)
    try:
        left = os.pread(handle, 200, 0).decode(errors="replace").strip()
        if got is None:
            progress.log(f"{what}: {path.parent} is on a file system without locks; start only one run at a time there")
        elif left:
            progress.log(f"{what}: taken over from {left}, which ended before it was done")
        with contextlib.suppress(OSError):                           # a full disk: the lock holds, only without a name
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()} since "
                              f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode(), 0)
        yield
    finally:
        with contextlib.suppress(OSError):     # the folder may have become read-only meanwhile
            lock.unlink()                      # before the lock ends: who waits sees another file, and looks again
        os.close(handle)


def _locked(handle, wait=False):
    """Whether the lock of the open file `handle` is ours now; None where the file system has no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return True
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in UNLOCKABLE:
            return None
        raise


def _is(handle, path):
    """Whether `path` is still the file that is open as `handle`."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _existing(path):
    """The nearest folder above `path` that exists."""
    return next(folder for folder in Path(path).absolute().parents if folder.exists())


def _forbidden(path):
    return Unwritable(errno.EROFS, f"{Path(path).name} cannot be written: {_existing(path)} is read-only or not yours; "
                                   "allow writing there and run the same command again")


def _full(path, need):
    folder = _existing(path)
    free = size(shutil.disk_usage(folder).free)
    needs = f"{size(need)}, and {free} are free" if need else f"more than the {free} that are free"
    return Unwritable(errno.ENOSPC, f"the disk is full: {Path(path).name} needs {needs} in {folder}; "
                                    "make room and run the same command again")


def size(count):
    """Bytes in words, as "12.3 MB"."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} bytes" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
