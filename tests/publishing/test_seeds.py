"""The documentation's own snippets of publishing, fed through the product."""

from meta import ig_container
from publishing import reading
from publishing.deciding import Container
from publishing.models import Publication
from tests.publishing.engine import Engine

Status = Publication.Status


def test_seed_19_container_status_is_asked_by_fields_and_read_into_the_protocols_words(engine: Engine, publication):
    engine.until(publication, Status.PROCESSING)
    read = reading.container(publication, publication.connection)
    assert read.container is Container.FINISHED
    [asked] = [
        call for call in engine.sandbox.read("requests")["requests"] if call["path"].endswith(publication.container_id)
    ]
    assert asked["method"] == "GET"
    assert "status_code" in asked["params"]["fields"]
    assert ig_container.parse_status({"status_code": "FINISHED"}).status_code == "FINISHED"


def test_seed_22_media_publish_is_sent_with_the_containers_id_and_its_answer_is_the_medias_id(engine, publication):
    done = engine.finish(publication)
    [sent] = [call for call in engine.sandbox.read("requests")["requests"] if call["path"].endswith("media_publish")]
    assert sent["method"] == "POST"
    assert sent["params"]["creation_id"] == done.container_id
    assert done.ig_media_id != done.container_id
    assert done.ig_media_id == engine.live()[0]["id"]


def test_seed_40_the_publishing_limit_decides_whether_there_is_room(engine, publication):
    engine.sandbox.control("quota", username=engine.username, total=50, used=49)
    assert reading.has_quota(publication, publication.connection)
    engine.sandbox.control("quota", username=engine.username, total=50, used=50)
    assert not reading.has_quota(publication, publication.connection)
    limit = ig_container.parse_limit({"data": [{"quota_usage": 2, "rate_limit_settings": {"quota_total": 25}}]})
    assert (limit.used, limit.total) == (2, 25)
