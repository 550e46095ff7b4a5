"""`POST /{ig-id}/media` as tables: which parameter goes with which kind of container and login."""

IMAGE, REEL, STORY, ITEM_IMAGE, ITEM_VIDEO, CAROUSEL = "image", "reel", "story", "item_image", "item_video", "carousel"

MEDIA_TYPES = {"": IMAGE, "IMAGE": IMAGE, "REELS": REEL, "STORIES": STORY, "CAROUSEL": CAROUSEL, "VIDEO": ITEM_VIDEO}

# parameter -> the kinds of container that take it
ALLOWED: dict[str, frozenset[str]] = {
    "image_url": frozenset({IMAGE, STORY, ITEM_IMAGE}),
    "video_url": frozenset({REEL, STORY, ITEM_VIDEO}),
    "media_type": frozenset({IMAGE, REEL, STORY, ITEM_IMAGE, ITEM_VIDEO, CAROUSEL}),
    "is_carousel_item": frozenset({IMAGE, ITEM_IMAGE, ITEM_VIDEO}),
    "children": frozenset({CAROUSEL}),
    "caption": frozenset({IMAGE, REEL, STORY, CAROUSEL}),
    "alt_text": frozenset({IMAGE, ITEM_IMAGE}),
    "user_tags": frozenset({IMAGE, REEL, STORY, ITEM_IMAGE, ITEM_VIDEO}),
    "collaborators": frozenset({IMAGE, REEL, CAROUSEL}),
    "location_id": frozenset({IMAGE, REEL, STORY, CAROUSEL}),
    "product_tags": frozenset({IMAGE, REEL, ITEM_IMAGE, ITEM_VIDEO}),
    "cover_url": frozenset({REEL}),
    "thumb_offset": frozenset({REEL, ITEM_VIDEO}),
    "share_to_feed": frozenset({REEL}),
    "audio_name": frozenset({REEL}),
    "trial_params": frozenset({REEL}),
    "upload_type": frozenset({REEL, STORY, ITEM_VIDEO}),
    "audio_configuration": frozenset({REEL}),
    "branded_content_sponsor_ids": frozenset({IMAGE, REEL, STORY, CAROUSEL}),
    "is_paid_partnership": frozenset({IMAGE, REEL, STORY, CAROUSEL}),
    "is_ai_generated": frozenset({IMAGE, REEL, STORY, CAROUSEL}),
}
FACEBOOK_ONLY = frozenset({"product_tags", "audio_configuration", "branded_content_sponsor_ids", "is_paid_partnership"})
# Part of the protocol, but the sandbox cannot show their effect yet: refused clearly rather than ignored.
NOT_YET = frozenset(
    {
        "video_url",
        "upload_type",
        "product_tags",
        "audio_configuration",
        "branded_content_sponsor_ids",
        "is_paid_partnership",
        "trial_params",
        "cover_url",
        "thumb_offset",
        "audio_name",
        "share_to_feed",
    }
)

CAPTION_LIMIT, HASHTAG_LIMIT, MENTION_LIMIT, ALT_LIMIT, TAG_LIMIT = 2200, 30, 20, 1000, 20
COLLABORATOR_LIMIT = 3
ITEMS = (2, 10)
IMAGE_BYTES = 8 * 1024 * 1024
RATIO = (4 / 5, 1.91)
CONTAINER_LIFE = 86400
CONTAINERS_A_DAY = 400
POSTS_A_DAY = 50
