"""Cuts uploads at their limit while they arrive, before anything is kept. The rest of the form survives."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from library.storing import MOST_BYTES

MOST_PER_REQUEST = 12 * MOST_BYTES


class LimitHandler(FileUploadHandler):
    """Stands first in `FILE_UPLOAD_HANDLERS`: drops a file once it is too large, and all files of strangers."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        self.announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen = 0
        person = getattr(self.request, "user", None)
        if person is None or not person.is_authenticated:
            raise StopUpload(connection_reset=True)
        if self.announced > MOST_PER_REQUEST:
            self._remember()
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        if self.seen > MOST_BYTES:
            self._remember()
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _remember(self) -> None:
        cut = self.request.__dict__.setdefault("cut_uploads", [])
        cut.append((self.field_name, self.file_name))


def cut_uploads(request: HttpRequest, field: str) -> list[str]:
    """Return the names of the files of a field that were larger than the limit."""
    request.FILES  # noqa: B018 - reading the body is what runs the handlers.
    return [name for of, name in getattr(request, "cut_uploads", []) if of == field]
