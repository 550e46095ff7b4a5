"""Meta's refusals as data. Every entry: code, subcode, HTTP status, text, and what Meta shows to people."""

import secrets
from typing import Any

from sandbox.server import Response, json_response


class GraphError(Exception):
    """A refusal in the Graph envelope."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        status: int | None = None,
        title: str = "",
        text: str = "",
        transient: bool = False,
        kind: str = "OAuthException",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.subcode, self.kind = code, message, subcode, kind
        self.title, self.text, self.transient = title, text, transient
        self.status = status or default_status(code)
        self.headers = headers or {}


class FlatError(Exception):
    """A refusal of api.instagram.com, which has an envelope of its own."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status


def default_status(code: int) -> int:
    if code in (190, 102):
        return 401
    if code in (10, 4, 17, 32, 613, 80001, 80002) or 200 <= code < 300:
        return 403
    return 500 if code in (1, 2, -1, -2, -3) else 400


def new_trace() -> str:
    return "A" + secrets.token_urlsafe(16).replace("-", "x").replace("_", "y")


def envelope(error: GraphError, trace: str) -> dict[str, Any]:
    body: dict[str, Any] = {"message": error.message, "type": error.kind, "code": error.code}
    if error.subcode:
        body |= {"error_subcode": error.subcode, "is_transient": error.transient}
    elif error.transient:
        body["is_transient"] = True
    if error.title:
        body |= {"error_user_title": error.title, "error_user_msg": error.text or error.message}
    return {"error": body | {"fbtrace_id": trace}}


def graph_response(error: GraphError, trace: str) -> Response:
    challenge = f'OAuth "Facebook Platform" "invalid_request" "{error.message}"'.replace("\n", " ")
    return json_response(envelope(error, trace), error.status, {"www-authenticate": challenge} | error.headers)


def flat_response(error: FlatError) -> Response:
    body = {"error_type": "OAuthException", "code": error.status, "error_message": error.message}
    return json_response(body, error.status)


def missing_object(identifier: str, kind: str, verb: str = "get") -> GraphError:
    text = (
        f"Unsupported {verb} request. Object with ID '{identifier}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(100, text, subcode=33, kind=kind)


def unknown_field(name: str, node: str, kind: str) -> GraphError:
    return GraphError(100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})", kind=kind)


def bad_param(message: str, **more: Any) -> GraphError:
    return GraphError(100, f"(#100) {message}", **more)


def not_modelled(what: str) -> GraphError:
    text = f"(#100) The sandbox does not stand in for {what} yet; the real platform may answer this call."
    return GraphError(100, text, kind="SandboxException", status=501)


# Publishing refusals: subcode -> code, message, title, text for people.
PUBLISHING: dict[int, tuple[int, str, str, str]] = {
    2207001: (-1, "Fatal", "Server Error", "An Instagram server error occurred. Please try again."),
    2207003: (-2, "Timeout", "Timeout", "It took too long to download the media."),
    2207004: (36000, "The image size is too large.", "Image size too large", "The image is larger than 8 MiB."),
    2207005: (
        36001,
        "The image format is not supported.",
        "Image format",
        "The image is not in a supported format (JPEG).",
    ),
    2207006: (24, "The requested resource does not exist", "Media Not Found", "The media with this id was not found."),
    2207008: (
        24,
        "The requested resource does not exist",
        "Media Builder Not Found",
        "The media builder with this creation id does not exist or has expired.",
    ),
    2207009: (
        36003,
        "The aspect ratio is not supported.",
        "Aspect ratio",
        "The submitted image's aspect ratio must be between 4:5 and 1.91:1.",
    ),
    2207010: (
        36004,
        "The caption was too long",
        "Caption too long",
        "The caption may have at most 2,200 characters, 30 hashtags and 20 @-mentions.",
    ),
    2207023: (100, "Invalid parameter", "Media type", "The media type is unknown."),
    2207026: (
        352,
        "The video format is not supported.",
        "Video format",
        "The video is not in a supported format (MOV or MP4).",
    ),
    2207027: (
        9007,
        "Media ID is not available",
        "Not ready",
        "The media is not ready for publishing, please wait for a moment.",
    ),
    2207028: (100, "Invalid parameter", "Carousel items", "A carousel needs 2 to 10 items."),
    2207032: (-1, "Fatal", "Create media failed", "The media could not be created, please try again."),
    2207035: (100, "Invalid parameter", "Tag positions", "Tags of a video carry no position."),
    2207036: (100, "Invalid parameter", "Tag positions", "Tags of a photo need a position."),
    2207040: (100, "Invalid parameter", "Too many tags", "A post can tag at most 20 people."),
    2207042: (
        9,
        "Application request limit reached",
        "Publishing limit",
        "You have reached the maximum number of posts that can be published.",
    ),
    2207050: (
        25,
        "The account is restricted",
        "Restricted",
        "The Instagram account is inactive, checkpointed or restricted.",
    ),
    2207051: (
        4,
        "Application request limit reached",
        "Action blocked",
        "We restrict certain activity to protect our community.",
    ),
    2207052: (
        9004,
        "Only photo or video can be accepted as media type.",
        "Media fetch",
        "The media could not be fetched from this URI.",
    ),
    2207053: (-1, "Fatal", "Upload failed", "The media could not be uploaded."),
    2207057: (1, "Invalid parameter", "Thumbnail offset", "The thumbnail offset lies outside of the video."),
    2207067: (
        100,
        "The VIDEO value for media_type is no longer supported. Use the REELS media_type to publish a video.",
        "Media type",
        "VIDEO is for carousel items only; use REELS.",
    ),
    2207073: (-1, "Fatal", "Media Type Not Supported", "The media type is not supported for this endpoint"),
    2207081: (100, "Invalid parameter", "Trial reels", "This account is not eligible for trial reels."),
    2207082: (-1, "Fatal", "Upload failed", "Media upload has failed."),
}


def publishing_error(subcode: int, detail: str = "") -> GraphError:
    code, message, title, text = PUBLISHING[subcode]
    transient = code in (-1, -2)
    status = 403 if code in (4, 9) else 500 if code == -1 and subcode == 2207001 else 400
    return GraphError(
        code, message, subcode=subcode, status=status, title=title, text=f"{text} {detail}".strip(), transient=transient
    )
