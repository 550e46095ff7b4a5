"""Writing a post: what arrives in the plan, and what a person reads when it cannot."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AccountGate
from library.models import Asset
from publishing import captions
from publishing.models import PostRevision
from tests.library.pictures import encoded, photo, picture, upload
from tests.publishing_screens.conftest import COMPOSE, LISBON, form, wall
from workspaces.models import Membership, MembershipClient
from workspaces.scoping import workspace_in_force

FAMILY = "👨‍👩‍👧‍👦"


def text(response) -> str:
    return response.content.decode()


def shown(response) -> str:
    """Return the page's words without its markup."""
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", text(response), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_photo_and_a_caption_become_a_scheduled_post(ed, levain, rows):
    response = ed.post(COMPOSE, form(levain, photo=photo((400, 500)), alt_text="A loaf"))
    [row] = rows()
    assert (response.status_code, response["Location"]) == (302, f"/w/aurora/publications/{row.pk}/")
    assert (row.status, row.username, row.revision.caption) == ("scheduled", "levain", "Day two.")
    assert row.time_zone == LISBON
    assert timedelta(minutes=118) < row.scheduled_at - timezone.now() <= timedelta(hours=2)


def test_the_photo_and_alt_text_travel_along(cast, ed, levain, rows):
    ed.post(COMPOSE, form(levain, photo=photo((400, 500)), alt_text="A loaf"))
    with workspace_in_force(cast.aurora.id):
        item = rows()[0].revision.items.get()
        assert (item.alt_text, item.asset.name, item.rendition.kind) == ("A loaf", "loaf.jpg", "feed")


def test_several_accounts_make_one_post_with_a_publication_each(ed, levain, account_factory, rows):
    other = account_factory("levain.porto")
    response = ed.post(COMPOSE, form(levain, other, photo=photo((400, 500))))
    assert response.status_code == 302
    assert [row.username for row in rows()] == ["levain", "levain.porto"]
    assert len({row.post_id for row in rows()}) == 1
    assert "2 posts planned" in shown(ed.get(response["Location"]))


def test_now_means_now(ed, levain, rows):
    assert ed.post(COMPOSE, form(levain, photo=photo((400, 500)), when="now", at="")).status_code == 302
    assert abs((rows()[0].scheduled_at - timezone.now()).total_seconds()) < 20


def test_a_draft_needs_nothing_but_a_word(ed, posts, rows):
    response = ed.post(COMPOSE, form(caption="Perhaps", at="", action="draft"))
    [post] = posts()
    assert response["Location"] == f"/w/aurora/posts/{post.pk}/edit/"
    assert not rows()
    page = ed.get(response["Location"])
    assert "Perhaps" in text(page)
    assert "Perhaps" in shown(ed.get("/w/aurora/posts/"))


class TestNothingIsLost:
    """U and B: an error re-renders everything that was typed, the uploaded photo included."""

    def test_after_a_past_time(self, ed, levain, rows):
        data = form(
            levain,
            photo=photo((400, 500)),
            caption="Long work\n\n#bread & <b>",
            alt_text="Crust",
            at="2020-01-01T10:00",
        )
        response = ed.post(COMPOSE, data)
        assert response.status_code == 422
        assert not rows()
        assert "This time has passed" in shown(response)
        page = text(response)
        assert "Long work\n\n#bread &amp; &lt;b&gt;</textarea>" in page
        assert 'value="Crust"' in page
        assert 'value="2020-01-01T10:00"' in page
        assert re.search(rf'value="{levain.pk}" checked', page)
        kept = re.search(r'name="asset" value="([0-9a-f-]{36})"', page)[1]
        data |= {"asset": kept, "at": wall(timedelta(hours=1))}
        del data["photo"]
        assert ed.post(COMPOSE, data).status_code == 302
        assert len(rows()) == 1

    def test_after_a_photo_that_is_refused_the_one_before_stays(self, ed, levain, asset_factory):
        asset = asset_factory()
        response = ed.post(COMPOSE, form(levain, asset=str(asset.pk), photo=upload(b"%PDF-1.7", "menu.pdf")))
        assert response.status_code == 422
        assert "“menu.pdf”: This is a PDF file" in shown(response)
        assert str(asset.pk) in text(response)
        assert "Day two." in text(response)

    def test_without_a_photo_or_an_account(self, ed, rows):
        response = ed.post(COMPOSE, form())
        assert response.status_code == 422
        assert "Choose a photo" in shown(response)
        assert "Choose at least one account" in shown(response)
        assert not rows()


