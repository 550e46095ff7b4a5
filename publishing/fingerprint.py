"""What makes two posts the same: by content for the twin guard, by caption for finding a post in a listing."""

import unicodedata
from collections.abc import Sequence
from hashlib import sha256


def fingerprint(kind: str, media_sha256: Sequence[str], caption: str) -> str:
    """Return the SHA-256 of kind, ordered media and caption as 64 hex digits."""
    parts = [kind, *media_sha256, normalised(caption)]
    return sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def caption_key(caption: str) -> str:
    """Return the SHA-256 of the caption as a listing may show it: equal for captions that cannot be told apart."""
    return sha256(normalised(caption).encode("utf-8", "surrogatepass")).hexdigest()


def normalised(caption: str) -> str:
    """Return the caption in NFC with every run of white space as one blank, as Instagram may have changed it."""
    return " ".join(unicodedata.normalize("NFC", caption).split())
