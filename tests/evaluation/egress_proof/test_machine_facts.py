"""Facts of a proof: models as hashed from disk, and folders that are on another machine."""

import shutil
from pathlib import Path

import pytest

from analyzer.evaluation.egress_proof.machine_facts import models, switches, versions, warnings

MOUNTS = """\
21 1 0:20 / / rw - ext4 /dev/vda rw
30 21 0:40 / /mnt/share rw,relatime shared:1 - {kind} server:/share rw
31 21 0:41 / /home/ann/My\\040Drive rw - fuse.rclone drive: rw
"""


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_folder_on_another_machine_is_said(kind):
    (said,) = warnings({"the workspace": Path("/mnt/share/index")}, MOUNTS.format(kind=kind))
    assert kind in said
    assert "leaves this machine" in said


def test_the_nearest_mount_counts_and_names_have_spaces():
    table = MOUNTS.format(kind="nfs")
    assert warnings({"w": Path("/srv/index")}, table) == []
    assert "rclone" in warnings({"w": Path("/home/ann/My Drive/index")}, table)[0]
    assert warnings({"w": Path("/mnt/shared-not")}, table) == []


def test_a_file_system_of_another_program_may_be_anything():
    assert "may be" in warnings({"w": Path("/mnt/share")}, MOUNTS.format(kind="fuse.strange"))[0]


def test_this_machines_own_mounts_can_be_read(tmp_path):
    assert isinstance(warnings({"w": tmp_path}), list)


def test_an_altered_model_is_not_verified(tmp_path, models_dir):
    shutil.copytree(models_dir / "en_core_web_sm", tmp_path / "en_core_web_sm")
    (found,) = models(tmp_path)
    assert found["verified"]
    part = tmp_path / "en_core_web_sm" / "ner" / "model"
    raw = bytearray(part.read_bytes())
    raw[100] ^= 1
    part.write_bytes(raw)
    (found,) = models(tmp_path)
    assert not found["verified"]


def test_versions_and_switches_are_named():
    assert versions()["streamlit"][0].isdigit()
    assert switches()["HF_HUB_OFFLINE"]["value"] == "1"