class TestPhotos:
    def test_out_of_range_names_the_size_and_offers_the_fixes(self, ed, levain, asset_factory, rows):
        asset = asset_factory((1086, 1448), "tall.jpg")
        response = ed.post(COMPOSE, form(levain, asset=str(asset.pk)))
        assert response.status_code == 422
        assert "1086 × 1448 is narrower than 4:5" in shown(response)
        assert "Crop to 4:5" in shown(response)
        assert "Add borders" in shown(response)
        assert not rows()

    @pytest.mark.parametrize("recipe", ["crop=4:5", "borders"])
    def test_a_fix_is_one_press_and_loses_nothing(self, cast, ed, levain, asset_factory, rows, recipe):
        asset = asset_factory((1086, 1448), "tall.jpg")
        data = form(levain, asset=str(asset.pk))
        data.pop("action")
        response = ed.post(COMPOSE, data | {"fix": recipe})
        assert response.status_code == 200
        assert f'name="recipe" value="{recipe}"' in text(response)
        assert "narrower" not in shown(response)
        assert "Day two." in text(response)
        assert ed.post(COMPOSE, form(levain, asset=str(asset.pk), recipe=recipe)).status_code == 302
        with workspace_in_force(cast.aurora.id):
            assert rows()[0].revision.items.get().rendition.recipe == recipe

    def test_a_photo_is_taken_by_itself_for_the_page_to_swap_in(self, ed):
        response = ed.post(f"{COMPOSE}photo/", {"photo": photo((400, 500))})
        assert response.status_code == 200
        assert "400 × 500" in shown(response)
        assert "<html" not in text(response)

    def test_U07_a_broken_photo_says_so_in_its_place(self, ed):
        response = ed.post(f"{COMPOSE}photo/", {"photo": upload(encoded(picture())[:4000])})
        assert response.status_code == 422
        assert "cut off or damaged" in shown(response)

    def test_U11_a_photo_over_the_limit_is_cut_while_it_arrives_and_the_form_survives(
        self, ed, levain, monkeypatch, rows
    ):
        monkeypatch.setattr("library.receiving.MOST_BYTES", 10_000)
        big = upload(encoded(picture((1440, 1800)), "PNG"), "big.png")
        response = ed.post(COMPOSE, form(levain, photo=big, caption="Still here"))
        assert response.status_code == 422
        assert "“big.png”: It is larger than 30 MB" in shown(response)
        assert "Still here" in text(response)
        assert not rows()

    def test_a_photo_of_another_workspace_is_not_there(self, cast, ed, levain, rows):
        with workspace_in_force(cast.borealis.id):
            theirs = Asset.objects.create(
                sha256="0" * 64, file="x.jpg", name="x", content_type="image/jpeg", size=1, width=500, height=500
            )
        response = ed.post(COMPOSE, form(levain, asset=str(theirs.pk)))
        assert response.status_code == 422
        assert "That photo is not in your library" in shown(response)
        assert not rows()
        assert ed.get(f"/w/aurora/library/{theirs.pk}/thumb.jpg").status_code == 404

    @pytest.mark.parametrize("asset", ["x", "0", "' OR 1=1", "00000000-0000-0000-0000-000000000000", "\u202e"])
    def test_any_other_id_is_not_there_either(self, ed, levain, asset, rows):
        assert ed.post(COMPOSE, form(levain, asset=asset)).status_code == 422
        assert not rows()

    def test_the_photo_is_shown_as_it_will_go_out(self, ed, asset_factory):
        asset = asset_factory((1086, 1448), "tall.jpg")
        for query in ("", "?recipe=crop%3D4%3A5", "?recipe=borders", "?recipe=nonsense"):
            response = ed.get(f"/w/aurora/library/{asset.pk}/photo.jpg{query}")
            assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")


