import io

import pytest

from analyzer.ingest.import_choices import AS_FOUND, ImportOptions
from analyzer.ingest.readers.read_options import ReadOptions
from analyzer.ui.uploads import StoredUpload, UploadSlot, stored_upload


def test_an_upload_is_a_file_under_its_own_name_that_only_this_user_can_read():
    with stored_upload("feedback.csv", io.BytesIO(b"a,b\n")) as file:
        assert file.name == "feedback.csv"
        assert file.read_bytes() == b"a,b\n"
        assert file.parent.stat().st_mode & 0o077 == 0


def test_an_upload_is_gone_afterwards_even_when_the_import_failed():
    with pytest.raises(KeyError), stored_upload("feedback.csv", io.BytesIO(b"x")) as file:
        raise KeyError
    assert not file.exists()
    assert not file.parent.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", ".", "", "a/b/c.csv"])
def test_a_name_cannot_lead_out_of_the_private_folder(name):
    with stored_upload(name, io.BytesIO(b"x")) as file:
        assert file.parent.name.startswith("analyzer-upload-")
        assert file.resolve().parent == file.parent.resolve()
        assert file.read_bytes() == b"x"


def test_a_stream_that_was_read_before_is_stored_whole():
    stream = io.BytesIO(b"abc")
    stream.read()
    with stored_upload("a.csv", stream) as file:
        assert file.read_bytes() == b"abc"


class Stream(io.BytesIO):
    """A stream that counts how often it is read from its beginning."""

    def __init__(self, content=b"a,b\n"):
        super().__init__(content)
        self.begun = 0

    def seek(self, *where):
        self.begun += 1
        return super().seek(*where)


def test_an_upload_is_written_once_for_each_id():
    slot, stream = UploadSlot(), Stream()
    first = slot.take("id-1", "a.csv", stream)
    assert slot.take("id-1", "a.csv", stream) is first
    assert stream.begun == 1
    with first.reading() as file:
        pass
    other = slot.take("id-2", "a.csv", Stream(b"c"))
    assert not file.parent.exists()
    with other.reading() as file:
        assert file.read_bytes() == b"c"
    slot.clear()
    slot.clear()
    assert not file.parent.exists()


def test_a_file_is_previewed_once_for_each_mapping():
    stored, made = StoredUpload("a.csv", Stream()), []
    for mapping in ({}, {"text": "a", "id": "b"}, {"id": "b", "text": "a"}, {}):
        made_now = stored.preview(mapping, (), None, lambda *given: made.append(given) or len(made))
        assert made_now == min(2, len(mapping) or 1)
    assert stored.preview({}, ("b",), None, lambda *given: made.append(given) or len(made)) == 3
    sheet = ImportOptions(ReadOptions(sheet="May"))
    assert stored.preview({}, ("b",), sheet, lambda *given: made.append(given) or len(made)) == 4
    assert [given[1:] for given in made] == [
        ({}, (), AS_FOUND), ({"text": "a", "id": "b"}, (), AS_FOUND), ({}, ("b",), AS_FOUND), ({}, ("b",), sheet),
    ]  # fmt: skip
    stored.close()


def test_a_preview_that_failed_is_made_again():
    stored = StoredUpload("a.csv", Stream())
    with pytest.raises(KeyError):
        stored.preview({}, (), None, lambda file, *_: {}[file])
    assert stored.preview({}, (), None, lambda *_: 1) == 1
    stored.close()


def test_what_is_being_imported_is_removed_afterwards():
    stored = StoredUpload("a.csv", Stream())
    with stored.reading() as file:
        stored.close()
        assert file.read_bytes() == b"a,b\n"
    assert not file.parent.exists()


def test_an_upload_that_nobody_knows_any_more_is_gone():
    stored = StoredUpload("a.csv", Stream())
    with stored.reading() as file:
        pass
    del stored
    assert not file.parent.exists()


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    class Broken(Stream):
        def read(self, *_):
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        StoredUpload("a.csv", Broken())
    assert list(tmp_path.iterdir()) == []
