"""Which media is ours: exactly one candidate, or nothing is proved."""

from datetime import UTC, datetime, timedelta

import pytest

from meta.ig_media import Media
from publishing import captions
from publishing.deciding import Listing
from publishing.fingerprint import caption_key, fingerprint, normalised
from publishing.matching import Sent, find

FENCE = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def media(media_id: str = "1", caption: str = "Fresh bread", *, after: float = 5, **more) -> Media:
    when = FENCE + timedelta(seconds=after)
    return Media(id=media_id, caption=caption, timestamp=when, media_type="IMAGE", media_product_type="FEED", **more)


def found(*listed: Media, caption: str = "Fresh bread", taken: tuple[str, ...] = ()) -> Listing:
    return find(Sent(caption, FENCE), listed, frozenset(taken))[0]


def test_one_candidate_is_ours_wherever_it_stands():
    listing, match = find(Sent("Fresh bread", FENCE), [media("9", "Other"), media("1")], frozenset())
    assert listing is Listing.ONE
    assert match.id == "1"


def test_two_candidates_prove_nothing():
    assert found(media("1"), media("2")) is Listing.SEVERAL


def test_the_first_of_the_list_is_never_simply_taken():
    assert found(media("1", "Something else")) is Listing.NONE


def test_what_belongs_to_another_post_is_no_candidate():
    assert found(media("1"), taken=("1",)) is Listing.NONE


@pytest.mark.parametrize(("after", "listing"), [(-119, Listing.ONE), (-121, Listing.NONE), (90_000, Listing.ONE)])
def test_nothing_older_than_the_first_fence_is_ours(after, listing):
    assert found(media(after=after)) is listing


def test_a_reel_or_an_album_is_not_our_photo():
    other = Media(id="1", caption="Fresh bread", timestamp=FENCE, media_type="VIDEO", media_product_type="REELS")
    assert found(other, media("2", children=(Media(id="3"),))) is Listing.NONE


def test_captions_are_compared_as_people_read_them():
    assert found(media(caption="Cafe\u0301  au\r\nlait "), caption="Caf\u00e9 au lait") is Listing.ONE
    assert caption_key("Cafe\u0301") == caption_key(" Caf\u00e9\n")
    assert normalised("a\u00a0\n b") == "a b"


def test_a_caption_that_was_not_sent_along_makes_the_listing_unreadable():
    assert found(media(caption="")) is Listing.UNREADABLE
    assert found(media(caption=""), caption="") is Listing.ONE


def test_the_fingerprint_knows_kind_photos_order_and_words():
    prints = {
        fingerprint("image", ["a", "b"], "x"),
        fingerprint("image", ["b", "a"], "x"),
        fingerprint("reel", ["a", "b"], "x"),
        fingerprint("image", ["a", "b"], "y"),
        fingerprint("image", ["ab"], "x"),
    }
    assert len(prints) == 5


@pytest.mark.parametrize(
    ("text", "units"),
    [("a" * 2200, 2200), ("👩‍👩‍👧‍👦", 11), ("🇵🇹", 4), ("é", 1), ("e\u0301", 2), ("שלום\u200f", 5)],
)
def test_B04_captions_are_counted_in_the_strictest_plausible_way(text, units):
    assert captions.count(text).units == units


def test_B04_one_over_the_limit_is_named():
    assert captions.problems("a" * 2200) == []
    assert captions.problems("a" * 2201) == ["The caption is 1 character over Instagram's 2200."]
    assert captions.problems("😀" * 1101) == ["The caption is 2 characters over Instagram's 2200."]


def test_B05_hashtags_and_mentions_are_counted_as_documented():
    assert captions.count("#a #b１ ＃c #1 a#d &#39; #é #שלום").hashtags == 5
    assert captions.count("@a @b.c a@mail.example ＠d").mentions == 3
    assert len(captions.problems(" ".join(f"#t{n}" for n in range(31)))) == 1
    assert len(captions.problems(" ".join(f"@p{n}" for n in range(21)))) == 1


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("nul\x00 bell\x07", "nul bell"),
        ("\ud800half", "half"),
        ("turned\u202earound", "turnedaround"),
        ("\u200b\u200d\ufeff", ""),
        ("  👩‍👩‍👧‍👦 ", "👩‍👩‍👧‍👦"),
    ],
)
def test_B06_what_no_keyboard_writes_is_taken_out(raw, clean):
    assert captions.clean(raw) == clean