class TestCaptions:
    """B04–B07: the limits as the page and the plan count them."""

    @pytest.mark.parametrize(
        "letter", ["a", "é", "e\u0301", "ж", "ع", "א\u200f", "த", "😀", FAMILY, "🇵🇹", "👍🏽", "\n"], ids=ascii
    )
    def test_B04_2200_utf16_units_pass_and_one_more_does_not(self, ed, levain, asset_factory, letter):
        asset = str(asset_factory().pk)
        units = captions.count(letter).units
        full = "x" + letter * ((2200 - 2) // units)
        full += "x" * (2200 - captions.count(full).units)
        assert captions.count(full).units == 2200
        response = ed.post(COMPOSE, form(levain, asset=asset, caption=full + "y"))
        assert response.status_code == 422
        assert "1 character over" in shown(response)
        assert ed.post(COMPOSE, form(levain, asset=asset, caption=full)).status_code == 302

    def test_B04_line_ends_count_once(self, cast, ed, levain, asset_factory, rows):
        caption = "a\r\nb" * 550
        assert ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), caption=caption)).status_code == 302
        assert rows()[0].revision.caption == "a\nb" * 550

    @pytest.mark.parametrize(
        ("caption", "word"),
        [
            (" ".join(f"#tag{n}" for n in range(31)), "30 hashtags"),
            (" ".join(f"＃tag{n}" for n in range(31)), "30 hashtags"),
            (" ".join(f"#وسم{n}" for n in range(31)), "30 hashtags"),
            (" ".join(f"@person{n}" for n in range(21)), "20 mentions"),
        ],
    )
    def test_B05_too_many_are_counted_and_named(self, ed, levain, asset_factory, caption, word):
        response = ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), caption=caption))
        assert response.status_code == 422
        assert word in shown(response)

    def test_B06_a_null_character_is_refused_in_words(self, ed, levain, asset_factory, rows):
        response = ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), caption="a\0b"))
        assert response.status_code == 422
        assert "cannot be sent" in shown(response)
        assert not rows()

    @pytest.mark.parametrize("caption", ["\n" * 100_000, "\u200b" * 50, "\u202eevil", "\u2028\u2029"])
    def test_B06_odd_captions_are_cleaned_or_refused_never_an_error(self, ed, levain, asset_factory, caption):
        response = ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), caption=caption))
        assert response.status_code in (302, 422)

    def test_B07_the_bytes_are_kept(self, ed, levain, asset_factory, rows):
        caption = "100% #bread & butter + ü 🥖 \"quotes\" 'and' <b>tags</b> \\ / ?a=1&b=2;\n\n  indented\ttab"
        ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), caption=caption))
        assert rows()[0].revision.caption.encode() == caption.encode()

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(caption=st.text(max_size=300), alt=st.text(max_size=40), at=st.text(max_size=20), day=st.text(max_size=20))
    def test_B09_whatever_is_typed_is_answered(self, ed, levain, caption, alt, at, day):
        data = form(levain, caption=caption, alt_text=alt, at=at, action="draft")
        assert ed.post(COMPOSE, data).status_code in (302, 422)
        assert ed.get(COMPOSE, {"day": day, "asset": caption, "account": alt}).status_code == 200

    def test_alt_text_over_1000_is_refused(self, ed, levain, asset_factory):
        asset = str(asset_factory().pk)
        response = ed.post(COMPOSE, form(levain, asset=asset, alt_text="a" * 1001))
        assert response.status_code == 422
        assert "1 over Instagram&#x27;s 1,000" in text(response)
        assert ed.post(COMPOSE, form(levain, asset=asset, alt_text="a" * 1000)).status_code == 302


