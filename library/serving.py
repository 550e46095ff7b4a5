"""Answers with a file of ours: never interpreted by a browser, whatever it contains."""

from django.http import Http404, HttpResponse

from library.models import Rendition

LOCKED = "default-src 'none'; sandbox"
FOR_GOOD = "private, max-age=31536000, immutable"


def answer_with(rendition: Rendition, cache: str = FOR_GOOD) -> HttpResponse:
    """Return the file as a whole (8 MB at most, mostly a tenth of that). Raise Http404 when it is not there."""
    try:
        with rendition.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    response.headers["Content-Length"] = str(rendition.size)
    response.headers["Content-Disposition"] = f'inline; filename="{rendition.id.hex}.jpg"'
    response.headers["Content-Security-Policy"] = LOCKED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = cache
    return response
