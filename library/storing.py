"""Takes in an uploaded photo: checked by content, stored once, never under the name it came with."""

import unicodedata
from hashlib import sha256
from typing import IO, Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from library.checks import Refused
from library.models import Asset
from library.opening import DESK, photograph
from library.rendering import thumbnail
from workspaces.models import Client

MOST_BYTES = 30 * 1000 * 1000
NAME_LENGTH = 120
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic"}


def store(upload: UploadedFile, *, by: Any, client: Client | None = None) -> Asset:
    """Return the asset of an uploaded photo; the same content is stored once per workspace and client.

    Raise `Refused` with the reason in words, the file's name in front.
    """
    name = clean_name(upload.name or "")
    try:
        return _store(upload, name, by, client)
    except Refused as error:
        raise Refused(_("“%(name)s”: %(reason)s") % {"name": name, "reason": error.message}) from error


def _store(upload: UploadedFile, name: str, by: Any, client: Client | None) -> Asset:
    if (upload.size or 0) > MOST_BYTES:
        raise Refused(too_large())
    digest = sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    known = _known(digest.hexdigest(), client)
    if known:
        return known
    file = cast(IO[bytes], upload.file)
    with DESK:
        picture, (width, height), mime = photograph(file)
        asset = Asset(
            client=client,
            sha256=digest.hexdigest(),
            name=name,
            content_type=mime,
            size=upload.size or 0,
            width=width,
            height=height,
            uploaded_by=by,
        )
        file.seek(0)
        asset.file.save(f"{asset.id.hex}{SUFFIXES[mime]}", upload, save=False)
        try:
            with transaction.atomic():
                asset.save(force_insert=True)
        except IntegrityError:
            asset.file.delete(save=False)
            return Asset.objects.get(sha256=digest.hexdigest(), client=client)
        thumbnail(asset, picture)
    return asset


def discard(asset: Asset) -> None:
    """Delete an asset with its files. Raises ProtectedError while a post uses it."""
    files = [rendition.file for rendition in asset.renditions.all()] + [asset.file]
    with transaction.atomic():
        asset.delete()
        transaction.on_commit(lambda: _remove(files))


def _remove(files: list[Any]) -> None:
    for file in files:
        file.storage.delete(file.name)


def _known(digest: str, client: Client | None) -> Asset | None:
    return Asset.objects.filter(sha256=digest, client=client).first()


def too_large() -> str:
    return _("It is larger than 30 MB. Export it smaller, or as a JPEG.")


def clean_name(name: str) -> str:
    """Return a name fit to be shown: no path, no control or direction characters, at most 120 characters.

    It names nothing on disk.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    shown = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    shown = " ".join(shown.split()).strip(". ")
    if len(shown) > NAME_LENGTH:
        stem, dot, suffix = shown.rpartition(".")
        shown = (
            f"{stem[: NAME_LENGTH - len(suffix) - 2]}….{suffix}" if dot and len(suffix) <= 5 else shown[:NAME_LENGTH]
        )
    return shown or _("photo")
