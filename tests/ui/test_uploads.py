import io

import pytest

from analyzer.ui.uploads import stored_upload


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