class TestTimes:
    """D01–D07 on the screen."""

    def test_D01_a_time_the_clocks_jump_over_is_refused_with_its_zone(self, cast, ed, levain, asset_factory):
        with workspace_in_force(cast.aurora.id):
            cast.aurora.time_zone = "America/New_York"
            cast.aurora.save()
        year = timezone.now().year + 1
        march = min(day for day in range(8, 15) if timezone.datetime(year, 3, day).weekday() == 6)
        data = form(levain, asset=str(asset_factory().pk), at=f"{year}-03-{march:02}T02:30", zone="America/New_York")
        response = ed.post(COMPOSE, data)
        assert response.status_code == 422
        assert "the clocks in America/New_York jump over 02:30" in shown(response)
        assert f'value="{year}-03-{march:02}T02:30"' in text(response), "the time typed is still there"

    def test_D02_an_hour_that_comes_twice_means_the_first(self, cast, ed, levain, asset_factory, rows):
        year = timezone.now().year + (0 if timezone.now().month < 10 else 1)
        sunday = max(day for day in range(25, 32) if timezone.datetime(year, 10, day).weekday() == 6)
        ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), at=f"{year}-10-{sunday}T01:30"))
        [row] = rows()
        assert row.scheduled_at.utctimetuple()[:5] == (year, 10, sunday, 0, 30)

    def test_D04_the_zone_of_the_client_can_be_chosen(self, cast, ed, account_factory, asset_factory, rows):
        with workspace_in_force(cast.aurora.id):
            cast.client.time_zone = "Asia/Kathmandu"
            cast.client.save()
        account = account_factory("himal", client=cast.client)
        page = ed.get(COMPOSE)
        assert "Kathmandu (UTC+5:45) · Bakery" in shown(page)
        at = wall(timedelta(hours=2), "Asia/Kathmandu")
        ed.post(COMPOSE, form(account, asset=str(asset_factory().pk), at=at, zone="Asia/Kathmandu"))
        [row] = rows()
        assert row.time_zone == "Asia/Kathmandu"
        assert timedelta(minutes=118) < row.scheduled_at - timezone.now() <= timedelta(hours=2)
        detail = shown(ed.get(f"/w/aurora/publications/{row.pk}/"))
        assert "Kathmandu (UTC+5:45)" in detail
        assert "Lisbon" in detail
        assert "UTC" in detail

    def test_D05_a_zone_nobody_offered_is_refused(self, ed, levain, asset_factory):
        for zone in ("Mars/Olympus", "../../etc/passwd", "Asia/Tokyo"):
            response = ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), zone=zone))
            assert response.status_code == 422
            assert "Choose one of the time zones" in shown(response)

    @pytest.mark.parametrize(
        "at", ["", "soon", "2026-13-45T99:99", "0001-01-01T00:00", "9999-12-31T23:59", "2027-02-30T10:00"]
    )
    def test_D07_no_time_at_all_is_a_sentence(self, ed, levain, asset_factory, at, rows):
        response = ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), at=at))
        assert response.status_code == 422
        assert not rows()

    def test_D07_more_than_a_year_ahead_is_refused(self, ed, levain, asset_factory):
        response = ed.post(COMPOSE, form(levain, asset=str(asset_factory().pk), at=wall(timedelta(days=380))))
        assert response.status_code == 422
        assert "up to a year ahead" in shown(response)

    def test_a_day_of_the_calendar_is_where_a_new_post_starts(self, ed, levain):
        day = (timezone.now() + timedelta(days=9)).date().isoformat()
        assert f'value="{day}T09:00"' in text(ed.get(f"{COMPOSE}?day={day}"))
        for nonsense in ("x", "2020-01-01", "9999-99-99", "\0"):
            assert ed.get(COMPOSE, {"day": nonsense}).status_code == 200


