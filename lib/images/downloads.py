"""CelebA over HTTPS: Kaggle's zip once its terms are accepted, resumed where it was cut off, verified."""
import http.client
import os
import ssl
import sys
import urllib.error
import urllib.request
import zipfile

from lib.images.sources import SourceError
from lib.store import disk, progress

URL = "https://www.kaggle.com/api/v1/datasets/download/jessicali9530/celeba-dataset"
PHOTOS = 202_599
BYTES = 1_500_000_000                      # ours: room for the zip, which has about 1.4 GB
BLOCK = 2**20
SECONDS = 60                               # ours: without an answer
TERMS = ("CelebA is for non-commercial research only, and may not be passed on, nor what is derived from it "
         "(mmlab.ie.cuhk.edu.hk/projects/CelebA.html)")


def terms_accepted():
    """Whether CELEBA_TERMS says accepted, or who sits at the terminal says yes; shows the terms.

    Raises ValueError on another value of CELEBA_TERMS.
    """
    said = os.environ.get("CELEBA_TERMS")
    if said not in (None, "", "accepted"):
        raise ValueError(f"unknown CELEBA_TERMS={said}: CELEBA_TERMS=accepted accepts the terms. {TERMS}")
    progress.log(TERMS)
    if said:
        return True
    if not progress.headless() and sys.stdin and sys.stdin.isatty():
        said = input("Do you accept these terms, for a download of 1.4 GB? [yes/no] ")
        return said.strip().lower() == "yes"
    progress.log("with CELEBA_TERMS=accepted it is downloaded from Kaggle, without a login")
    return False


def kaggle_zip(folder):
    """Download Kaggle's zip of CelebA to `folder`/celeba-dataset.zip, never unpacked; returns its path.

    What is not whole lies beside `folder`, where no photo is looked for, and is gone on with by the next call
    (an HTTP range). Raises SourceError when it is refused, cut off or no zip of all PHOTOS photos.
    """
    target, part = folder / "celeba-dataset.zip", folder.parent / f".{folder.name}-dataset.zip.part"
    with disk.explained(target, BYTES), disk.held(part, "the download of CelebA"):
        if target.exists():                # another process made it meanwhile
            return target
        folder.mkdir(parents=True, exist_ok=True)
        disk.room(part, BYTES - (part.stat().st_size if part.exists() else 0))
        progress.log(f"downloading CelebA (1.4 GB) from Kaggle into {folder}")
        _fetch(part)
        reason = _why_unfit(part)
        if reason:
            part.unlink()
            raise SourceError(f"what Kaggle sent {reason}: it was removed")
        os.replace(part, target)
    return target


def _fetch(part):
    """Append to the file `part` what it lacks of URL, all of it where the host does not go on."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(URL, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            kind = answer.headers.get_content_type()
            if kind.startswith("text/"):
                raise SourceError(f"Kaggle sent a page ({kind}) in place of a zip")
            start = have if answer.headers.get("Content-Range", "").startswith(f"bytes {have}-") else 0
            left = answer.headers.get("Content-Length")
            whole = None if left is None else start + int(left)
            with open(part, "ab" if start else "wb") as file:
                blocks = iter(lambda: answer.read(BLOCK), b"")
                total = None if whole is None else -(-int(left) // BLOCK)
                for block in progress.bar(blocks, "downloading", total=total, unit="MB") if total else blocks:
                    file.write(block)
    except urllib.error.HTTPError as error:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            return                         # there is no more of it; whether it is right is asked next
        raise SourceError(f"Kaggle refused the download ({error.code} {error.reason})") from error
    except (urllib.error.URLError, http.client.HTTPException, ssl.SSLError, ConnectionError,
            TimeoutError) as error:
        raise SourceError(f"the download from Kaggle was cut off ({str(error)[:200]}); "
                          "the same command goes on with it") from error
    if whole is not None and part.stat().st_size < whole:
        raise SourceError(f"the download from Kaggle was cut off at {part.stat().st_size:,} of {whole:,} "
                          "bytes; the same command goes on with it")


def _why_unfit(path):
    """Why the file is not a zip of all photos of CelebA: words, or None."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.rpartition("/")[2] for name in archive.namelist() if name.lower().endswith(".jpg")}
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return "is no zip, or a damaged one"
    return None if len(names) == PHOTOS else f"holds {len(names):,} photos and not {PHOTOS:,}"