class TestAccounts:
    def test_an_account_that_cannot_publish_is_there_with_the_reason(self, ed, levain, account_factory):
        account_factory("lapsed", state="needs_reauth")
        account_factory("reader", permissions=["instagram_business_basic"])
        page = shown(ed.get(COMPOSE))
        assert "@lapsed is not connected any more" in page
        assert "instagram_business_content_publish" in page

    def test_it_is_refused_when_sent_all_the_same(self, ed, account_factory, asset_factory, rows):
        lapsed = account_factory("lapsed", state="needs_reauth")
        response = ed.post(COMPOSE, form(lapsed, asset=str(asset_factory().pk)))
        assert response.status_code == 422
        assert "not connected any more" in shown(response)
        assert not rows()

    def test_an_account_of_another_workspace_is_a_form_error(self, cast, ed, ig_user_factory, asset_factory, rows):
        theirs = ig_user_factory("theirs", workspace=cast.borealis)
        response = ed.post(COMPOSE, form(theirs, asset=str(asset_factory().pk)))
        assert response.status_code == 422
        assert "not here any more" in shown(response)
        assert "theirs" not in text(response)
        assert not rows()

    def test_a_member_limited_to_a_client_sees_only_its_accounts(self, cast, account_factory, user_factory):
        account_factory("bakery", client=cast.client)
        climbers = account_factory("climbers", client=cast.other_client)
        with workspace_in_force(cast.aurora.id):
            eve = user_factory("eve")
            membership = Membership.objects.create(user=eve, role="editor")
            MembershipClient.objects.create(membership=membership, client=cast.client)
        cast.people["eve"] = eve
        browser = cast.browser("eve")
        page = text(browser.get(COMPOSE))
        assert "bakery" in page
        assert "climbers" not in page
        assert browser.post(COMPOSE, form(climbers, photo=photo((400, 500)))).status_code == 422

    def test_accounts_of_two_clients_are_two_posts(self, cast, ed, account_factory, rows):
        one, two = account_factory("bakery", client=cast.client), account_factory("gym", client=cast.other_client)
        response = ed.post(COMPOSE, form(one, two, photo=photo((400, 500))))
        assert response.status_code == 422
        assert "Bakery, Climbing gym" in shown(response)
        assert not rows()

    def test_the_room_of_each_account_is_shown(self, cast, ed, levain):
        now = timezone.now()
        gate = AccountGate.objects.create(
            app_id="990602627938098", ig_id=levain.ig_id, quota_used=2, quota_total=50, quota_read_at=now
        )
        assert "2 of 50 used in 24 h" in shown(ed.get(COMPOSE))
        gate.quota_read_at = now - timedelta(hours=25)
        gate.save()
        assert "used in 24 h" not in shown(ed.get(COMPOSE)), "what was true yesterday says nothing about today"

    def test_the_number_of_queries_does_not_grow_with_the_accounts(
        self, ed, account_factory, django_assert_max_num_queries, django_assert_num_queries
    ):
        for n in range(3):
            account_factory(f"a{n}")
        with django_assert_max_num_queries(20) as few:
            ed.get(COMPOSE)
        count = len(few.captured_queries)
        for n in range(12):
            account_factory(f"b{n}")
        with django_assert_num_queries(count):
            ed.get(COMPOSE)


class TestTwins:
    def test_the_same_post_asks_first_and_goes_on_when_told(self, ed, levain, asset_factory, rows):
        asset = str(asset_factory().pk)
        assert ed.post(COMPOSE, form(levain, asset=asset)).status_code == 302
        response = ed.post(COMPOSE, form(levain, asset=asset))
        assert response.status_code == 422
        assert "already planned or published on @levain within 24 hours" in shown(response)
        assert 'name="twin_ok"' in text(response)
        assert len(rows()) == 1
        assert ed.post(COMPOSE, form(levain, asset=asset, twin_ok="on")).status_code == 302
        assert len(rows()) == 2


class TestEditing:
    def test_a_planned_post_gets_a_new_revision(self, cast, ed, levain, planned, rows):
        row = planned()
        url = f"/w/aurora/posts/{row.post_id}/edit/"
        page = text(ed.get(url))
        assert "Day two.</textarea>" in page
        assert row.wall_time[:16] in page
        asset = re.search(r'name="asset" value="([0-9a-f-]{36})"', page)[1]
        response = ed.post(url, form(levain, asset=asset, caption="Day three.", seen="1"))
        assert response.status_code == 302
        [row] = rows()
        assert (row.revision.caption, row.revision.number, row.status) == ("Day three.", 2, "scheduled")

    def test_what_is_being_sent_stays_and_says_so(self, ed, levain, planned, put, rows):
        row = planned()
        url = f"/w/aurora/posts/{row.post_id}/edit/"
        asset = re.search(r'name="asset" value="([0-9a-f-]{36})"', text(ed.get(url)))[1]
        put(row, status="publishing", fence_at=timezone.now(), first_fence_at=timezone.now())
        response = ed.post(url, form(levain, asset=asset, caption="Too late", seen="1"))
        assert response.status_code == 422
        assert "already being sent" in shown(response)
        assert "Too late" in text(response)
        assert rows()[0].revision.caption == "Day two."

    def test_two_people_do_not_overwrite_each_other_unseen(self, cast, ed, levain, planned, rows):
        row = planned()
        url = f"/w/aurora/posts/{row.post_id}/edit/"
        asset = re.search(r'name="asset" value="([0-9a-f-]{36})"', text(ed.get(url)))[1]
        cast.browser("mia").post(url, form(levain, asset=asset, caption="Mia's", seen="1"))
        response = ed.post(url, form(levain, asset=asset, caption="Ed's", seen="1"))
        assert response.status_code == 422
        assert "Somebody else changed this post" in shown(response)
        assert 'name="seen" value="2"' in text(response)
        assert rows()[0].revision.caption == "Mia's"

    def test_drafts_save_themselves_and_keep_one_state(self, cast, ed, levain, asset_factory, posts):
        url = f"{COMPOSE}autosave/"
        first = ed.post(url, form(levain, asset=str(asset_factory().pk), caption="One", action="")).json()
        assert first["kept"]
        assert re.fullmatch(r"saved \d\d:\d\d", first["word"])
        second = ed.post(
            url, form(levain, caption="Two", action="", post=first["post"], seen=str(first["seen"]))
        ).json()
        assert second["kept"]
        assert second["post"] == first["post"]
        assert len(posts()) == 1
        with workspace_in_force(cast.aurora.id):
            assert [r.caption for r in PostRevision.objects.all()] == ["Two"]
        assert "Two</textarea>" in text(ed.get(second["url"]))

    def test_a_planned_post_never_saves_itself(self, ed, levain, planned, rows):
        row = planned()
        response = ed.post(f"{COMPOSE}autosave/", form(levain, caption="Oops", post=str(row.post_id), seen="1"))
        assert response.status_code == 409
        assert rows()[0].revision.caption == "Day two."
        assert rows()[0].status == "scheduled"

    @pytest.mark.parametrize("with_account", [True, False])
    def test_a_draft_saves_itself_as_often_as_somebody_types(self, with_account, ed, levain, posts):
        sent = form(*([levain] if with_account else []))
        for n in range(5):
            answer = ed.post(f"{COMPOSE}autosave/", sent | {"caption": f"Word {n}"})
            assert answer.status_code == 200
            sent |= {"post": answer.json()["post"], "seen": str(answer.json()["seen"])}
        assert len(posts()) == 1
        assert sent["seen"] == "5"

    def test_a_draft_becomes_a_planned_post(self, ed, levain, asset_factory, posts, rows):
        asset = str(asset_factory().pk)
        ed.post(COMPOSE, form(levain, asset=asset, action="draft"))
        [post] = posts()
        response = ed.post(f"/w/aurora/posts/{post.pk}/edit/", form(levain, asset=asset, seen="1"))
        assert response.status_code == 302
        assert [row.status for row in rows()] == ["scheduled"]
        assert len(posts()) == 1
